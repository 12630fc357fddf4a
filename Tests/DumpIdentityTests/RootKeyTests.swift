import IPLD
import Sodium
import Testing

@testable import DumpIdentity

struct RootKeyTests {
    @Test func `all keys of a person are distinct, and none is another person's`() throws {
        var keys: [[UInt8]] = []
        for first: UInt8 in [0, 1] {
            let root = try Made.root(from: first)
            let profile = try root.profileKeys()
            keys += [root.secret.copyForTransfer(), profile.signing.publicKey]
            keys += [profile.storage.copyForTransfer(), profile.state.copyForTransfer()]
            for module in ["org.dump.market", "org.dump.news", "org.dump.market2"] {
                for index: UInt64 in [0, 1, 256, .max] {
                    let pseudonym = try root.pseudonymKeys(module: ModuleID(module), index: index)
                    keys += [pseudonym.signing.publicKey, pseudonym.storage.copyForTransfer()]
                    #expect(pseudonym.principal.publicKey == pseudonym.signing.publicKey)
                    #expect(pseudonym.index == index)
                    #expect(pseudonym.module.string == module)
                }
            }
        }
        #expect(Set(keys).count == keys.count)
        #expect(keys.allSatisfy { $0.count == 32 })
    }

    @Test func `the same root gives the same keys`() throws {
        let module = try ModuleID(Made.market)
        let first = try Made.root().pseudonymKeys(module: module, index: 3).principal
        let second = try Made.root().pseudonymKeys(module: module, index: 3).principal
        #expect(first == second)
    }

    @Test func `a pseudonym follows from label, module and index as the specification says`() throws {
        let message =
            Array("dump/v1/pseudonym/sign".utf8) + [0] + Array(Made.market.utf8) + [0]
            + [0, 0, 0, 1, 0, 0, 0, 2]
        let parent = try Made.secret()
        let seed = try Hashing.deriveKey(from: parent, message: message)
        let key = try SigningKey(seed: seed)
        let keys = try Made.root().pseudonymKeys(module: ModuleID(Made.market), index: 0x1_0000_0002)
        #expect(keys.signing.publicKey == key.publicKey)
    }

    @Test func `no two labels are the same, and none holds a zero byte`() {
        let labels = [
            Derivation.profileSigning, Derivation.profileStorage, Derivation.accountState,
            Derivation.pseudonymSigning, Derivation.pseudonymStorage, Derivation.sessionIdentifier,
            Derivation.sessionWrap, Derivation.passphraseWrap, Derivation.accountSettings,
        ]
        #expect(Set(labels).count == labels.count)
        #expect(labels.allSatisfy { $0.hasPrefix("dump/v1/") && !$0.utf8.contains(0) })
    }

    @Test func `a message is the label, a zero byte and the context`() {
        #expect(Derivation.message("ab", context: [1, 0]) == [0x61, 0x62, 0, 1, 0])
        #expect(Derivation.message("ab") == [0x61, 0x62, 0])
    }

    @Test(arguments: [0, 31, 33, 64])
    func `a root key of another length is refused`(count: Int) {
        #expect(throws: IdentityError.crypto(.wrongLength(expected: 32, actual: count))) {
            try RootKey(SecretBytes([UInt8](repeating: 1, count: count), in: .scratch))
        }
    }

    @Test func `two random root keys differ`() throws {
        let first = try RootKey.random().secret.copyForTransfer()
        let second = try RootKey.random().secret.copyForTransfer()
        #expect(first.count == 32)
        #expect(first != second)
    }
}
