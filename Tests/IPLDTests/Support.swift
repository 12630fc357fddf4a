import IPLD
import TestSupport

extension Value {
    /// `depth` lists, each inside the next.
    static func nested(_ depth: Int, around innermost: Value? = nil) -> Value {
        guard depth > 0 else { return innermost ?? .null }
        return .list(depth == 1 ? [innermost].compactMap(\.self) : [nested(depth - 1, around: innermost)])
    }
}

extension SeededGenerator {
    /// A value of any kind, at most `depth` lists and maps deep.
    mutating func value(depth: Int = 4) -> Value {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .int(integer())
        case 3: return .float(float())
        case 4: return .string(string())
        case 5: return .bytes(bytes(Int.random(in: 0...300, using: &self)))
        case 6: return .link(CID.of(dagCBOR: bytes(4)))
        case 7: return .list((0..<Int.random(in: 0...30, using: &self)).map { _ in value(depth: depth - 1) })
        default:
            var map = Map()
            for _ in 0..<Int.random(in: 0...30, using: &self) { map[string()] = value(depth: depth - 1) }
            return .map(map)
        }
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// Integers of all sizes: a shift first, or nearly all would take eight bytes.
    private mutating func integer() -> Int64 {
        Int64(truncatingIfNeeded: next()) >> Int64.random(in: 0..<64, using: &self)
    }

    private mutating func float() -> Double {
        if Bool.random(using: &self) { return Double(Int64.random(in: -1000...1000, using: &self)) / 8 }
        let value = Double(bitPattern: next())
        return value.isFinite ? value : -0.0
    }

    private mutating func string() -> String {
        let characters = ["a", "b", "é", "e\u{301}", "/", "\"", "\\", "\n", "\u{0}", "\u{7F}", "\u{1F600}", "\u{2028}"]
        let count = Int.random(in: 0...Int.random(in: 0...30, using: &self), using: &self)
        return (0..<count).map { _ in characters[Int.random(in: 0..<characters.count, using: &self)] }.joined()
    }
}

extension SeededGenerator {
    /// A value whose encoding is short enough that damage hits what matters.
    mutating func small() -> Value {
        while true {
            let value = value(depth: 2)
            if let bytes = try? DagCBOR.encode(value), bytes.count <= 200 { return value }
        }
    }

    /// The bytes after one to three changes: a bit flipped, a byte replaced by one of `choice`, a piece taken out,
    /// written twice, or put elsewhere.
    mutating func damaged(_ original: [UInt8], by choice: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &self)
            let piece = bytes[index..<min(bytes.count, index + Int.random(in: 1...6, using: &self))]
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[index] = choice.randomElement(using: &self) ?? 0
            case 2: bytes.insert(choice.randomElement(using: &self) ?? 0, at: index)
            case 3: bytes.removeSubrange(piece.indices)
            case 4: bytes.insert(contentsOf: piece, at: index)
            default:
                bytes.removeSubrange(piece.indices)
                bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &self))
            }
        }
        return bytes
    }
}

/// The error with which something is refused; `nil` where it is not.
func refusal<Result>(_ body: () throws -> Result) throws -> IPLDError? {
    do {
        _ = try body()
        return nil
    } catch let error as IPLDError {
        return error
    }
}
