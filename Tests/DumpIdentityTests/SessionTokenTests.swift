import Sodium
import TestSupport
import Testing

@testable import DumpIdentity

struct SessionTokenTests {
    private static let bytes = (0..<32).map { UInt8($0) }

    @Test func `the token gives the root key back that it wrapped`() throws {
        let root = try Made.root(from: 9)
        let token = try SessionToken(Self.bytes)
        let wrapped = try token.wrap(root, handle: Handle("alice"))
        let same = try SessionToken(token.bytesForHolder())
        let again = try same.unwrap(wrapped, handle: Handle("alice"))
        #expect(again.secret.copyForTransfer() == root.secret.copyForTransfer())
        #expect(wrapped.count == 72)
    }

    @Test func `another token does not`() throws {
        let wrapped = try SessionToken(Self.bytes).wrap(Made.root(), handle: Handle("alice"))
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            _ = try SessionToken(Self.bytes.reversed()).unwrap(wrapped, handle: Handle("alice"))
        }
    }

    @Test func `another account does not`() throws {
        let wrapped = try SessionToken(Self.bytes).wrap(Made.root(), handle: Handle("alice"))
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            _ = try SessionToken(Self.bytes).unwrap(wrapped, handle: Handle("bob"))
        }
    }

    @Test func `an altered or truncated wrap does not open`() throws {
        let wrapped = try SessionToken(Self.bytes).wrap(Made.root(), handle: Handle("alice"))
        for index in wrapped.indices {
            for ciphertext in [wrapped.altered(at: index, by: 0x80), Array(wrapped.prefix(index))] {
                #expect(throws: IdentityError.crypto(.notAuthentic)) {
                    _ = try SessionToken(Self.bytes).unwrap(ciphertext, handle: Handle("alice"))
                }
            }
        }
    }

    @Test func `the identifier does not open what the token wrapped`() throws {
        let token = try SessionToken(Self.bytes)
        let wrapped = try token.wrap(Made.root(), handle: Handle("alice"))
        let identifier = try token.identifier()
        #expect(identifier.count == 32)
        #expect(identifier != Self.bytes)
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            _ = try SessionToken(identifier).unwrap(wrapped, handle: Handle("alice"))
        }
        #expect(throws: SodiumError.notAuthentic) {
            let key = try SecretBytes(identifier, in: .scratch)
            _ = try AEAD.open(wrapped, key: key, context: Array("alice".utf8))
        }
    }

    @Test func `two tokens have two identifiers`() throws {
        let (first, second) = (try SessionToken.random().identifier(), try SessionToken.random().identifier())
        #expect(first != second)
    }

    @Test(arguments: [0, 31, 33])
    func `a token of another length is refused`(count: Int) {
        #expect(throws: IdentityError.crypto(.wrongLength(expected: 32, actual: count))) {
            _ = try SessionToken([UInt8](repeating: 1, count: count))
        }
    }
}
