import IPLD
import Testing

struct MapTests {
    private static let composed = "é"
    private static let decomposed = "e\u{301}"

    @Test func `keys stand in canonical order however they came`() throws {
        var map = Map()
        for key in ["bb", "a", "", "b", "aa", "ab", "é"] { map[key] = 1 }
        #expect(map.keys == ["", "a", "b", "aa", "ab", "bb", "é"])
        #expect(try #require(Map(unsorted: map.entries.reversed())) == map)
        #expect(try #require(Map(canonical: map.entries)) == map)
        #expect(map.count == 7)
        #expect(map.values.count == 7)
    }

    @Test func `a map that claims an order it does not have is refused`() {
        let (a, b) = (Map.Entry(key: "a", value: 1), Map.Entry(key: "b", value: 2))
        #expect(Map(canonical: [b, a]) == nil)
        #expect(Map(canonical: [a, a]) == nil)
        #expect(Map(unsorted: [a, b, a]) == nil)
        #expect(Map(canonical: [])?.isEmpty == true)
    }

    @Test func `composed and decomposed letters are distinct keys`() throws {
        var map = Map()
        map[Self.composed] = 1
        map[Self.decomposed] = 2
        #expect(map.count == 2)
        #expect(map[Self.composed] == 1)
        #expect(map[Self.decomposed] == 2)
        let entry = Map.Entry(key: Self.composed, value: 1)
        #expect(entry != Map.Entry(key: Self.decomposed, value: 1))
        #expect(try DagCBOR.decode(DagCBOR.encode(.map(map))) == .map(map))
        #expect(try DagJSON.decode(DagJSON.encode(.map(map))) == .map(map))
    }

    @Test func `a value can be replaced and removed`() {
        var map = Map()
        map["k"] = 1
        map["k"] = 2
        #expect(map["k"] == 2)
        #expect(map.count == 1)
        map["other"] = nil
        map["k"] = nil
        #expect(map.isEmpty)
        #expect(map["k"] == nil)
    }

    @Test func `values of different kinds or bytes are not equal`() throws {
        let link = Value.link(CID.of(dagCBOR: [0xA0]))
        let distinct: [Value] = [
            .null, false, true, 0, 1, .float(0), .float(-0.0), .float(1), "", "0", .string(Self.composed),
            .string(Self.decomposed), .bytes([]), .bytes([0]), [], [0], [[]], [:], ["a": 0], ["a": 1], link,
        ]
        for (row, left) in distinct.enumerated() {
            for (column, right) in distinct.enumerated() { #expect((left == right) == (row == column)) }
        }
    }

    @Test func `a value is read only as the kind it has`() throws {
        let cid = CID.of(dagCBOR: [0xA0])
        #expect(Value.bool(true).boolValue == true)
        #expect(Value.int(3).intValue == 3)
        #expect(Value.string("s").stringValue == "s")
        #expect(Value.bytes([1]).bytesValue == [1])
        #expect(Value.list([1]).listValue == [1])
        #expect(Value.map(Map()).mapValue == Map())
        #expect(Value.link(cid).linkValue == cid)
        #expect(Value.null.isNull)
        let other = Value.float(1)
        #expect(other.boolValue == nil && other.intValue == nil && other.stringValue == nil)
        #expect(other.bytesValue == nil && other.listValue == nil && other.mapValue == nil)
        #expect(other.linkValue == nil && !other.isNull)
    }

    @Test func `of a key that stands twice in a literal the last value is kept`() {
        let value: Value = ["a": 1, "a": 2]
        #expect(value == ["a": 2])
    }
}
