import IPLD
import TestSupport
import Testing

/// Maps that are not what the schema says: keys that are unknown, in another place, or there twice; and too deep ones.
struct FieldOrderTests {
    private func reader(_ encoding: String, maxDepth: Int = DagCBOR.maxDepth, depth: Int = 0) throws -> FieldReader {
        try FieldReader(CBORReader(hex(encoding)[...], maxDepth: maxDepth), depth: depth)
    }

    @Test func `an unknown key before a field leaves it missing`() throws {
        var reader = try reader("a2 6161 01 6162 02")
        #expect(try reader.optionalInt("b") == nil)
        #expect(throws: IPLDError.missingField("b")) { try reader.value("b") }
        #expect(throws: IPLDError.unknownFields(count: 2)) { try reader.finish() }
    }

    @Test func `an unknown key between two fields leaves the second one missing`() throws {
        var reader = try reader("a3 6161 01 6162 02 6163 03")
        #expect(try reader.value("a") == 1)
        #expect(throws: IPLDError.missingField("c")) { try reader.value("c") }
        #expect(throws: IPLDError.unknownFields(count: 2)) { try reader.finish() }
    }

    @Test func `an unknown key behind all fields is left over`() throws {
        var reader = try reader("a2 6161 01 6162 02")
        #expect(try reader.value("a") == 1)
        #expect(throws: IPLDError.unknownFields(count: 1)) { try reader.finish() }
    }

    @Test func `a key that stands twice is left over, or in the way`() throws {
        let twice = try reader("a3 6161 01 6161 02 6162 03")
        #expect(throws: IPLDError.missingField("b")) {
            try twice.read { (try $0.value("a"), try $0.value("b")) }
        }
        var reader = try reader("a2 6161 01 6161 02")
        #expect(try reader.value("a") == 1)
        #expect(throws: IPLDError.unknownFields(count: 1)) { try reader.finish() }
    }

    @Test func `keys in another order are never read to the end`() throws {
        // {"b": 1, "a": 2}: by bytes; {"aa": 1, "b": 2}: by length.
        for (encoding, first, second) in [("a2 6162 01 6161 02", "a", "b"), ("a2 626161 01 6162 02", "b", "aa")] {
            var reader = try reader(encoding)
            #expect(try reader.optionalInt(first) == nil)
            #expect(try reader.optionalInt(second) == 1)
            #expect(throws: IPLDError.unknownFields(count: 1)) { try reader.finish() }
        }
    }

    @Test func `keys are compared byte for byte`() throws {
        var reader = try reader("a2 6165 01 63 65cc81 02")  // "e" and "e" with an accent
        #expect(try reader.optionalInt("é") == nil)
        #expect(try reader.optionalInt("E") == nil)
        #expect(try reader.optionalInt("e") == 1)
        #expect(try reader.optionalInt("é") == nil)
        #expect(try reader.optionalInt("e\u{300}") == nil)
        #expect(try reader.optionalInt("e\u{301}") == 2)
        try reader.finish().finish()
    }

    @Test func `nothing but a map is read field by field`() throws {
        for other in ["80", "00", "60", "f6", "d82a", "40"] {
            #expect(throws: IPLDError.syntax(at: 0)) { try reader(other) }
        }
        #expect(throws: IPLDError.truncated(at: 0)) { try reader("") }
        #expect(throws: IPLDError.truncated(at: 3)) { try reader("a2 6161") }
        #expect(throws: IPLDError.indefiniteLength(at: 0)) { try reader("bf ff") }
        #expect(throws: IPLDError.notCanonical(at: 0)) { try reader("b8 01 6161 00") }
    }

    @Test(
        arguments: [
            ("a1 01 00", .keyNotString(at: 1)), ("a1 7801 61 00", .notCanonical(at: 1)),
            ("a1 63 61", .truncated(at: 3)),
            ("a1 7f 6161 ff 00", .indefiniteLength(at: 1)),
        ] as [(String, IPLDError)])
    func `a key that is not canonical is refused`(encoding: String, error: IPLDError) throws {
        #expect(throws: error) { try reader(encoding).read { try $0.optionalInt("a") } }
    }

    @Test(
        arguments: [
            ("a1 6161 1b8000000000000000", .integerOutOfRange(at: 3)), ("a1 6161 1800", .notCanonical(at: 3)),
            ("a1 6161 a2 6162 00 6162 00", .duplicateKey(at: 7)), ("a1 6161", .truncated(at: 3)),
            ("a1 6161 6161 61", nil), ("a1 6161 61ff", .invalidUTF8(at: 3)),
        ] as [(String, IPLDError?)])
    func `a value is read as strictly as anywhere`(encoding: String, error: IPLDError?) throws {
        let refused = try refusal { try reader(encoding).read { _ = try $0.value("a") } }
        #expect(refused == error)
    }

    @Test func `what follows the map is left to the reader`() throws {
        var fields = try reader("a1 6161 01 02")
        #expect(try fields.value("a") == 1)
        var rest = try fields.finish()
        #expect(rest.position == 4)
        #expect(throws: IPLDError.trailingBytes(at: 4)) { try rest.finish() }
        #expect(try rest.value() == 2)
        try rest.finish()
    }

    @Test func `values may nest as deep as the reader allows, the map counted`() throws {
        // {"f": [[]]}
        let encoding = "a1 6166 81 80"
        #expect(try reader(encoding, maxDepth: 3).read { try $0.value("f") } == [[]])
        #expect(throws: IPLDError.tooDeep(limit: 2)) { try reader(encoding, maxDepth: 2).read { try $0.value("f") } }
        #expect(throws: IPLDError.tooDeep(limit: 3)) {
            try reader(encoding, maxDepth: 3, depth: 1).read { try $0.value("f") }
        }
        // {"f": {"g": []}}
        #expect(throws: IPLDError.tooDeep(limit: 2)) {
            try reader("a1 6166 a1 6167 80", maxDepth: 2).read { try $0.optionalMapItem("f") }
        }
    }

    @Test func `neither the map itself nor a list of links may stand too deep`() throws {
        #expect(throws: IPLDError.tooDeep(limit: 0)) { try reader("a0", maxDepth: 0) }
        #expect(throws: IPLDError.tooDeep(limit: 2)) { try reader("a0", maxDepth: 2, depth: 2) }
        let links = "a1 6166 80"
        #expect(try reader(links, maxDepth: 2).read { try $0.links("f", limit: 1) } == [])
        #expect(throws: IPLDError.tooDeep(limit: 1)) {
            try reader(links, maxDepth: 1).read { try $0.links("f", limit: 1) }
        }
    }
}
