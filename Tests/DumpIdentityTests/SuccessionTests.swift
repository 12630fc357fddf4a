import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

struct SuccessionTests {
    /// A half, signed by the key of `signer`, which may be another than it says.
    private static func half(
        _ issuer: UInt8, _ field: String, _ other: UInt8, day: Int64 = Day.start(of: Made.time), signer: UInt8? = nil,
        tag: String = Succession.tag, more: Bool = false
    ) throws -> Value {
        var payload = Map()
        payload["iss"] = .string(try Made.key(from: issuer).principal().did)
        payload[field] = .string(try Made.key(from: other).principal().did)
        payload["iat"] = .int(day)
        if more { payload["more"] = 1 }
        let key = try Made.key(from: signer ?? issuer)
        return .bytes(try Envelope.sign(payload, tag: tag, with: key).bytes)
    }

    private static func verify(_ halves: Value...) throws -> Succession {
        try Succession(verifying: DagCBOR.encode(.list(halves)))
    }

    @Test func `a statement names both, and the day alone`() throws {
        let former = try Made.key(from: 1)
        let next = try Made.key(from: 2)
        let statement = try Succession.sign(from: former, to: next, time: Made.time)
        #expect(try statement.former == former.principal())
        #expect(try statement.next == next.principal())
        #expect(statement.day == Day.start(of: Made.time))
        #expect(try Succession(verifying: statement.bytes) == statement)
        #expect(try statement == Self.verify(Self.half(1, "next", 2), Self.half(2, "former", 1)))
    }

    @Test func `a statement with any byte altered is refused`() throws {
        let former = try Made.key(from: 1)
        let next = try Made.key(from: 2)
        let bytes = try Succession.sign(from: former, to: next, time: Made.time).bytes
        for index in bytes.indices {
            let altered = bytes.altered(at: index)
            #expect(throws: IdentityError.self, "byte \(index)") { try Succession(verifying: altered) }
            #expect(throws: IdentityError.self) { try Succession(verifying: Array(bytes.prefix(index))) }
        }
    }

    @Test func `signed by one of the two alone it is refused`() throws {
        #expect(throws: IdentityError.invalidSignature) {
            try Self.verify(Self.half(1, "next", 2), Self.half(2, "former", 1, signer: 1))
        }
        #expect(throws: IdentityError.invalidSignature) {
            try Self.verify(Self.half(1, "next", 2, signer: 2), Self.half(2, "former", 1))
        }
        #expect(throws: IdentityError.invalidSignature) {
            try Self.verify(Self.half(1, "next", 2, signer: 3), Self.half(2, "former", 1, signer: 3))
        }
    }

    @Test func `one half alone, or one half twice, is refused`() throws {
        let (first, second) = (try Self.half(1, "next", 2), try Self.half(2, "former", 1))
        #expect(throws: IdentityError.self) { try Self.verify(first) }
        #expect(throws: IdentityError.self) { try Self.verify(first, first) }
        #expect(throws: IdentityError.self) { try Self.verify(second, second) }
        #expect(throws: IdentityError.self) { try Self.verify(second, first) }
        #expect(throws: IdentityError.self) { try Self.verify(first, second, second) }
        #expect(throws: IdentityError.self) { try Self.verify() }
    }

    @Test func `halves of different statements do not make one`() throws {
        #expect(throws: IdentityError.malformed(.wrongKind(field: "former"))) {
            try Self.verify(Self.half(1, "next", 2), Self.half(2, "former", 3))
        }
        #expect(throws: IdentityError.malformed(.wrongKind(field: "next"))) {
            try Self.verify(Self.half(1, "next", 3), Self.half(2, "former", 1))
        }
        #expect(throws: IdentityError.malformed(.wrongKind(field: "iat"))) {
            try Self.verify(Self.half(1, "next", 2), Self.half(2, "former", 1, day: 0))
        }
    }

    @Test func `nobody follows itself`() throws {
        #expect(throws: IdentityError.malformed(.wrongKind(field: "next"))) {
            try Self.verify(Self.half(1, "next", 1), Self.half(1, "former", 1))
        }
    }

    @Test func `a time finer than a day, another field or another tag is refused`() throws {
        let fine = Day.start(of: Made.time) + 1
        #expect(throws: IdentityError.timeTooFine) {
            try Self.verify(Self.half(1, "next", 2, day: fine), Self.half(2, "former", 1, day: fine))
        }
        #expect(throws: IdentityError.malformed(.unknownFields(count: 1))) {
            try Self.verify(Self.half(1, "next", 2, more: true), Self.half(2, "former", 1))
        }
        #expect(throws: IdentityError.wrongTag(expected: Succession.tag)) {
            try Self.verify(Self.half(1, "next", 2), Self.half(2, "former", 1, tag: "dump/link@1.0.0"))
        }
    }

    @Test func `what is too long is refused`() {
        #expect(throws: IdentityError.tooLarge(what: "a succession", limit: 2_048)) {
            try Succession(verifying: [UInt8](repeating: 0, count: 2_049))
        }
    }
}
