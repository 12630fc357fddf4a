internal import ArgumentParser
internal import AuthAPI
internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import Sodium

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Keys of components.", subcommands: [Create.self, Show.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key in a private file, and print its did:key.")
        @Argument(help: "A file that is not there yet.") var file: String

        func run() throws {
            try KeyFile.create(file)
            try Show.print(file)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the did:key of a key.")
        @Argument(help: "A key file.") var file: String

        func run() throws { try Show.print(file) }

        static func print(_ file: String) throws {
            let key = try KeyFile.read(file)
            do { Output.line(try key.principal().did) } catch { throw CommandError("\(file): it is not a key file") }
        }
    }
}

/// A grant in a file: a container in any encoding, or what a viewer handed on.
enum GrantFile {
    static func read(_ path: String) throws(CommandError) -> [Delegation] {
        let bytes = try UserFile.read(path, limit: Container.maximumLength)
        return try reading(path) {
            // The two forms cannot be mistaken for each other: a handover begins with a CBOR map, which is no header.
            guard let first = bytes.first, Container.Encoding(rawValue: first) != nil else {
                return try Handover(decoding: bytes).delegations
            }
            let delegations = try Container(decoding: bytes).delegations()
            guard delegations.count == 1 else { throw CapabilityError.malformed }
            return delegations
        }
    }
}

