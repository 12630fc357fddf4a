internal import ArgumentParser
internal import AuthAPI
internal import Capabilities
internal import DumpIdentity
internal import Foundation
internal import IPLD
internal import Sodium

struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read granted profile fields.",
        discussion: """
            As a viewer, with the id of your request:
              dump read q2wz7a4m --fields name,email
            As a component, with what a viewer handed on to you and your own key; no account is needed:
              dump read --handover name.handover --key component.key --fields name
            """)
    @Argument(help: "The request's id, its end, or . for the only one.") var id: String?
    @Option(help: FieldList.help) var fields: FieldList
    @Option(help: ArgumentHelp("Save the picture.", valueName: "file")) var savePicture: String?
    @Option(help: ArgumentHelp("What a viewer handed on.", valueName: "file")) var handover: String?
    @Option(help: ArgumentHelp("The component's key.", valueName: "file")) var key: String?
    @OptionGroup var addresses: AddressOptions
    @OptionGroup var person: PersonOptions

    func validate() throws {
        guard (id == nil) == (handover != nil), (handover == nil) == (key == nil) else {
            throw ValidationError("read takes the id of a request, or --handover and --key together")
        }
    }

    func run() async throws {
        var answer = Map()
        answer["fields"] = .map(try await values())
        if let savePicture, let data = answer["fields"]?.mapValue?["picture"]?.mapValue?["data"]?.bytesValue {
            try UserFile.writePrivate(data, to: savePicture)
        }
        try person.show(answer) { FieldOutput.table(answer["fields"]?.mapValue ?? Map()) }
    }

    private func values() async throws -> Map {
        if let handover, let key { return try await asComponent(handover, key) }
        let body: Value = ["fields": fields.value]
        let answer = try await NodeClient.loggedIn(person) { client in
            let full = try await SentRequests.resolve(id ?? "", client)
            return try await client.call("POST", "/v1/requests/\(full)/read", body)
        }
        return answer["fields"]?.mapValue ?? Map()
    }

    private func asComponent(_ file: String, _ keyFile: String) async throws -> Map {
        let bytes = try UserFile.read(file, limit: Handover.maximumLength)
        let handover = try reading(file) { try Handover(decoding: bytes) }
        let key = try KeyFile.read(keyFile)
        let client = InvocationClient(client: PeerClient(try addresses.policy()), clock: Clock.now)
        let ciphertexts: [ProfileField: [UInt8]]
        do {
            ciphertexts = try await client.read(
                fields.fields, chain: handover.delegations, grant: handover.grant, with: key)
        } catch {
            throw error == .unreachable || error == .unanswered
                ? CommandError("the node at \(handover.grant.home) cannot be reached", code: .unreachable)
                : CommandError("The capability was not accepted")
        }
        var map = Map()
        for (field, ciphertext) in ciphertexts {
            let value: FieldValue?
            do { value = try handover.open(ciphertext, field: field, with: key) } catch {
                throw CommandError("\(file): the key does not open \(field.rawValue)")
            }
            map[field.rawValue] = value?.value ?? .null
        }
        return map
    }
}

/// The system's clock.
enum Clock {
    /// Now, in Unix seconds.
    @Sendable static func now() -> Int64 { Int64(Date().timeIntervalSince1970) }
}

struct Delegate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hand some of what you were granted on to a component.",
        discussion: """
            The component needs a key of its own (dump key create FILE) and gives you its did:key. It can read only the
            fields that you name, and no longer than your own grant.

            Example: dump delegate q2wz7a4m --to did:key:z6Mk… --fields name --days 3 --save name.handover
            """)
    @Argument(help: "The request's id, its end, or . for the only one.") var id: String
    @Option(help: "The component's did:key.") var to: String
    @Option(help: FieldList.help) var fields: FieldList
    @Option(help: "For how many days; never longer than the grant.") var days: Days
    @Option(help: ArgumentHelp("Where to save what the component needs.", valueName: "file")) var save: String
    @OptionGroup var person: PersonOptions

    func run() async throws {
        let component = try usage("--to") { try Principal(did: to) }
        let body: Value = [
            "audience": .string(component.did), "fields": fields.value, "duration": .int(days.seconds),
        ]
        let answer = try await NodeClient.loggedIn(person) { client in
            let full = try await SentRequests.resolve(id, client)
            return try await client.call("POST", "/v1/requests/\(full)/delegate", body)
        }
        guard let bytes = answer["handover"]?.bytesValue else { throw CommandError("the node's answer is incomplete") }
        try UserFile.writePrivate(bytes, to: save)
        try person.show(answer) { Output.line("Saved to \(save). Only \(component) can use it.") }
    }
}
