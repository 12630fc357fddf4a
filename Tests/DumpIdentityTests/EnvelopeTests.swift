import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

struct EnvelopeTests {
    private static let tag = "example/msg@1.0.0"
    private static let payload: Value = ["text": "hello", "list": [1, .null]]

    private func envelope() throws -> Envelope {
        let key = try Made.key()
        return try Envelope.sign(Map(Self.payload), tag: Self.tag, with: key)
    }

    /// Signs any bytes as the second element of an envelope.
    private func signed(_ bytes: [UInt8]) throws -> [UInt8] {
        let key = try Made.key()
        return [0x82, 0x58, 0x40] + key.sign(bytes) + bytes
    }

    @Test func `an envelope is read as it was signed`() throws {
        let envelope = try envelope()
        let read = try Envelope(decoding: envelope.bytes)
        let issuer = try Made.key().principal()
        #expect(read == envelope)
        #expect(read.tag == Self.tag)
        #expect(Value.map(read.payload) == Self.payload)
        #expect(read.cid == CID.of(dagCBOR: envelope.bytes))
        #expect(read.isSigned(by: issuer))
        #expect(throws: Never.self) { try read.require(tag: Self.tag) }
    }

    @Test func `another principal did not sign it`() throws {
        let other = try Made.key(from: 1).principal()
        #expect(try !envelope().isSigned(by: other))
    }

