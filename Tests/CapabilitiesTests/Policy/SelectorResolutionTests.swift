import IPLD
import Testing

@testable import Capabilities

struct SelectorResolutionTests {
    static let arguments: Value = [
        "from": "alice@example.com", "to": ["bob", "carol", "dan"], "none": .null, "n": 7,
        "map": ["bb": 2, "a": 1, "c": 3], "bytes": .bytes([0xD6, 0xA9, 0xC1, 0x8C, 0xF8, 0xC4]), "deep": [["x": [9]]],
        "": "empty", "a..b": "dots", "\u{E9}": "composed", "e\u{301}": "decomposed",
    ]

    @Test(
        arguments: [
            (".from", "alice@example.com"), (".to[0]", "bob"), (".to[1]", "carol"), (".to[-1]", "dan"),
            (".to[-3]", "bob"), (".[\"from\"]", "alice@example.com"), (".deep[0].x[0]", 9), (".[\"\"]", "empty"),
            (#".["a.\u002eb"]"#, "dots"), (".[\"\u{E9}\"]", "composed"), (".[\"e\u{301}\"]", "decomposed"),
            (".map.[\"a\"]", 1), (".to[1:][0]", "carol"), (".none", .null),
        ] as [(String, Value)])
    func `a selector finds what stands at its path`(text: String, expected: Value) throws {
        #expect(try Selector(text).resolve(Self.arguments) == expected)
    }

    @Test(arguments: [Value.null, 1, "a", [1], ["a": 1]])
    func `the identity takes the entire value`(value: Value) throws {
        #expect(try Selector(".").resolve(value) == value)
        #expect(try Selector(".?").resolve(value) == value)
    }

    @Test(arguments: [".nope", ".nope?", ".map.nope", ".[\"no\\u0000pe\"]"])
    func `a missing key gives null`(text: String) throws {
        #expect(try Selector(text).resolve(Self.arguments) == .null)
    }

    @Test(arguments: [
        // Indices out of range.
        ".to[3]", ".to[-4]", ".to[9223372036854775807]", ".to[-9223372036854775808]", ".bytes[6]", ".bytes[-7]",
        // Keys of what is no map.
        ".to.a", ".from.a", ".n.a", ".bytes.a", ".none.a", ".nope.a", ".none[\"a\"]",
        // Indices and slices of what is no list and no bytes.
        ".[0]", ".map[0]", ".n[0]", ".none[0]", ".from[0]", ".from[-1]", ".[0:]", ".map[0:1]", ".from[0:1]", ".n[:1]",
        ".none[:1]",
        // Values of what is no collection.
        ".from[]", ".n[]", ".none[]", ".bytes[]", ".nope[]",
    ])
    func `what does not resolve gives nothing, and null where it is optional`(text: String) throws {
        #expect(try Selector(text).resolve(Self.arguments) == nil)
        #expect(try Selector(text + "?").resolve(Self.arguments) == .null)
        #expect(try Selector(text + "???").resolve(Self.arguments) == .null)
    }

    @Test(arguments: [
        ".to[99].a?", ".from.a.b?", ".from.a.b?.c?", ".nope.a.b?", ".to[99][0]?", ".to[99]?.a", ".none.a[]?",
    ])
    func `resolving returns early even where a later segment is optional`(text: String) throws {
        #expect(try Selector(text).resolve(Self.arguments) == nil)
    }

    @Test(arguments: [".to[99]?.a?", ".none.a?", ".nope.a?.b?", ".nope?.a?"])
    func `resolving goes on with null behind an optional segment`(text: String) throws {
        #expect(try Selector(text).resolve(Self.arguments) == .null)
    }

    @Test(
        arguments: [
            (".[1:3]", [1, 2]), (".[2:]", [2, 3, 4]), (".[:2]", [0, 1]), (".[0:-2]", [0, 1, 2]), (".[-2:]", [3, 4]),
            (".[:-4]", [0]), (".[-3:-1]", [2, 3]), (".[0:99]", [0, 1, 2, 3, 4]), (".[-99:2]", [0, 1]), (".[99:]", []),
            (".[:-99]", []), (".[3:1]", []), (".[2:2]", []), (".[-1:-3]", []),
            (".[-9223372036854775808:9223372036854775807]", [0, 1, 2, 3, 4]),
            (".[9223372036854775807:-9223372036854775808]", []),
        ] as [(String, [UInt8])])
    func `a slice of a list or of bytes is cut off at both ends`(text: String, expected: [UInt8]) throws {
        let list = Value.list((0..<5).map { .int($0) })
        #expect(try Selector(text).resolve(list) == .list(expected.map { .int(Int64($0)) }))
        #expect(try Selector(text).resolve(.bytes([0, 1, 2, 3, 4])) == .bytes(expected))
    }

    @Test func `an index into bytes gives an integer`() throws {
        #expect(try Selector(".bytes[3]").resolve(Self.arguments) == 140)
        #expect(try Selector(".bytes[-1]").resolve(Self.arguments) == 0xC4)
        #expect(try Selector(".bytes[1:3]").resolve(Self.arguments) == .bytes([0xA9, 0xC1]))
    }

    @Test func `the values of a map come in the canonical order of its keys`() throws {
        #expect(try Selector(".map[]").resolve(Self.arguments) == [1, 3, 2])
        #expect(try Selector(".map[][-1]").resolve(Self.arguments) == 2)
    }

    @Test func `the values of a list are the list`() throws {
        #expect(try Selector(".to[]").resolve(Self.arguments) == ["bob", "carol", "dan"])
        #expect(try Selector(".to[][][0]").resolve(Self.arguments) == "bob")
    }
}
