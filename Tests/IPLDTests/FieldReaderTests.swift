import IPLD
import TestSupport
import Testing

/// What the fields of a map may hold, each kind by itself.
struct FieldReaderTests {
    private static let cid = CID.of(dagCBOR: [0xA0])

    private func principal(_ byte: UInt8) throws -> Principal {
        try Principal(publicKey: [UInt8](repeating: byte, count: 32))
    }

    private func reader(_ value: Value) throws -> FieldReader {
        try FieldReader(CBORReader(DagCBOR.encode(value)[...]))
    }

    @Test func `fields of every kind are read in order`() throws {
        let principal = try principal(1)
        var reader = try reader([
            "a": .null, "b": "é", "c": .string(principal.did), "d": .bytes([2, 3]), "e": ["k": [4]],
            "f": [.link(Self.cid), .link(Self.cid)], "g": 5, "h": .string(principal.did), "i": -6,
            "j": .string(principal.did), "k": .link(Self.cid), "long": ["m": .null],
        ])
        #expect(try reader.value("a") == .null)
        #expect(try reader.unvalidatedText("b").elementsEqual("é".utf8))
        #expect(try reader.principal("c") == principal)
        #expect(try reader.bytes("d") == [2, 3])
        #expect(try Value.map(reader.map("e")) == ["k": [4]])
        #expect(try reader.links("f", limit: 2) == [Self.cid, Self.cid])
        #expect(try reader.nullableInt("g") == 5)
        #expect(try reader.nullablePrincipal("h") == principal)
        #expect(try reader.optionalInt("i") == -6)
        #expect(try reader.optionalPrincipal("j") == principal)
        #expect(try reader.optionalLink("k") == Self.cid)
        #expect(try reader.optionalMapItem("long")?.value == ["m": .null])
        try reader.finish().finish()
    }

    @Test func `a nullable field may be null`() throws {
        var reader = try reader(["a": .null, "b": .null])
        #expect(try reader.nullableInt("a") == nil)
        #expect(try reader.nullablePrincipal("b") == nil)
        try reader.finish().finish()
    }

    @Test func `an absent optional field is nil`() throws {
        for value in [[:], ["z": 1]] as [Value] {
            var reader = try reader(value)
            #expect(try reader.optionalInt("f") == nil)
            #expect(try reader.optionalPrincipal("f") == nil)
            #expect(try reader.optionalLink("f") == nil)
            #expect(try reader.optionalMapItem("f") == nil)
        }
    }

    @Test func `an absent field that is required or nullable is missing`() throws {
        for value in [[:], ["z": 1]] as [Value] {
            var reader = try reader(value)
            let missing = IPLDError.missingField("f")
            #expect(throws: missing) { try reader.value("f") }
            #expect(throws: missing) { try reader.unvalidatedText("f") }
            #expect(throws: missing) { try reader.principal("f") }
            #expect(throws: missing) { try reader.bytes("f") }
            #expect(throws: missing) { try reader.map("f") }
            #expect(throws: missing) { try reader.links("f", limit: 1) }
            #expect(throws: missing) { try reader.nullableInt("f") }
            #expect(throws: missing) { try reader.nullablePrincipal("f") }
        }
    }

    /// One of each kind, of which the fields below take one or two.
    private static let kinds: [String: Value] = [
        "null": .null, "bool": true, "int": 1, "float": .float(1), "text": "did:key:z", "bytes": .bytes([1]),
        "list": [], "map": [:], "link": .link(cid),
    ]

    @Test(arguments: kinds.keys.sorted())
    func `a field of another kind is refused, null included`(kind: String) throws {
        let value = try #require(Self.kinds[kind])
        func expect(_ accepted: [String], _ read: (inout FieldReader) throws -> Void) throws {
            var reader = try reader(["f": value])
            let refused = try refusal { try read(&reader) }
            #expect(refused == (accepted.contains(kind) ? nil : .wrongKind(field: "f")))
        }
        // The text is no did:key, which is another fault than its kind.
        func expectPrincipal(_ accepted: [String], _ read: (inout FieldReader) throws -> Void) throws {
            var reader = try reader(["f": value])
            let refused = try refusal { try read(&reader) }
            #expect(refused == (kind == "text" ? .invalidDID : accepted.contains(kind) ? nil : .wrongKind(field: "f")))
        }
        try expect(Array(Self.kinds.keys)) { _ = try $0.value("f") }
        try expect(["text"]) { _ = try $0.unvalidatedText("f") }
        try expect(["bytes"]) { _ = try $0.bytes("f") }
        try expect(["map"]) { _ = try $0.map("f") }
        try expect(["list"]) { _ = try $0.links("f", limit: 1) }
        try expect(["int", "null"]) { _ = try $0.nullableInt("f") }
        try expect(["int"]) { _ = try $0.optionalInt("f") }
        try expect(["link"]) { _ = try $0.optionalLink("f") }
        try expect(["map"]) { _ = try $0.optionalMapItem("f") }
        try expectPrincipal([]) { _ = try $0.principal("f") }
        try expectPrincipal(["null"]) { _ = try $0.nullablePrincipal("f") }
        try expectPrincipal([]) { _ = try $0.optionalPrincipal("f") }
    }

    @Test func `a principal that is named twice is the same, and another one is not`() throws {
        let (one, other) = (try principal(1), try principal(2))
        var reader = try reader([
            "a": .string(one.did), "b": .string(one.did), "c": .string(other.did), "d": .null, "e": .string(one.did),
            "f": .string(String(one.did.dropLast())),
        ])
        #expect(try reader.principal("a") == one)
        #expect(try reader.optionalPrincipal("b") == one)
        #expect(try reader.nullablePrincipal("c") == other)
        #expect(try reader.nullablePrincipal("d") == nil)
        #expect(try reader.principal("e") == one)
        #expect(throws: IPLDError.invalidDID) { try reader.principal("f") }
    }

    @Test func `links are counted before they are read, and each has to be one`() throws {
        let links: Value = ["f": [.link(Self.cid), .link(Self.cid)]]
        #expect(try reader(links).read { try $0.links("f", limit: 2).count } == 2)
        #expect(throws: IPLDError.tooLarge(limit: 1)) { try reader(links).read { try $0.links("f", limit: 1) } }
        #expect(try reader(["f": []]).read { try $0.links("f", limit: 0) } == [])
        for other in [.null, 1, "a", .bytes(Self.cid.bytes), [.link(Self.cid)]] as [Value] {
            #expect(throws: IPLDError.wrongKind(field: "f")) {
                try reader(["f": [.link(Self.cid), other]]).read { try $0.links("f", limit: 2) }
            }
        }
        // A list that promises more than there is.
        let lie = try FieldReader(CBORReader(hex("a1 6166 9a7fffffff 00")[...]))
        #expect(throws: IPLDError.truncated(at: 9)) { try lie.read { try $0.links("f", limit: .max) } }
    }
}

extension FieldReader {
    /// Reads from a copy.
    func read<Result>(_ body: (inout FieldReader) throws -> Result) rethrows -> Result {
        var copy = self
        return try body(&copy)
    }
}
