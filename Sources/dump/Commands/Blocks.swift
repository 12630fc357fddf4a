internal import ArgumentParser
internal import IPLD

struct BlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Take no requests any more from a viewer, or from a whole node.",
        discussion: """
            Nobody is told: who is blocked waits like others. What was granted stays, until you revoke it.

            Example: dump block q2wz7a4m
                     dump block q2wz7a4m --node
                     dump block did:key:z6Mk...
            """)
    @Argument(help: "A waiting request's id, its end, or . for the only one; or a viewer's did:key.") var from: String
    @Flag(help: "Take nothing any more from where the request came, whoever asks.") var node = false
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let viewer = from.hasPrefix("did:") ? try usage("the viewer") { try Principal(did: from) } : nil
        if viewer != nil, node { throw CommandError.usage("a node is blocked by a request that came from it") }
        _ = try await NodeClient.loggedIn(person) { client in
            if let viewer { return try await client.call("PUT", "/v1/blocks/\(viewer.did)") }
            let id = try await Inbox.resolve(from, client)
            return try await client.call("POST", "/v1/inbox/\(id)/block", ["node": .bool(node)])
        }
        try person.show(Map()) { Output.line("Blocked.") }
    }
}

struct Blocks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "From whom you take no requests.")
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let answer = try await NodeClient.loggedIn(person) { try await $0.call("GET", "/v1/blocks") }
        try person.show(answer) {
            let rows = answer.maps("blocks").map {
                [$0.text("kind"), $0.text("id"), String(Output.time($0.number("since")).prefix(10))]
            }
            if rows.isEmpty { return Output.line("You block nobody.") }
            Output.table(["KIND", "ID", "SINCE"], rows)
        }
    }
}

struct Unblock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lift a block.")
    @Argument(help: "The block's id, its end, or . for the only one.") var id: String
    @OptionGroup var person: PersonOptions

    func run() async throws {
        _ = try await NodeClient.loggedIn(person) { client in
            let list = try await client.call("GET", "/v1/blocks").maps("blocks")
            let full = try ShortID.resolve(id, among: list.map { $0.text("id") }, what: "block")
            return try await client.call("DELETE", "/v1/blocks/\(full)")
        }
        try person.show(Map()) { Output.line("Lifted.") }
    }
}
