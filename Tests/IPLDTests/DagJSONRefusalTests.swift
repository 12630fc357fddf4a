import IPLD
import TestSupport
import Testing

struct DagJSONRefusalTests {
    private func expect(_ text: String, refusedAs error: IPLDError) {
        #expect(throws: error) { try DagJSON.decode(text) }
    }

    @Test(arguments: [
        "", " ", "[", "[1", "[1,", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "\"a", "\"\\", "\"\\u00", "tru", "-", "1.",
        "1e", "1e+",
    ])
    func `text that ends too early is refused`(text: String) {
        expect(text, refusedAs: .truncated(at: text.utf8.count))
    }

    private static let trailing: [(String, Int)] = [
        ("1 2", 2), ("{}{}", 2), ("null,", 4), ("01", 1), ("1.5.5", 3), ("0x10", 1), ("\"a\"b", 3), ("-00", 2),
    ]

    @Test(arguments: trailing)
    func `anything after the one value is refused`(text: String, at: Int) {
        expect(text, refusedAs: .trailingBytes(at: at))
    }

    private static let malformed: [(String, Int)] = [
        ("NaN", 0), ("Infinity", 0), ("-Infinity", 1), ("+1", 0), (".5", 0), ("1.e1", 2), ("1.x", 2), ("1e,", 2),
        ("[1e+]", 4),
        ("[01]", 2), ("[1,]", 3), ("[,1]", 1), ("[1 2]", 3), ("[1}", 2), ("{\"a\" 1}", 5), ("{\"a\":1]", 6),
        ("True", 0), ("nul0", 3), ("'a'", 0), ("// x\n1", 0), ("\u{FEFF}1", 0), ("\u{A0}1", 0),
        ("\"a\nb\"", 2), ("\"\t\"", 1), ("\"\u{0}\"", 1), ("\"\\x41\"", 1), ("\"\\U0041\"", 1), ("\"\\u00g0\"", 5),
        ("\"\\u-001\"", 3), ("\"\\ud83d\\u00g0\"", 11), ("]", 0), ("}", 0), (":", 0),
    ]

    @Test(arguments: malformed)
    func `malformed text is refused`(text: String, at: Int) {
        expect(text, refusedAs: .syntax(at: at))
    }

    @Test(arguments: [("{1:2}", 1), ("{a:1}", 1), ("{\"a\":1,}", 7), ("{,}", 1), ("{\"a\":1,,}", 7), ("{null:1}", 1)])
    func `a key that is not a string is refused`(text: String, at: Int) {
        expect(text, refusedAs: .keyNotString(at: at))
    }

    private static let duplicates: [(String, Int)] = [
        (#"{"a":1,"a":1}"#, 0), (#"{"a":1,"b":2,"\u0061":3}"#, 0), (#"[{"":1,"":2}]"#, 1),
        (#"{"/":"x","/":"y"}"#, 0), (#"{"é":1,"\u00e9":2}"#, 0),
    ]

    @Test(arguments: duplicates)
    func `a key that stands twice is refused, however it is escaped`(text: String, at: Int) {
        expect(text, refusedAs: .duplicateKey(at: at))
    }

    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "100000000000000000000"])
    func `an integer beyond 64 bits with a sign is refused`(text: String) {
        expect(text, refusedAs: .integerOutOfRange(at: 0))
    }

    @Test(arguments: ["1e309", "-1e309", "1.8e308", "1e99999999999999999999"])
    func `a float that overflows is refused`(text: String) {
        expect(text, refusedAs: .notFinite(at: 0))
    }

    @Test func `a number of absurd length is refused`() throws {
        #expect(try DagJSON.decode("0." + String(repeating: "1", count: 1022)) == .float(1.0 / 9))
        expect("0." + String(repeating: "1", count: 1023), refusedAs: .tooLarge(limit: 1024))
        expect(String(repeating: "1", count: 1025), refusedAs: .tooLarge(limit: 1024))
    }

    @Test(arguments: [
        (#""\ud83d""#, 1), (#""\ud83dx""#, 1), (#""a\udE00""#, 2), (#""\ud83d\ud83d""#, 1), (#""\ud83d\u0041""#, 1),
        (#""\ude00\ud83d""#, 1), (#""\ud83d\n""#, 1),
    ])
    func `a lone surrogate is refused`(text: String, at: Int) {
        expect(text, refusedAs: .loneSurrogate(at: at))
    }

    @Test(
        arguments: try [
            hex("22 ff 22"), hex("22 c080 22"), hex("22 eda080 22"), hex("22 5c6e c3 22"), hex("22 f4908080 22"),
        ])
    func `a string that is not UTF-8 is refused`(bytes: [UInt8]) {
        #expect(throws: IPLDError.invalidUTF8(at: 1)) { try DagJSON.decode(bytes) }
    }

    @Test(arguments: [
        #"{"/":"foo","bar":"baz"}"#, #"{"bar":"baz","/":"foo"}"#, #"{"!":1,"/":"foo"}"#,
        #"{"/":{"bytes":"AQ","bar":"baz"}}"#, #"{"/":{"abar":"baz","bytes":"AQ"}}"#,
        #"{"/":{"bytes":"AQ"},"bar":"baz"}"#,
        #"{"/":"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua","a":1}"#,
    ])
    func `a map in the reserved namespace with more keys is refused`(text: String) {
        expect(text, refusedAs: .reservedKey(at: 0))
        expect("[\(text)]", refusedAs: .reservedKey(at: 1))
    }

    @Test(
        arguments: [
            ["/": "x"], ["/": "x", "a": 1], ["/": ["bytes": "AQ"]], ["/": ["bytes": "AQ", "a": 1]], ["!": 1, "/": "x"],
        ] as [Value])
    func `a map in the reserved namespace is not written`(value: Value) {
        #expect(throws: IPLDError.reservedKey(at: 0)) { try DagJSON.encode(value) }
    }

    @Test(arguments: [#"{"/":""}"#, #"{"/":"foo"}"#, #"{"/":"QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"}"#])
    func `a link that is no CID is refused`(text: String) {
        expect(text, refusedAs: .invalidCID)
    }

    @Test(arguments: [
        #"{"/":{"bytes":"A"}}"#, #"{"/":{"bytes":"AQ=="}}"#, #"{"/":{"bytes":"AR"}}"#, #"{"/":{"bytes":"-_8"}}"#,
    ])
    func `bytes in any other base64 are refused`(text: String) {
        expect(text, refusedAs: .invalidBase)
    }
}
