/// As much of DAG-CBOR as a made-up node needs: short texts, lists and maps. Source: RFC 8949, section 3.
enum CBOR {
    static func text(_ text: String) -> [UInt8] { head(3, text.utf8.count) + Array(text.utf8) }

    static func bytes(_ bytes: [UInt8]) -> [UInt8] { head(2, bytes.count) + bytes }

    static func number(_ number: Int) -> [UInt8] { head(0, number) }

    static func list(_ items: [[UInt8]]) -> [UInt8] { head(4, items.count) + items.joined() }

    /// A map; the entries must be in the order of their keys' encodings.
    static func map(_ entries: (key: String, value: [UInt8])...) -> [UInt8] {
        head(5, entries.count) + entries.flatMap { text($0.key) + $0.value }
    }

    private static func head(_ kind: UInt8, _ number: Int) -> [UInt8] {
        let kind = kind << 5
        if number < 24 { return [kind | UInt8(number)] }
        if number < 256 { return [kind | 24, UInt8(number)] }
        return [kind | 25, UInt8(number >> 8), UInt8(number & 0xff)]
    }
}
