import AuthAPI
import DumpIdentity
import IPLD
import Sodium
import Synchronization
import Testing

extension TestNode {
    /// Makes an account: its owner, and the recovery code.
    func joined(_ handle: String) async throws -> (person: Person, recovery: String) {
        let body: Value = ["handle": .string(handle), "passphrase": .string(Person.passphrase)]
        let map = try await anyone.done("POST", "/v1/accounts", body)
        return (Person(node: self, token: map.text("token")), map.text("recovery"))
    }

    /// Tries to log in.
    func logIn(_ handle: String, _ passphrase: String = Person.passphrase) async throws -> Reply {
        let body: Value = ["handle": .string(handle), "passphrase": .string(passphrase)]
        return try await anyone.call("POST", "/v1/session", body)
    }

    /// Tries to recover an account.
    func recover(_ handle: String, _ code: String, to passphrase: String = "a second passphrase") async throws -> Reply
    {
        let body: Value = ["handle": .string(handle), "code": .string(code), "passphrase": .string(passphrase)]
        return try await anyone.call("POST", "/v1/recovery", body)
    }

    /// Tries to make an account from an export; `secret` is `passphrase` or `code`, and what it is.
    func bringIn(
        _ file: [UInt8], as handle: String, _ secret: String, _ value: String, to passphrase: String = Person.passphrase
    ) async throws -> Reply {
        var body = Map()
        body["handle"] = .string(handle)
        body["export"] = .bytes(file)
        body[secret] = .string(value)
        body["new_passphrase"] = .string(passphrase)
        var person = anyone
        person.form = .cbor
        return try await person.call("POST", "/v1/accounts/import", .map(body))
    }
}

extension Reply {
    /// The person who came in by this answer.
    func person(on node: TestNode) throws -> Person {
        try #require(status == 201, "\(status) \(text)")
        return Person(node: node, token: map.text("token"))
    }
}

extension Person {
    static let filePassphrase = "the passphrase of a file"

    /// The person's account in a file.
    func exported() async throws -> [UInt8] {
        var person = self
        person.form = .cbor
        let body: Value = [
            "passphrase": .string(Person.passphrase), "file_passphrase": .string(Person.filePassphrase),
        ]
        let bytes = try await person.done("POST", "/v1/account/export", body)["export"]?.bytesValue
        return try #require(bytes)
    }

    /// A call that names the passphrase.
    func confirmed(
        _ method: String, _ path: String, _ passphrase: String = Person.passphrase
    ) async throws -> Reply {
        try await call(method, path, ["passphrase": .string(passphrase)])
    }

    var isLoggedIn: Bool { get async throws { try await call("GET", "/v1/profile").status == 200 } }

    var grants: [Map] { get async throws { try await done("GET", "/v1/grants").maps("grants") } }
}

/// Hashes in place, and counts what it was asked for.
final class CountingHasher: Sendable {
    private let asked = Mutex<[PasswordHash.Cost]>([])

    var costs: [PasswordHash.Cost] { asked.withLock { $0 } }

    var hasher: PassphraseHasher {
        PassphraseHasher { passphrase, salt, cost in
            self.asked.withLock { $0.append(cost) }
            return try PasswordHash.deriveKey(from: passphrase.bytes, salt: salt, cost: cost)
        }
    }
}
