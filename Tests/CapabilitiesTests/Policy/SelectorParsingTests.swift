import Testing

@testable import Capabilities

struct SelectorParsingTests {
    private typealias Step = Selector.Step

    @Test(
        arguments: [
            (".", []), (".foo", [.field("foo")]), (".bar0_", [.field("bar0_")]), ("._", [.field("_")]),
            (".Az9", [.field("Az9")]), (".[\"foo\"]", [.field("foo")]), (".[\".\"]", [.field(".")]),
            (".[\"$_*\"]", [.field("$_*")]), (".[\"1\"]", [.field("1")]), (".[\"\"]", [.field("")]),
            (".foo[\"x\"]", [.field("foo"), .field("x")]), (".foo.[\"x\"]", [.field("foo"), .field("x")]),
            (".foo.bar", [.field("foo"), .field("bar")]), (".foo[0].bar", [.field("foo"), .index(0), .field("bar")]),
            (".foo.[0]", [.field("foo"), .index(0)]), (".[]", [.values]), (".a[][]", [.field("a"), .values, .values]),
            (".[0]", [.index(0)]), (".[42]", [.index(42)]), (".[-1]", [.index(-1)]), (".[10]", [.index(10)]),
            (".[7:11]", [.slice(from: 7, to: 11)]), (".[2:]", [.slice(from: 2, to: nil)]),
            (".[:42]", [.slice(from: nil, to: 42)]), (".[0:-2]", [.slice(from: 0, to: -2)]),
            (".[-3:-1]", [.slice(from: -3, to: -1)]), (".[5:2]", [.slice(from: 5, to: 2)]),
            (".[9223372036854775807]", [.index(.max)]), (".[-9223372036854775808]", [.index(.min)]),
            (".[\"]\"][\"?\"]", [.field("]"), .field("?")]), (".[\"é\"]", [.field("é")]),
        ] as [(String, [Selector.Step])])
    func `a selector is read into its segments`(text: String, steps: [Selector.Step]) throws {
        let selector = try Selector(text)
        #expect(selector.segments.map(\.step) == steps)
        #expect(selector.segments.allSatisfy { !$0.isOptional })
        #expect(selector.text == text)
    }

