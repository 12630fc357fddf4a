internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// What an owner has set once for all pseudonyms of the account.
///
/// It is kept beside the records of pseudonyms, sealed under a key of the root key and under a name that only this key
/// gives: which account it belongs to, or that it has any, stands nowhere. Source: `docs/spec.md`, "Settings".
struct OwnerSettings: Equatable {
    var blocks: [Block] = []
    var rules: [StandingRule] = []
    var notices: [Notice] = []

    /// What is blocked, to be looked up.
    var blockedSubjects: Set<Block.Subject> { Set(blocks.map(\.subject)) }

    /// The most blocks of one account.
    static let maximumBlocks = 500

    /// The settings as another node can use them: it has other names for where requests come from.
    var takenElsewhere: OwnerSettings {
        var taken = self
        taken.blocks.removeAll { if case .origin = $0.subject { true } else { false } }
        return taken
    }

    var value: Value {
        [
            "blocks": .list(blocks.map(\.value)), "rules": .list(rules.map(\.value)),
            "notices": .list(notices.map(\.value)),
        ]
    }

    init() {}

    init(_ value: Value) throws {
        var reader = MapReader(value.mapValue ?? Map())
        blocks = try reader.list("blocks").map { try Block($0) }
        // Earlier versions had none of these.
        rules = try (reader.optionalList("rules") ?? []).map { try StandingRule($0) }
        notices = try (reader.optionalList("notices") ?? []).map { try Notice($0) }
    }
}

/// From whom an owner takes no requests.
struct Block: Equatable {
    /// What is blocked.
    enum Subject: Hashable {
        /// A viewer, as a principal.
        case viewer(Principal)
        /// Everything that comes from one place: a node with all its viewers.
        case origin(RequestOrigin)
    }

    let subject: Subject
    /// The day on which it was set, in Unix seconds.
    let since: Int64

    /// The name under which it is shown and lifted: the principal, or the origin in base64url.
    var name: String {
        switch subject {
        case .viewer(let viewer): viewer.did
        case .origin(let origin): origin.text
        }
    }

    /// `{"viewer" or "origin": …, "since": day}`.
    var value: Value {
        switch subject {
        case .viewer(let viewer): ["viewer": .string(viewer.did), "since": .int(since)]
        case .origin(let origin): ["origin": .bytes(origin.bytes), "since": .int(since)]
        }
    }

    init(_ subject: Subject, since: Int64) {
        self.subject = subject
        self.since = since
    }

    init(_ value: Value) throws {
        var reader = MapReader(value.mapValue ?? Map())
        since = try reader.int("since")
        if let viewer = try reader.optionalString("viewer") {
            subject = .viewer(try Principal(did: viewer))
        } else {
            subject = .origin(try RequestOrigin(reader.bytes("origin")))
        }
        try reader.finish()
    }
}

/// Where a request came from, as its owner may know it: the same place has the same name, and the name does not tell the
/// place. Only the node that took the request can make it.
struct RequestOrigin: Hashable, Sendable {
    static let length = 16

    let bytes: [UInt8]

    init(_ bytes: [UInt8]) throws(APIError) {
        guard bytes.count == RequestOrigin.length else {
            throw .malformed("an origin has \(RequestOrigin.length) bytes")
        }
        self.bytes = bytes
    }

    var text: String { Base64URL.encode(bytes) }
}

/// Reads and writes the settings of an account.
struct SettingsShelf {
    private static let label = "dump/v1/account/settings"
    static let kind = SealedKind("dump/v1/account/settings", sizeClasses: [8_192, 65_536])

    let node: Node
    let root: RootKey

    func read() async throws -> OwnerSettings {
        let key = try root.settingsKey()
        let name = try name(key)
        guard let record = try await node.pseudonyms.record(name, on: name) else { return OwnerSettings() }
        return try OwnerSettings(
            SealedValue.open(record.sealed, kind: SettingsShelf.kind, key: key, context: name))
    }

    /// Stores settings; their account's turn it must be.
    func write(_ settings: OwnerSettings) async throws {
        try await node.pseudonyms.put(try seal(settings))
    }

    /// Destroys the settings.
    func remove() async throws {
        let name = try name()
        try await node.pseudonyms.remove(StoredRecord(identifier: name, shelf: name, sealed: []))
    }

    func seal(_ settings: OwnerSettings) throws -> StoredRecord {
        let key = try root.settingsKey()
        let name = try name(key)
        let sealed = try SealedValue.seal(
            settings.value, kind: SettingsShelf.kind, key: key, context: name, random: node.random)
        return StoredRecord(identifier: name, shelf: name, sealed: sealed)
    }

    /// The name of the shelf and of the one record on it.
    func name() throws -> [UInt8] { try name(try root.settingsKey()) }

    private func name(_ key: borrowing SecretBytes) throws -> [UInt8] {
        try Hashing.blake2b(Derivation.message(SettingsShelf.label), key: key)
    }
}
