import IPLD
import TestSupport
import Testing

/// A map of fixed shape that is damaged at random: what is read field by field can also be taken apart, and says the same.
struct FieldDamageTests {
    /// Every field of the shape.
    private struct Fields: Equatable {
        let audience, issuer: Principal
        let command: [UInt8]
        let end: Int64?
        let proofs: [CID]
        let arguments: Map
        let meta: Value?
        let nonce: [UInt8]

        init(_ bytes: [UInt8]) throws(IPLDError) {
            var reader = try FieldReader(CBORReader(bytes[...]))
            audience = try reader.principal("aud")
            command = Array(try reader.unvalidatedText("cmd"))
            end = try reader.nullableInt("exp")
            issuer = try reader.principal("iss")
            proofs = try reader.links("prf", limit: 2)
            arguments = try reader.map("args")
            meta = try reader.optionalMapItem("meta")?.value
            nonce = Array(try reader.bytes("nonce"))
            try reader.finish().finish()
        }

        /// The same map, written from the fields.
        var value: Value {
            var map = Map()
            map["aud"] = .string(audience.did)
            map["cmd"] = .string(String(decoding: command, as: UTF8.self))
            map["exp"] = end.map { .int($0) } ?? .null
            map["iss"] = .string(issuer.did)
            map["prf"] = .list(proofs.map { .link($0) })
            map["args"] = .map(arguments)
            map["meta"] = meta
            map["nonce"] = .bytes(nonce)
            return .map(map)
        }
    }

    private func good(_ random: inout SeededGenerator) throws -> [UInt8] {
        let key = random.bytes(32)
        var map = try #require(
            ([
                "aud": .string(Principal(publicKey: key).did), "cmd": "/a/é", "exp": .null,
                "iss": .string(Principal(publicKey: Bool.random(using: &random) ? key : random.bytes(32)).did),
                "prf": [.link(CID.of(dagCBOR: random.bytes(2)))], "args": ["k": random.value(depth: 0)],
                "nonce": .bytes(random.bytes(2)),
            ] as Value).mapValue)
        if Bool.random(using: &random) { map["exp"] = .int(Int64.random(in: 0...1 << 40, using: &random)) }
        if Bool.random(using: &random) { map["meta"] = ["m": [1, .null]] }
        return try DagCBOR.encode(.map(map))
    }

    @Test(arguments: 0..<40)
    func `what is read to its end is the one encoding of what was read`(seed: UInt64) throws {
        var random = SeededGenerator(seed: 7_000 + seed)
        var (accepted, refused) = (0, 0)
        for round in 0..<100 {
            let bytes = try good(&random)
            let damaged = round % 5 == 0 ? bytes : random.damaged(bytes, by: random.bytes(3))
            guard let fields = try? Fields(damaged) else {
                refused += 1
                continue
            }
            accepted += 1
            // The text is the one thing that the schema's owner has to check.
            guard String(validating: fields.command, as: UTF8.self) != nil else { continue }
            #expect(try DagCBOR.encode(fields.value) == damaged, "seed \(seed)")
        }
        #expect(accepted > 10 && refused > 10, "seed \(seed): \(accepted) accepted, \(refused) refused")
    }
}