    @Test(
        arguments: [
            (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"), (#"\b"#, "\u{8}"), (#"\f"#, "\u{C}"), (#"\n"#, "\n"),
            (#"\r"#, "\r"), (#"\t"#, "\t"), (#"\u0041"#, "A"), (#"\u00e9"#, "\u{E9}"), (#"\u00E9"#, "\u{E9}"),
            (#"\u0000"#, "\0"), (#"\ud83d\ude00"#, "😀"), (#"\uD800\uDC00"#, "\u{10000}"),
            (#"\uDBFF\uDFFF"#, "\u{10FFFF}"), (#"\uffff"#, "\u{FFFF}"), (#"e\u0301"#, "e\u{301}"),
            (#"a.\u002eb"#, "a..b"), (#"\r\n"#, "\r\n"), (#"\\u0041"#, "\\u0041"),
        ])
    func `a quoted key has the escapes of JSON`(quoted: String, key: String) throws {
        let segments = try Selector(".[\"\(quoted)\"]").segments
        guard case .field(let name) = try #require(segments.first).step else {
            Issue.record("not a field")
            return
        }
        #expect(Array(name.utf8) == Array(key.utf8))
    }

    @Test(arguments: [".foo?", ".foo???", ".[\"nope\"]?", ".[0]?", ".[1:]??", ".[]?"])
    func `a segment is optional with any number of question marks`(text: String) throws {
        let segments = try Selector(text).segments
        #expect(segments.map(\.isOptional) == [true])
    }

    @Test func `a question mark belongs to the segment before it`() throws {
        #expect(try Selector(".a?.b[0]?[1]").segments.map(\.isOptional) == [true, false, true, false])
    }

    @Test(arguments: [".?", ".???"])
    func `an optional identity is the identity`(text: String) throws {
        #expect(try Selector(text).segments.isEmpty)
    }

    @Test(arguments: [
        // The beginning, dots and trailing forms.
        "", "foo", "foo.", "[0]", "[\"a\"]", "?", " .", ". ", "..", "...", "..foo", ".foo..bar", ".foo..", ".foo.",
        ".foo.?", ".foo[0].", ".[\"a..b\"]", ".?.", ".?foo", ".?.foo", ".?[0]", ".foo?bar", ".foo bar", ".foo\n",
        // Names.
        ".0", ".0foo", ".foo-bar", ".foo$", ".$foo", ".*", ".é", ".fooé", ".f\u{301}", ".foo\0", ".foo,bar",
        ".foo|.bar",
        ".foo()", ".\"foo\"", ".\u{FF46}",
        // Brackets.
        ".[", ".]", ".[0", ".0]", ".foo]", ".[[0]]", ".[0][", ".[ ]", ".[ 0]", ".[0 ]", ".[foo]", ".[.]", ".[?]",
        ".[*]",
        ".[0]foo", ".[0,1]", ".[\"a\",\"b\"]",
        // Integers.
        ".[00]", ".[01]", ".[-0]", ".[-01]", ".[+1]", ".[-]", ".[--1]", ".[1-]", ".[1.0]", ".[1e3]", ".[0x1]", ".[１]",
        ".[9223372036854775808]", ".[-9223372036854775809]", ".[99999999999999999999999999]",
        // Slices.
        ".[:]", ".[0:1:2]", ".[::]", ".[1:", ".[:1", ".[a:1]", ".[1:b]", ".[01:2]", ".[1:02]", ".[-0:1]", ".[:-0]",
        ".[1:+2]", ".[1 :2]", ".[0:9223372036854775808]", ".[\"a\":1]",
        // Quoted keys.
        ".[\"]", ".[\"a]", ".[\"a\"", ".[a\"]", ".['a']", ".[\"a\"b]", ".[\"a\" ]", ".[ \"a\"]", ".[\"\n\"]",
        ".[\"\0\"]",
        ".[\"\u{1F}\"]", #".["\"]"#, #".["\x41"]"#, #".["\'"]"#, #".["\u"]"#, #".["\u004"]"#, #".["\u004g"]"#,
        #".["\u+041"]"#, #".["\U0041"]"#, #".["\ud83d"]"#, #".["\ud83dx"]"#, #".["\ud83d\n"]"#, #".["\ud83d\u0041"]"#,
        #".["\ud83d\ud83d"]"#, #".["\ude00"]"#, #".["\ude00\ud83d"]"#, #".["\ud83d\x"]"#, #".["\u00４1"]"#,
    ])
    func `a malformed selector is refused`(text: String) {
        #expect(throws: PolicyError.malformed) { try Selector(text) }
    }

    @Test func `a selector may have 64 segments`() throws {
        #expect(try Selector("." + String(repeating: "[0]", count: 64)).segments.count == 64)
        #expect(throws: PolicyError.limitExceeded) { try Selector("." + String(repeating: "[0]", count: 65)) }
    }

    @Test func `a selector may be 1024 bytes long`() throws {
        _ = try Selector("." + String(repeating: "a", count: 1_023))
        #expect(throws: PolicyError.limitExceeded) { try Selector("." + String(repeating: "a", count: 1_024)) }
        #expect(throws: PolicyError.limitExceeded) { try Selector(".[\"" + String(repeating: "é", count: 510) + "\"]") }
    }

    @Test func `selectors are equal when they are written with the same bytes`() throws {
        #expect(try Selector(".a") == Selector(".a"))
        #expect(try Selector(".a") != Selector(".a?"))
        #expect(try Selector(".[\"\u{E9}\"]") != Selector(".[\"e\u{301}\"]"))
    }
}
