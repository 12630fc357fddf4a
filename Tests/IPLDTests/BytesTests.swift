import IPLD
import Testing

struct BytesTests {
    @Test(arguments: ["", "a", "é", "e\u{301}", "did:key:z6Mk", "\u{0}", "a\u{0}", "\u{1F600}"])
    func `a text has the same bytes as itself, however it came about`(text: String) {
        #expect(text.hasSameBytes(as: text))
        #expect(text.hasSameBytes(as: String(decoding: Array(text.utf8), as: UTF8.self)))
        // A part of a longer text, which stands elsewhere in memory.
        #expect(String(("<" + text + ">").dropFirst().dropLast()).hasSameBytes(as: text))
    }

    @Test func `an accent that stands by itself makes another text`() {
        #expect("é" == "e\u{301}")
        #expect(!"é".hasSameBytes(as: "e\u{301}"))
        #expect(!"e\u{301}".hasSameBytes(as: "é"))
        // The same number of bytes, and equal: two accents in either order.
        let (below, above) = ("e\u{323}\u{302}", "e\u{302}\u{323}")
        #expect(below == above && below.utf8.count == above.utf8.count)
        #expect(!below.hasSameBytes(as: above))
    }

    @Test(arguments: [("", "a"), ("a", "b"), ("a", "A"), ("ab", "a"), ("ab", "b"), ("ab", "ac"), ("", "\u{0}")])
    func `another length or another byte makes another text`(left: String, right: String) {
        #expect(!left.hasSameBytes(as: right))
        #expect(!right.hasSameBytes(as: left))
    }

    @Test func `every byte counts, in texts of all lengths`() {
        for length in 1...40 {
            let text = String(repeating: "a", count: length)
            for place in 0..<length {
                var bytes = Array(text.utf8)
                bytes[place] = UInt8(ascii: "b")
                #expect(!text.hasSameBytes(as: String(decoding: bytes, as: UTF8.self)), "\(place) of \(length)")
            }
        }
    }
}