struct StatusListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status-list", abstract: "Fetch the status list that tells whether a grant was revoked.",
        discussion: """
            A node that has changed its key since the grant signs with the next one. With --successions its statements
            of that are saved too; "dump verify" takes them.

            Example: dump status-list --grant grant.ucan --save status.jwt --successions node.successions
            """)
    @Option(help: ArgumentHelp("The grant.", valueName: "file")) var grant: String
    @Option(help: ArgumentHelp("Where to save the list.", valueName: "file")) var save: String
    @Option(help: ArgumentHelp("Where to save what the node says of its former keys.", valueName: "file"))
    var successions: String?
    @OptionGroup var addresses: AddressOptions

    func run() async throws {
        let delegations = try GrantFile.read(grant)
        let granted = try reading(grant) { try Grant(delegations[0]) }
        let policy = try addresses.policy()
        let response = try await list(at: granted.status.uri, policy)
        guard response.status == 200 else { throw CommandError("there is no status list at the grant's address") }
        try UserFile.write(response.body, to: save)
        Output.line("Saved to \(save).")
        if let successions {
            try UserFile.write(try await statements(of: granted.home, policy), to: successions)
            Output.line("Saved to \(successions).")
        } else if isSignedByAnother(response.body, than: granted) {
            Output.line("It is not signed with the key that the grant names. If the node has changed its key,")
            Output.line("--successions FILE saves what it says of that, for dump verify.")
        }
    }

    /// Fetches a list from where a grant says that it is.
    private func list(at uri: String, _ policy: AddressPolicy) async throws -> PeerResponse {
        // What stands behind the host is the list's path on the node.
        let start = uri.firstRange(of: "://")?.upperBound ?? uri.startIndex
        let end = uri[start...].firstIndex(of: "/") ?? uri.endIndex
        let node = try reading(grant) { try NodeAddress(String(uri[..<end])) }
        do {
            return try await PeerClient(policy).send(
                "GET", String(uri[end...]), at: node, accept: StatusListToken.mediaType,
                limit: StatusListToken.maximumLength)
        } catch {
            let what =
                error == .addressRefused
                ? "is at an address that is not called; see --allow-loopback and --allow-network" : "cannot be reached"
            throw CommandError("the status list \(what)", code: .unreachable)
        }
    }

    /// What a node says of its former keys, every signature checked; which of them follow from the grant's, the
    /// verification says.
    private func statements(of home: NodeAddress, _ policy: AddressPolicy) async throws -> [UInt8] {
        let answer = try await NodeClient(home, policy).call("GET", "/.well-known/dump")
        return try reading("the node's answer") {
            // A node of an earlier version has none.
            try Successions(answer["successions"]?.listValue ?? []).encoded()
        }
    }

    private func isSignedByAnother(_ list: [UInt8], than grant: Grant) -> Bool {
        do {
            _ = try StatusListToken(
                verifying: String(decoding: list, as: UTF8.self), issuer: grant.node, uri: grant.status.uri,
                at: Clock.now())
            return false
        } catch { return error == .invalidSignature }
    }
}

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify a grant offline: no node, no account, only files.",
        discussion: """
            Checks the object's signature, the chain of delegations from the object's pseudonym, the time, and the
            signed status list. Without a list, or with one that has expired, the answer is a refusal.

            With --json a refusal prints {"error": NAME}, the official name of what is wrong, beside the words on
            standard error. A file that cannot be read has no such name.

            Example: dump verify --object offer.object --grant grant.ucan --status-list status.jwt
            """)
    @Option(help: ArgumentHelp("The signed object.", valueName: "file")) var object: String
    @Option(help: ArgumentHelp("The grant, or what a viewer handed on.", valueName: "file")) var grant: String
    @Option(help: ArgumentHelp("The status list of the owner's node.", valueName: "file")) var statusList: String
    @Option(
        help: ArgumentHelp("What the owner's node says of its former keys, if it had any.", valueName: "file"))
    var successions: String?
    @Option(help: UnixTime.help) var at: UnixTime?
    @Flag(help: "Print JSON for machines.") var json = false

    func run() throws {
        do { try verify() } catch let error as CommandError {
            if json, let name = error.name { try Output.json(["error": .string(name)]) }
            throw error
        }
    }

    /// Verifies by one list alone. What is wrong with the list is told where nothing is wrong with the chain.
    private static func verify(
        _ delegations: [Delegation], for pseudonym: Principal, _ list: String, _ successions: Successions,
        at time: Int64
    ) throws(CapabilityError) -> VerifiedGrant {
        let lists = StatusLists()
        for statement in successions.all { try lists.accept(statement) }
        var fault: CapabilityError?
        do throws(CapabilityError) {
            guard let root = delegations.first else { throw .invalidClaim }
            let grant = try Grant(root)
            try lists.accept(list, issuer: grant.node, uri: grant.status.uri, at: time)
        } catch { fault = error }
        do {
            return try GrantVerifier(lists: lists).verify(delegations, for: .pseudonym(pseudonym), at: time)
        } catch { throw error == .statusUnavailable ? fault ?? error : error }
    }

    private func verify() throws {
        let objectBytes = try UserFile.read(object, limit: ModuleObject.maximumLength)
        let published = try reading(object) { try ModuleObject(verifying: objectBytes) }
        let delegations = try GrantFile.read(grant)
        let listBytes = try UserFile.read(statusList, limit: StatusListToken.maximumLength)
        guard let list = String(validating: listBytes, as: UTF8.self) else {
            throw CommandError("\(statusList): it is not text", name: CapabilityError.malformed.name)
        }
        let statements = try successions.map { path throws(CommandError) in
            let bytes = try UserFile.read(path, limit: Successions.maximumLength)
            return try reading(path) { try Successions(decoding: bytes) }
        }
        let verified = try reading(grant) {
            try Verify.verify(
                delegations, for: published.issuer, list, statements ?? Successions(), at: at?.seconds ?? Clock.now())
        }
        let fields = verified.fields.map(\.rawValue)
        if json {
            return try Output.json([
                "grant": .string(verified.grant.cid.description), "pseudonym": .string(published.issuer.did),
                "holder": .string(verified.chain.holder.did), "fields": .list(fields.map { .string($0) }),
                "expires": .int(verified.expiration), "holder_proven": .bool(verified.isHolderProven),
            ])
        }
        Output.table(
            ["WHAT", "VALUE"],
            [
                ["valid", "signatures, chain, time and status are right"],
                ["pseudonym", published.issuer.did], ["holder", verified.chain.holder.did],
                ["fields", fields.joined(separator: ", ")], ["until (UTC)", Output.time(verified.expiration)],
                ["note", "who shows it must still prove to hold the holder's key"],
            ])
    }
}