    @Test func `another tag is refused`() throws {
        let envelope = try envelope()
        #expect(throws: IdentityError.wrongTag(expected: "example/msg@1.0.1")) {
            try envelope.require(tag: "example/msg@1.0.1")
        }
    }

    @Test func `an envelope that ends too early is refused`() throws {
        let bytes = try envelope().bytes
        for count in bytes.indices {
            #expect(throws: IdentityError.self, "\(count) bytes") { try Envelope(decoding: Array(bytes.prefix(count))) }
        }
    }

    @Test func `an envelope with one bit altered is refused or not signed`() throws {
        let bytes = try envelope().bytes
        let issuer = try Made.key().principal()
        for index in bytes.indices {
            for bit in 0..<8 as Range<UInt8> {
                let altered = bytes.altered(at: index, by: 1 << bit)
                let isAccepted = (try? Envelope(decoding: altered))?.isSigned(by: issuer) ?? false
                #expect(!isAccepted, "bit \(bit) of byte \(index)")
            }
        }
    }

    @Test func `bytes behind an envelope are refused`() throws {
        let bytes = try envelope().bytes
        #expect(throws: IdentityError.malformed(.trailingBytes(at: bytes.count))) {
            try Envelope(decoding: bytes + [0xf6])
        }
    }

    @Test func `an envelope up to its limit is read, and none beyond`() throws {
        let bytes = try envelope().bytes
        #expect(throws: Never.self) { try Envelope(decoding: bytes, limit: bytes.count) }
        let limit = bytes.count - 1
        #expect(throws: IdentityError.tooLarge(what: "an envelope", limit: limit)) {
            try Envelope(decoding: bytes, limit: limit)
        }
        let large = [UInt8](repeating: 0, count: Envelope.maximumLength + 1)
        #expect(throws: IdentityError.tooLarge(what: "an envelope", limit: 131_072)) { try Envelope(decoding: large) }
    }

    @Test(arguments: [
        [], [0x34], [0x34, 0x01, 0xed, 0x01, 0xed, 0x01, 0x13], [0x34, 0x01, 0xed, 0x01, 0xed, 0x01, 0x13, 0x70],
        [0x34, 0x01, 0xed, 0x01, 0xed, 0x01, 0x12, 0x71], [0x34, 0x01, 0xe7, 0x01, 0xed, 0x01, 0x13, 0x71],
        [0x34, 0x02, 0xed, 0x01, 0xed, 0x01, 0x13, 0x71], Envelope.varsigHeader + [0],
    ])
    func `another varsig header is refused`(header: [UInt8]) throws {
        let bytes = try signed(DagCBOR.encode(["h": .bytes(header), "example/msg@1.0.0": Self.payload]))
        #expect(throws: IdentityError.notAnEnvelope) { try Envelope(decoding: bytes) }
    }

    @Test(
        arguments: [
            ["h": .bytes(Envelope.varsigHeader)],
            ["example/msg@1.0.0": payload],
            ["example/msg@1.0.0": payload, "i": .bytes(Envelope.varsigHeader)],
            ["h": .bytes(Envelope.varsigHeader), "example/msg@1.0.0": payload, "x": 1],
            ["h": .bytes(Envelope.varsigHeader), "example/msg@1.0.0": [1]],
            ["h": .bytes(Envelope.varsigHeader), "example/msg@1.0.0": .null],
            ["h": "h", "example/msg@1.0.0": payload],
            [.bytes(Envelope.varsigHeader), payload],
        ] as [Value])
    func `another shape of what is signed is refused`(value: Value) throws {
        let bytes = try signed(DagCBOR.encode(value))
        #expect(throws: IdentityError.notAnEnvelope) { try Envelope(decoding: bytes) }
    }

    @Test(arguments: ["", "a", "h"])
    func `a tag that would not stand behind the header is not signed`(tag: String) throws {
        let key = try Made.key()
        #expect(throws: IdentityError.notAnEnvelope) { try Envelope.sign(Map(), tag: tag, with: key) }
    }

    @Test func `an envelope of a known kind is read field by field, and nothing may be left`() throws {
        let key = try Made.key()
        let bytes = try Envelope.sign(Map(["a": 1, "b": 2]), tag: Self.tag, with: key).bytes
        let read = try Envelope.open(bytes, tag: Self.tag, limit: 1_000) { reader throws(IPLDError) in
            [try reader.optionalInt("a"), try reader.optionalInt("b")]
        }
        #expect(read.fields == [1, 2])
        #expect(read.envelope == (try Envelope(decoding: bytes)))
        #expect(throws: IdentityError.malformed(.unknownFields(count: 1))) {
            try Envelope.open(bytes, tag: Self.tag, limit: 1_000) { reader throws(IPLDError) in
                try reader.optionalInt("a")
            }
        }
        #expect(throws: IdentityError.wrongTag(expected: "example/msg@2.0.0")) {
            try Envelope.open(bytes, tag: "example/msg@2.0.0", limit: 1_000) { reader throws(IPLDError) in
                try reader.optionalInt("a")
            }
        }
    }

    @Test func `another shape of the whole is refused`() throws {
        let bytes = try envelope().bytes
        let value = try #require(try DagCBOR.decode(bytes).listValue)
        let shapes: [Value] = [
            .list([value[0]]), .list(value + [.null]), .list(value.reversed()), .list([value[1], value[1]]),
            .list([.string("signature"), value[1]]), ["0": value[0], "1": value[1]], value[1],
        ]
        for shape in shapes {
            let other = try DagCBOR.encode(shape)
            #expect(throws: IdentityError.notAnEnvelope) { try Envelope(decoding: other) }
        }
    }

    @Test(arguments: [63, 65, 0])
    func `a signature of another length is a wrong one`(count: Int) throws {
        let value = try #require(try DagCBOR.decode(envelope().bytes).listValue)
        let bytes = try DagCBOR.encode([.bytes([UInt8](repeating: 1, count: count)), value[1]])
        #expect(throws: IdentityError.invalidSignature) { try Envelope(decoding: bytes) }
    }

    @Test func `a signature of another length before another shape is no envelope`() throws {
        let bytes = try DagCBOR.encode([.bytes([1]), ["h": .bytes(Envelope.varsigHeader)]])
        #expect(throws: IdentityError.notAnEnvelope) { try Envelope(decoding: bytes) }
    }

    @Test func `a payload that DAG-CBOR cannot hold is not signed`() throws {
        let key = try Made.key()
        #expect(throws: IdentityError.self) {
            try Envelope.sign(Map(["number": .float(.nan)]), tag: Self.tag, with: key)
        }
    }
}
