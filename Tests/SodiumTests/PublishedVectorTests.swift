import Testing

@testable import Sodium

/// Tests against the vectors of others; skipped where those are absent.
struct PublishedVectorTests {
    private static let ed25519 = "wycheproof/ed25519_test.json"
    private static let aead = "wycheproof/xchacha20_poly1305_test.json"
    private static let edgeCases = "cctv/ed25519vectors.json"

    @Test(.enabled(if: PublishedVectors.exist(ed25519), "no published vectors beside the project"))
    func `every Ed25519 vector of Wycheproof has the published result`() throws {
        let document = try PublishedVectors.read(Self.ed25519, as: Wycheproof<SignatureGroup>.self)
        var count = 0
        for group in document.testGroups {
            for test in group.tests {
                let isValid = Signature.isValid(hex(test.sig), of: hex(test.msg), by: hex(group.publicKey.pk))
                #expect(isValid == (test.result == "valid"), "test \(test.tcId)")
                count += 1
            }
        }
        #expect(count == 151)
    }

    @Test(.enabled(if: PublishedVectors.exist(aead), "no published vectors beside the project"))
    func `every XChaCha20-Poly1305 vector of Wycheproof has the published result`() throws {
        let document = try PublishedVectors.read(Self.aead, as: Wycheproof<AEADGroup>.self)
        var (count, refusedNonces) = (0, 0)
        for test in document.testGroups.flatMap(\.tests) {
            let key = try SecretBytes.test(hex(test.key))
            let (nonce, context) = (hex(test.iv), hex(test.aad))
            let ciphertext = nonce + hex(test.ct) + hex(test.tag)
            let opened = try? AEAD.open(ciphertext, key: key, context: context)
            let sealed = try? AEAD.seal(hex(test.msg), key: key, nonce: nonce, context: context)
            count += 1
            if test.result == "valid" {
                #expect(opened == hex(test.msg), "test \(test.tcId)")
                #expect(sealed == ciphertext, "test \(test.tcId)")
                continue
            }
            #expect(opened == nil, "test \(test.tcId)")
            if nonce.count != AEAD.nonceLength {
                #expect(sealed == nil, "test \(test.tcId)")
                refusedNonces += 1
            }
        }
        #expect(count == 315)
        #expect(refusedNonces == 9)
    }

    /// The project's one rule is libsodium's, read off the flags of each case:
    ///
    /// - A key or an R of small order is refused (`low_order_A`, `low_order_R`).
    /// - A key or an R that is not canonically encoded is refused (`non_canonical_A`, `non_canonical_R`).
    /// - The equation is checked without the cofactor, so a residue of small order is refused (`low_order_residue`).
    /// - Components of small order that cancel out are not looked for (`low_order_component_A`,
    ///   `low_order_component_R`): these signatures are accepted.
    /// - `reencoded_k` stands only where something is not canonical: it changes nothing.
    ///
    /// A case is accepted exactly where every flag is one of the two of the fourth line.
    @Test(.enabled(if: PublishedVectors.exist(edgeCases), "no published vectors beside the project"))
    func `every edge case of Ed25519 is decided by the one rule`() throws {
        let accepting: Set<String> = ["low_order_component_A", "low_order_component_R"]
        let cases = try PublishedVectors.read(Self.edgeCases, as: [EdgeCase].self)
        var accepted = 0
        for edge in cases {
            let expected = accepting.isSuperset(of: edge.flags ?? [])
            let isValid = Signature.isValid(hex(edge.sig), of: Array(edge.msg.utf8), by: hex(edge.key))
            #expect(isValid == expected, "case \(edge.number)")
            accepted += isValid ? 1 : 0
        }
        #expect(cases.count == 914)
        #expect(accepted == 43)
    }
}

private struct Wycheproof<Group: Decodable>: Decodable { let testGroups: [Group] }

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

private struct EdgeCase: Decodable {
    let number: Int
    let key: String
    let sig: String
    let msg: String
    let flags: [String]?
}
