import Sodium
import TestSupport
import Testing

@testable import DumpIdentity

struct RecoveryWrapTests {
    private static let text = "0123-4567-89AB-CDEF-GHJK-MNPQ-RS05"

    private static func wrap(_ root: RootKey) throws -> RecoveryWrap {
        let code = try RecoveryCode(text)
        return try RecoveryWrap(root, code: code)
    }

    @Test func `the code gives the root key back`() throws {
        let root = try Made.root()
        let stored = try RecoveryWrap(Self.wrap(root).bytes)
        let code = try RecoveryCode(Self.text.lowercased())
        #expect(try stored.unwrap(code).secret.copyForTransfer() == root.secret.copyForTransfer())
    }

    @Test func `a wrap is 40 bytes longer than the key and never the same twice`() throws {
        let root = try Made.root()
        let (first, second) = (try Self.wrap(root), try Self.wrap(root))
        #expect(first.bytes.count == 72)
        #expect(first != second)
    }

    @Test func `another code does not`() throws {
        let wrap = try Self.wrap(Made.root())
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            let other = try RecoveryCode.random()
            _ = try wrap.unwrap(other)
        }
    }

    @Test func `an altered wrap does not open`() throws {
        let wrap = try Self.wrap(Made.root())
        for index in wrap.bytes.indices {
            let altered = try RecoveryWrap(wrap.bytes.altered(at: index))
            #expect(throws: IdentityError.crypto(.notAuthentic)) {
                let code = try RecoveryCode(Self.text)
                _ = try altered.unwrap(code)
            }
        }
    }

    @Test(arguments: [0, 71, 73])
    func `a wrap of another length is refused`(count: Int) {
        #expect(throws: IdentityError.crypto(.wrongLength(expected: 72, actual: count))) {
            try RecoveryWrap([UInt8](repeating: 0, count: count))
        }
    }

    @Test func `what a code wrapped is no export's, and no passphrase's`() throws {
        let code = try RecoveryCode(Self.text)
        let key = try Hashing.deriveKey(from: code.secret, message: Array("dump/v1/custody/recovery\u{0}".utf8))
        for label in ["dump/v1/root/passphrase", "dump/v1/root/export", "dump/v1/root/recovery/2", ""] {
            let sealed = try AEAD.seal([UInt8](repeating: 1, count: 32), key: key, context: Array("\(label)\u{0}".utf8))
            let wrap = try RecoveryWrap(sealed)
            #expect(throws: IdentityError.crypto(.notAuthentic)) {
                let code = try RecoveryCode(Self.text)
                _ = try wrap.unwrap(code)
            }
        }
    }
}
