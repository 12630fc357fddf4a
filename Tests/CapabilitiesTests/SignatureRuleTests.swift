import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

@testable import Capabilities

/// Signatures are checked in two forms, envelopes and the JWT of a status list: both have to follow the one rule of
/// `Signature`, also where other libraries differ.
struct SignatureRuleTests {
    private static let edgeCases = "cctv/ed25519vectors.json"

    /// `{"h": varsig header, "dump/test@1.0.0": {"a": 1}}`.
    private static let signed: Value = [
        "h": .bytes(Envelope.varsigHeader), "dump/test@1.0.0": ["a": 1],
    ]
    private static let header = Base64URL.encode(Array(#"{"alg":"EdDSA","typ":"statuslist+jwt"}"#.utf8))

    /// A key of ours with a component of order 8, and signatures by it. No key that is made from a seed is such, but
    /// nothing keeps a stranger from making one: whether its signature holds must not depend on where it stands.
    private static let mixedKey = "7cfd76a1a96769182282ba41734d6ee4e73908a8b30c1d845ba892b04e95329a"
    private static let mixedSignatures: [(envelope: String, token: String, isAccepted: Bool)] = [
        // The components cancel out, with R in the main subgroup and outside it.
        (
            """
            57f85fa7df24b17aa4fd42674400fa5500383bfc1ee71b10ad02c9a09b7d38a2\
            bf43e13db4a3a0f8630ddfe1e37e9558620fda03ecdaff8bebcb2b445642e701
            """,
            """
            b962003672414d7b3e423fd18d5cb22d3c1a68c6f55d2a846b0d542f536d257e\
            70dde36b0a56e36e4d14dd94a134c756768e64741fdb672d341b67ea0efce200
            """, true
        ),
        (
            """
            b38fb0cc2738a19800bc9a9b5e5c0754784848c749c2fdd1f4842db43600da6a\
            9af0fb200cdcc6eae1a7838cbd8c1355c2d7f0f549a7e59db77041c4a5af5703
            """,
            """
            40436cb2f1420967e12d2d965beb33cbbb872c2208ef96f0bc311fd9f034910f\
            45673e6279901bba76880f321fc54bb9d562feedd31eab83e750e95a2474a803
            """, true
        ),
        // They leave a residue, which only the equation with the cofactor passes over.
        (
            """
            40af667b63bbdacb333e4569cae3ee9cc2e4a5f1ec8a0fd00819bea34b7d5b9d\
            483af9f427a797c1652208759e0eeb86561d99c639b56b49da03bc80314ba60e
            """,
            """
            40af667b63bbdacb333e4569cae3ee9cc2e4a5f1ec8a0fd00819bea34b7d5b9d\
            6c006f7b35eda93a583f77004367ac623ec2bba544689a5f633353bb38a1f403
            """, false
        ),
        (
            """
            a7c93238c8bd223d96bfee0ded5a7f359c62a5da0920b0889fa198743aeaea7b\
            ced91b121c5d16cd29a511bc9357874b452129ed16d1b89c519c97b8e4a4cc0a
            """,
            """
            a7c93238c8bd223d96bfee0ded5a7f359c62a5da0920b0889fa198743aeaea7b\
            c7f1782bee52fcf4cb484902b6c88de96127c1c0235702b37612270262c6d809
            """, false
        ),
    ]

    /// What is signed in a token of a list that the key's holder issues.
    private static func tokenInput(_ key: Principal) -> String {
        let claims = """
            {"sub":"https://node.example/1","iss":"\(key.did)","iat":1767225600,"exp":1767229200,"ttl":300,\
            "status_list":{"bits":1,"lst":"eNrjAAAACQAJ"}}
            """
        return header + "." + Base64URL.encode(Array(claims.utf8))
    }

    private static func envelope(_ signature: [UInt8]) throws -> Envelope {
        try Envelope(decoding: [0x82, 0x58, 0x40] + signature + DagCBOR.encode(signed))
    }

    /// Whether a token with this signature is accepted; it has no other fault.
    private static func acceptsToken(_ signature: [UInt8], by key: Principal) throws -> Bool {
        let token = tokenInput(key) + "." + Base64URL.encode(signature)
        let refused = try refusal {
            try StatusListToken(verifying: token, issuer: key, uri: "https://node.example/1", at: testTime)
        }
        #expect(refused == nil || refused == .invalidSignature)
        return refused == nil
    }

    @Test(arguments: mixedSignatures)
    func `a signature by a key of mixed order is decided alike in an envelope and in a token`(
        inEnvelope: String, inToken: String, isAccepted: Bool
    ) throws {
        let key = try Principal(publicKey: hex(Self.mixedKey))
        let (first, second) = try (hex(inEnvelope), hex(inToken))
        let signed = try DagCBOR.encode(Self.signed)
        #expect(Signature.isValid(first, of: signed, by: key.publicKey) == isAccepted)
        #expect(try Self.envelope(first).isSigned(by: key) == isAccepted)
        #expect(Signature.isValid(second, of: Array(Self.tokenInput(key).utf8), by: key.publicKey) == isAccepted)
        #expect(try Self.acceptsToken(second, by: key) == isAccepted)
    }

    /// Keys and signatures of small order are the dangerous ones here: a lax verifier accepts them over any message.
    @Test(.enabled(if: PublishedVectors.exist(edgeCases), "no published vectors beside the project"))
    func `every key and signature of the edge cases is decided alike in an envelope and in a token`() throws {
        let cases = try PublishedVectors.read(Self.edgeCases, as: [EdgeCase].self)
        let signed = try DagCBOR.encode(Self.signed)
        var accepted = 0
        for edge in cases {
            let key = try Principal(publicKey: hex(edge.key))
            let signature = try hex(edge.sig)
            let inEnvelope = try Self.envelope(signature).isSigned(by: key)
            let inToken = try Self.acceptsToken(signature, by: key)
            let input = Array(Self.tokenInput(key).utf8)
            #expect(inEnvelope == Signature.isValid(signature, of: signed, by: key.publicKey), "\(edge.number)")
            #expect(inToken == Signature.isValid(signature, of: input, by: key.publicKey), "\(edge.number)")
            // None of them was made for these messages.
            accepted += inEnvelope || inToken ? 1 : 0
        }
        #expect(cases.count == 914)
        #expect(accepted == 0)
    }

    @Test func `what is signed anywhere is what the rule accepts`() throws {
        for party in Party.allCases {
            let principal = try party.principal
            var payload = Map()
            payload["a"] = 1
            let envelope = try Envelope.sign(payload, tag: "dump/test@1.0.0", with: party.key())
            #expect(envelope.isSigned(by: principal))
            let signed = envelope.bytes.dropFirst(3 + Signature.length)
            #expect(Signature.isValid(envelope.signature, of: signed, by: principal.publicKey))
            let token = try statusListToken(issuer: party)
            let parts = token.split(separator: ".")
            let signature = try Base64URL.decode(parts[2])
            #expect(Signature.isValid(signature, of: Array((parts[0] + "." + parts[1]).utf8), by: principal.publicKey))
        }
    }
}

private struct EdgeCase: Decodable {
    let number: Int
    let key: String
    let sig: String
}
