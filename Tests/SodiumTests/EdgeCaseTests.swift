import TestSupport
import Testing

@testable import Sodium

/// The edge cases of Ed25519 that CCTV collects; skipped where they are absent.
struct EdgeCaseTests {
    private static let edgeCases = "cctv/ed25519vectors.json"

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
            let isValid = try Signature.isValid(hex(edge.sig), of: Array(edge.msg.utf8), by: hex(edge.key))
            #expect(isValid == expected, "case \(edge.number)")
            accepted += isValid ? 1 : 0
        }
        print("CCTV, Ed25519: \(cases.count) cases, \(accepted) accepted")
        #expect(cases.count == 914)
        #expect(accepted == 43)
    }
}

private struct EdgeCase: Decodable {
    let number: Int
    let key: String
    let sig: String
    let msg: String
    let flags: [String]?
}
