import IPLD
import Testing

struct MapReaderTests {
    private static let cid = CID.of(dagCBOR: [0xA0])

    private func reader(_ value: Value) throws -> MapReader { MapReader(try #require(value.mapValue)) }

    @Test func `required fields of every kind are read`() throws {
        var reader = try reader([
            "string": "s", "int": 1, "bool": true, "bytes": .bytes([2]), "list": [3], "map": ["k": 4],
            "link": .link(Self.cid), "value": .null,
        ])
        #expect(try reader.string("string") == "s")
        #expect(try reader.int("int") == 1)
        #expect(try reader.bool("bool"))
        #expect(try reader.bytes("bytes") == [2])
        #expect(try reader.list("list") == [3])
        #expect(try Value.map(reader.map("map")) == ["k": 4])
        #expect(try reader.link("link") == Self.cid)
        #expect(try reader.value("value") == .null)
        try reader.finish()
    }

    @Test func `optional fields of every kind are read`() throws {
        var reader = try reader([
            "string": "s", "int": 1, "bool": true, "bytes": .bytes([2]), "list": [3], "map": [:],
            "link": .link(Self.cid), "value": 5,
        ])
        #expect(try reader.optionalString("string") == "s")
        #expect(try reader.optionalInt("int") == 1)
        #expect(try reader.optionalBool("bool") == true)
        #expect(try reader.optionalBytes("bytes") == [2])
        #expect(try reader.optionalList("list") == [3])
        #expect(try reader.optionalMap("map") == Map())
        #expect(try reader.optionalLink("link") == Self.cid)
        #expect(try reader.optionalValue("value") == 5)
        try reader.finish()
    }

    @Test func `an absent optional field is nil`() throws {
        var reader = MapReader(Map())
        #expect(try reader.optionalString("f") == nil)
        #expect(try reader.optionalInt("f") == nil)
        #expect(try reader.optionalBool("f") == nil)
        #expect(try reader.optionalBytes("f") == nil)
        #expect(try reader.optionalList("f") == nil)
        #expect(try reader.optionalMap("f") == nil)
        #expect(try reader.optionalLink("f") == nil)
        #expect(try reader.optionalValue("f") == nil)
        try reader.finish()
    }

    @Test(arguments: [Value.null, .float(1)])
    func `a field of another kind is refused, null included`(value: Value) throws {
        var reader = try reader(["f": value])
        let wrong = IPLDError.wrongKind(field: "f")
        #expect(throws: wrong) { try reader.string("f") }
        #expect(throws: wrong) { try reader.int("f") }
        #expect(throws: wrong) { try reader.bool("f") }
        #expect(throws: wrong) { try reader.bytes("f") }
        #expect(throws: wrong) { try reader.list("f") }
        #expect(throws: wrong) { try reader.map("f") }
        #expect(throws: wrong) { try reader.link("f") }
        #expect(throws: wrong) { try reader.optionalString("f") }
        #expect(throws: wrong) { try reader.optionalInt("f") }
        #expect(throws: wrong) { try reader.optionalBool("f") }
        #expect(throws: wrong) { try reader.optionalBytes("f") }
        #expect(throws: wrong) { try reader.optionalList("f") }
        #expect(throws: wrong) { try reader.optionalMap("f") }
        #expect(throws: wrong) { try reader.optionalLink("f") }
        #expect(throws: IPLDError.unknownFields(count: 1)) { try reader.finish() }
    }

    @Test func `null is no optional value`() throws {
        var reader = try reader(["f": .null])
        #expect(throws: IPLDError.wrongKind(field: "f")) { try reader.optionalValue("f") }
    }

    @Test func `a nullable field may be null`() throws {
        var reader = try reader(["a": .null, "b": .null, "c": .null, "d": .null])
        #expect(try reader.nullableString("a") == nil)
        #expect(try reader.nullableInt("b") == nil)
        #expect(try reader.nullableBytes("c") == nil)
        #expect(try reader.nullableLink("d") == nil)
        try reader.finish()
    }

    @Test func `a nullable field may hold its kind`() throws {
        var reader = try reader(["a": "s", "b": 1, "c": .bytes([2]), "d": .link(Self.cid)])
        #expect(try reader.nullableString("a") == "s")
        #expect(try reader.nullableInt("b") == 1)
        #expect(try reader.nullableBytes("c") == [2])
        #expect(try reader.nullableLink("d") == Self.cid)
        try reader.finish()
    }

    @Test func `a nullable field has to be there and of its kind`() throws {
        var reader = try reader(["f": true])
        #expect(throws: IPLDError.missingField("g")) { try reader.nullableInt("g") }
        #expect(throws: IPLDError.wrongKind(field: "f")) { try reader.nullableInt("f") }
    }

    @Test func `a required field has to be there`() throws {
        var reader = MapReader(Map())
        #expect(throws: IPLDError.missingField("f")) { try reader.value("f") }
        #expect(throws: IPLDError.missingField("f")) { try reader.string("f") }
    }

    @Test func `a field can be read once`() throws {
        var reader = try reader(["f": 1])
        #expect(try reader.int("f") == 1)
        #expect(throws: IPLDError.missingField("f")) { try reader.int("f") }
    }

    @Test func `unknown fields are counted, not named`() throws {
        var reader = try reader(["f": 1, "g": 2, "h": 3])
        #expect(try reader.int("f") == 1)
        #expect(throws: IPLDError.unknownFields(count: 2)) { try reader.finish() }
    }

    @Test func `a key that only looks the same is unknown`() throws {
        var reader = try reader(["e\u{301}": 1])
        #expect(try reader.optionalInt("é") == nil)
        #expect(throws: IPLDError.unknownFields(count: 1)) { try reader.finish() }
    }
}
