import Sodium
import TestSupport
import Testing

@testable import DumpIdentity

/// Wrapping a root key under a passphrase.
struct PassphraseWrapTests {
    private static let phrase = "correct horse battery staple"
    private static let salt = [UInt8](repeating: 5, count: PasswordHash.saltLength)

    private static func key(_ text: String = phrase, salt: [UInt8] = salt) throws -> SecretBytes {
        let passphrase = try Passphrase(text)
        return try PasswordHash.deriveKey(from: passphrase.bytes, salt: salt, cost: Made.cost)
    }

    private static func wrap(_ root: RootKey) throws -> PassphraseWrap {
        let derived = try key()
        return try PassphraseWrap(root, handle: Handle("alice"), key: derived, salt: salt, cost: Made.cost)
    }

    @Test func `the passphrase gives the root key back`() throws {
        let root = try Made.root()
        let wrap = try Self.wrap(root)
        let derived = try Self.key()
        let again = try wrap.unwrap(handle: Handle("alice"), key: derived)
        #expect(again.secret.copyForTransfer() == root.secret.copyForTransfer())
    }

    @Test func `a wrap is 40 bytes longer than the key and never the same twice`() throws {
        let root = try Made.root()
        let (first, second) = (try Self.wrap(root), try Self.wrap(root))
        #expect(first.ciphertext.count == 72)
        #expect(first.ciphertext != second.ciphertext)
        #expect(first.salt == Self.salt)
        #expect(first.cost == Made.cost)
    }

    @Test(arguments: ["correct horse battery stapler", "Correct horse battery staple", "correct horse battery staple "])
    func `another passphrase does not`(text: String) throws {
        let wrap = try Self.wrap(Made.root())
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            let derived = try Self.key(text)
            _ = try wrap.unwrap(handle: Handle("alice"), key: derived)
        }
    }

    @Test(arguments: ["bob", "alice2", "alic"])
    func `another handle does not`(name: String) throws {
        let wrap = try Self.wrap(Made.root())
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            let derived = try Self.key()
            _ = try wrap.unwrap(handle: Handle(name), key: derived)
        }
    }

    @Test(arguments: [
        PasswordHash.Cost(operations: 2, memory: 8_192), PasswordHash.Cost(operations: 1, memory: 8_193),
        PasswordHash.Cost(operations: 18_192, memory: 1),
    ])
    func `another stated cost does not, even with the right key`(cost: PasswordHash.Cost) throws {
        let wrap = try Self.wrap(Made.root())
        let altered = PassphraseWrap(cost: cost, salt: wrap.salt, ciphertext: wrap.ciphertext)
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            let derived = try Self.key()
            _ = try altered.unwrap(handle: Handle("alice"), key: derived)
        }
    }

    @Test func `an altered or truncated wrap does not open`() throws {
        let wrap = try Self.wrap(Made.root())
        for index in wrap.ciphertext.indices {
            for ciphertext in [wrap.ciphertext.altered(at: index), Array(wrap.ciphertext.prefix(index))] {
                #expect(throws: IdentityError.crypto(.notAuthentic)) {
                    let derived = try Self.key()
                    _ = try PassphraseWrap(cost: wrap.cost, salt: wrap.salt, ciphertext: ciphertext)
                        .unwrap(handle: Handle("alice"), key: derived)
                }
            }
        }
    }

    @Test func `a wrapped key of another length is refused`() throws {
        let derived = try Self.key()
        let short = try SecretBytes([1, 2, 3], in: .scratch)
        let context = Array("dump/v1/root/passphrase\u{0}alice/1/8192".utf8)
        let sealed = try AEAD.seal(secret: short, key: derived, context: context)
        let wrap = PassphraseWrap(cost: Made.cost, salt: Self.salt, ciphertext: sealed)
        #expect(throws: IdentityError.crypto(.wrongLength(expected: 32, actual: 3))) {
            let derived = try Self.key()
            _ = try wrap.unwrap(handle: Handle("alice"), key: derived)
        }
    }

    @Test(arguments: [("ten bytes.", 10), ("zehn Zöl.", 10), (String(repeating: "a", count: 1_024), 1_024)])
    func `a passphrase of 10 to 1,024 bytes is taken as it is`(text: String, count: Int) throws {
        let passphrase = try Passphrase(text)
        #expect(passphrase.bytes.count == count)
        #expect(passphrase.bytes.copyForTransfer() == Array(text.utf8))
    }

    @Test(arguments: ["", "123456789", "zehn Zöl", String(repeating: "a", count: 1_025)])
    func `a shorter or longer passphrase is refused`(text: String) {
        #expect(throws: IdentityError.invalidPassphrase(minimum: 10)) { _ = try Passphrase(text) }
    }
}
