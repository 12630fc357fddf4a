import IPLD
import TestSupport
import Testing

struct DagJSONTests {
    private static let cid = CID.of(dagCBOR: [0xA0])

    private static let texts: [(Value, String)] = [
        (Value.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-7, "-7"),
        (.int(.max), "9223372036854775807"), (.int(.min), "-9223372036854775808"), (.float(0), "0.0"),
        (.float(-0.0), "-0.0"), (.float(1), "1.0"), (.float(-2.5), "-2.5"), (.float(0.1), "0.1"),
        (.float(1e21), "1e+21"), (.float(.leastNonzeroMagnitude), "5e-324"),
        (.float(.greatestFiniteMagnitude), "1.7976931348623157e+308"),
        ("", "\"\""), ("é/\u{7F}\u{2028}\u{1F600}", "\"é/\u{7F}\u{2028}\u{1F600}\""),
        ("\"\\\u{8}\t\n\u{C}\r", #""\"\\\b\t\n\f\r""#), ("\u{0}\u{B}\u{1F}", #""\u0000\u000b\u001f""#),
        ([], "[]"), ([1, [2], "x"], #"[1,[2],"x"]"#), ([:], "{}"),
        (["b": 1, "aa": 2, "a": 3], #"{"a":3,"aa":2,"b":1}"#),
        (.bytes([]), #"{"/":{"bytes":""}}"#), (.bytes([0xFB, 0xFF]), #"{"/":{"bytes":"+/8"}}"#),
        (.link(cid), #"{"/":"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"}"#),
        (["/": 1], #"{"/":1}"#), (["/": .bytes([1])], #"{"/":{"/":{"bytes":"AQ"}}}"#),
        (["/": ["bytes": 1], "a": 2], #"{"/":{"bytes":1},"a":2}"#), (["bytes": "x"], #"{"bytes":"x"}"#),
    ]

    @Test(arguments: texts)
    func `values have one canonical text`(value: Value, text: String) throws {
        #expect(try DagJSON.encode(value) == text)
        #expect(try DagJSON.decode(text, strict: true) == value)
    }

    @Test func `keys are sorted by bytes alone, unlike in DAG-CBOR`() throws {
        let value: Value = ["b": 1, "aa": 2, "\u{FFFF}": 3, "\u{10000}": 4, "Z": 5]
        #expect(try DagJSON.encode(value) == "{\"Z\":5,\"aa\":2,\"b\":1,\"\u{FFFF}\":3,\"\u{10000}\":4}")
    }

    @Test func `indented text is for people and reads back the same`() throws {
        let value: Value = [
            "a": [1, ["b": true]], "bytes": .bytes([1]), "link": .link(Self.cid), "none": [[:], []],
        ]
        let text = """
            {
              "a": [
                1,
                {
                  "b": true
                }
              ],
              "bytes": {"/": {"bytes": "AQ"}},
              "link": {"/": "\(Self.cid)"},
              "none": [
                {},
                []
              ]
            }
            """
        #expect(try DagJSON.encode(value, pretty: true) == text)
        #expect(try DagJSON.decode(text) == value)
    }

    @Test(arguments: 0..<20)
    func `random values survive a round trip`(seed: UInt64) throws {
        var random = SeededGenerator(seed: 200 + seed)
        for _ in 0..<25 {
            let value = random.value()
            // The one thing JSON cannot say: a string under the key "/".
            guard let text = try? DagJSON.encode(value) else { continue }
            #expect(try DagJSON.decode(text, strict: true) == value)
            #expect(try DagJSON.decode(DagJSON.encode(value, pretty: true)) == value)
        }
    }

    private static let variants: [(String, Value)] = [
        (" {\t\"b\" :\r\n1 , \"a\":[ ] } ", ["a": [], "b": 1]),
        (#""\u00e9\u0065\u0301\ud83d\uDE00\/\b\f\n\r\t\"\\""#, "ée\u{301}\u{1F600}/\u{8}\u{C}\n\r\t\"\\"),
        ("-0", 0), ("1e3", .float(1000)), ("1E+3", .float(1000)), ("10e-1", .float(1)),
        ("-0.0", .float(-0.0)), ("-0e0", .float(-0.0)), ("1e-999", .float(0)),
        (#"{"\u002f":{"byte\u0073":"AQ"}}"#, .bytes([1])),
        ("[9007199254740993]", .list([9_007_199_254_740_993])),
    ]

    @Test(arguments: variants)
    func `people may write freely`(text: String, value: Value) throws {
        #expect(try DagJSON.decode(text) == value)
    }

    private static let notCanonical: [(String, Int)] = [
        (" 1", 0), ("1 ", 1), ("{\"b\":1,\"a\":2}", 2), ("[1, 2]", 3), ("1e3", 1), ("-0", 0), ("\"\\/\"", 1),
        ("\"\\u0041\"", 1), ("1.00", 3), ("\"\\u001F\"", 6),
    ]

    @Test(arguments: notCanonical)
    func `strict reading accepts only the canonical text`(text: String, at: Int) throws {
        _ = try DagJSON.decode(text)
        #expect(throws: IPLDError.notCanonical(at: at)) { try DagJSON.decode(text, strict: true) }
    }

    @Test func `nesting counts lists and maps of the value, not the braces of bytes`() throws {
        let deepest = Value.nested(64, around: .bytes([1]))
        #expect(try DagJSON.decode(DagJSON.encode(deepest)) == deepest)
        let tooDeep = IPLDError.tooDeep(limit: 64)
        #expect(throws: tooDeep) { try DagJSON.encode(.nested(65)) }
        #expect(throws: tooDeep) { try DagJSON.encode(.nested(64, around: [:])) }
        for depth in [65, 66, 67, 1_000_000] {
            #expect(throws: tooDeep) {
                try DagJSON.decode(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
            }
        }
        #expect(throws: IPLDError.tooDeep(limit: 1)) { try DagJSON.decode(#"{"a":{}}"#, maxDepth: 1) }
        #expect(try DagJSON.decode(#"{"/":{"bytes":""}}"#, maxDepth: 0) == .bytes([]))
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `a float that is not finite is not written`(number: Double) {
        #expect(throws: IPLDError.notFinite(at: 1)) { try DagJSON.encode([.float(number)]) }
    }
}
