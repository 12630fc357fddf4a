internal import ArgumentParser
internal import Capabilities
internal import DumpIdentity
internal import IPLD

struct TakeBack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take back what you handed on to a component.",
        discussion: """
            Needs the file that dump delegate saved. The component, and whoever it handed the right on to, is refused from
            then on; your own right stays. It cannot be undone: hand on anew instead.

            Example: dump take-back name.handover
            """)
    @Argument(help: "What you handed on.") var file: String
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let bytes = try UserFile.read(file, limit: Handover.maximumLength)
        let handover = try reading(file) { try Handover(decoding: bytes) }
        let delegations = handover.delegations
        guard delegations.count >= 2 else { throw CommandError("\(file): nothing was handed on in it") }
        let body: Value = ["delegation": .bytes(delegations[1].envelope.bytes)]
        try await NodeClient.loggedIn(person) { client in
            let requests = try await client.list("/v1/requests", of: "requests").maps("requests")
            let grant = handover.grant.cid.description
            guard let request = requests.first(where: { $0.text("grant") == grant }) else {
                throw CommandError("\(file): it was handed on by somebody else")
            }
            _ = try await client.call("POST", "/v1/requests/\(request.text("id"))/revoke", body)
        }
        try person.show(Map()) { Output.line("Taken back.") }
    }
}
