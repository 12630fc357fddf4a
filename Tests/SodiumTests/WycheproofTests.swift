import TestSupport
import Testing

@testable import Sodium

/// Every case of Wycheproof for the primitives that the project uses; skipped where the vectors are absent.
struct WycheproofTests {
    private static let ed25519 = "wycheproof/ed25519_test.json"
    private static let x25519 = "wycheproof/x25519_test.json"
    private static let aead = "wycheproof/xchacha20_poly1305_test.json"

    @Test(.enabled(if: PublishedVectors.exist(ed25519), "no published vectors beside the project"))
    func `every Ed25519 vector of Wycheproof has the published result`() throws {
        let document = try PublishedVectors.read(Self.ed25519, as: Wycheproof<SignatureGroup>.self)
        var (count, accepted) = (0, 0)
        for group in document.testGroups {
            for test in group.tests {
                let isValid = try Signature.isValid(hex(test.sig), of: hex(test.msg), by: hex(group.publicKey.pk))
                #expect(isValid == (test.result == "valid"), "test \(test.tcId)")
                count += 1
                accepted += isValid ? 1 : 0
            }
        }
        print("Wycheproof, Ed25519: \(count) cases, \(accepted) accepted")
        #expect(document.numberOfTests == count)
        #expect(count == 151)
        #expect(accepted == 88)
    }

    /// The project's one rule, read off the flags of each case: it is refused exactly where the shared secret is all
    /// zeros (`ZeroSharedSecret`, which is wherever `LowOrderPublic` or `SmallPublicKey` stands).
    ///
    /// What Wycheproof leaves open besides, we accept, with the published secret: points on the twist (`Twist`), public
    /// keys that are not canonically encoded (`NonCanonicalPublic`) and every edge case.
    @Test(.enabled(if: PublishedVectors.exist(x25519), "no published vectors beside the project"))
    func `every X25519 vector of Wycheproof is decided by the one rule`() throws {
        let document = try PublishedVectors.read(Self.x25519, as: Wycheproof<AgreementGroup>.self)
        var (count, refused) = (0, 0)
        for test in document.testGroups.flatMap(\.tests) {
            let isZero = test.flags.contains("ZeroSharedSecret")
            #expect(isZero == test.flags.contains { ["LowOrderPublic", "SmallPublicKey"].contains($0) })
            #expect(try isZero == hex(test.shared).allSatisfy { $0 == 0 }, "test \(test.tcId)")
            let secretKey = try SecretBytes.test(hex(test.private))
            let publicKey = try hex(test.public)
            count += 1
            if isZero {
                #expect(test.result == "acceptable", "test \(test.tcId)")
                #expect(throws: SodiumError.invalidKey, "test \(test.tcId)") {
                    _ = try KeyAgreement.sharedSecret(of: secretKey, with: publicKey)
                }
                refused += 1
            } else {
                let secret = try KeyAgreement.sharedSecret(of: secretKey, with: publicKey).copyForTransfer()
                #expect(try secret == hex(test.shared), "test \(test.tcId)")
            }
        }
        print("Wycheproof, X25519: \(count) cases, \(count - refused) accepted, \(refused) refused for a zero secret")
        #expect(document.numberOfTests == count)
        #expect(count == 518)
        #expect(refused == 31)
    }

    @Test(.enabled(if: PublishedVectors.exist(aead), "no published vectors beside the project"))
    func `every XChaCha20-Poly1305 vector of Wycheproof has the published result`() throws {
        let document = try PublishedVectors.read(Self.aead, as: Wycheproof<AEADGroup>.self)
        var (count, refusedNonces, refusedTags) = (0, 0, 0)
        for test in document.testGroups.flatMap(\.tests) {
            let key = try SecretBytes.test(hex(test.key))
            let (nonce, context, message) = try (hex(test.iv), hex(test.aad), hex(test.msg))
            let ciphertext = try nonce + hex(test.ct) + hex(test.tag)
            let opened = try? AEAD.open(ciphertext, key: key, context: context)
            let sealed = try? AEAD.seal(message, key: key, nonce: nonce, context: context)
            count += 1
            if test.result == "valid" {
                #expect(opened == message, "test \(test.tcId)")
                #expect(sealed == ciphertext, "test \(test.tcId)")
                continue
            }
            #expect(opened == nil, "test \(test.tcId)")
            if nonce.count != AEAD.nonceLength {
                #expect(sealed == nil, "test \(test.tcId)")
                refusedNonces += 1
            } else {
                refusedTags += 1
            }
        }
        print(
            """
            Wycheproof, XChaCha20-Poly1305: \(count) cases, \(count - refusedNonces - refusedTags) accepted, refused \
            \(refusedTags) for the tag and \(refusedNonces) for the length of the nonce
            """)
        #expect(document.numberOfTests == count)
        #expect(count == 315)
        #expect(refusedNonces == 9)
        #expect(refusedTags == 60)
    }
}

private struct Wycheproof<Group: Decodable>: Decodable {
    let numberOfTests: Int
    let testGroups: [Group]
}

private struct SignatureGroup: Decodable {
    struct Key: Decodable { let pk: String }
    struct Case: Decodable {
        let tcId: Int
        let msg: String
        let sig: String
        let result: String
    }
    let publicKey: Key
    let tests: [Case]
}

private struct AgreementGroup: Decodable {
    struct Case: Decodable {
        let tcId: Int
        let flags: [String]
        let `public`: String
        let `private`: String
        let shared: String
        let result: String
    }
    let tests: [Case]
}

private struct AEADGroup: Decodable {
    struct Case: Decodable {
        let tcId: Int
        let key: String
        let iv: String
        let aad: String
        let msg: String
        let ct: String
        let tag: String
        let result: String
    }
    let tests: [Case]
}
