/// A pattern of `like`: `*` stands for any run of characters or none, `\*` for a star, every other character, also a
/// backslash before anything but a star, for itself. Pattern and text are compared as UTF-8 bytes.
///
/// Matching takes time linear in pattern plus text: the runs of literal bytes between stars are each looked for
/// leftmost, without going back in the text (Knuth, Morris, Pratt).
///
/// Source: UCAN Delegation 1.0, "Glob Matching".
struct Glob: Sendable, Equatable {
    /// The literal bytes of all runs.
    private var bytes: [UInt8] = []
    /// For each byte: how long the longest proper prefix of its run is that also ends there.
    private var borders: [Int] = []
    /// What stands before the first star, between stars, and after the last; the outer two may be empty, and are the
    /// same one where the pattern has no star.
    private var runs: [Range<Int>] = []

    init(_ pattern: String) {
        let pattern = Array(pattern.utf8)
        var start = 0
        var index = 0
        while index < pattern.count {
            switch pattern[index] {
            case UInt8(ascii: "*"):
                // Stars in a row are one star.
                if runs.isEmpty || start < bytes.count { endRun(from: &start) }
            case UInt8(ascii: "\\") where index + 1 < pattern.count && pattern[index + 1] == UInt8(ascii: "*"):
                bytes.append(UInt8(ascii: "*"))
                index += 1
            case let byte: bytes.append(byte)
            }
            index += 1
        }
        endRun(from: &start)
    }

    private mutating func endRun(from start: inout Int) {
        runs.append(start..<bytes.count)
        var border = 0
        for index in start..<bytes.count {
            if index > start {
                while border > 0, bytes[index] != bytes[start + border] { border = borders[start + border - 1] }
                if bytes[index] == bytes[start + border] { border += 1 }
            }
            borders.append(border)
        }
        start = bytes.count
    }

    /// Whether the whole text matches; each byte looked at costs one unit.
    func matches(_ text: String, cost: inout PolicyCost) throws(PolicyError) -> Bool {
        let text = text.utf8.span
        guard let first = runs.first, let last = runs.last else { return false }
        guard runs.count > 1 else {
            return text.count == first.count ? try stands(first, in: text, at: 0, cost: &cost) : false
        }
        let end = text.count - last.count
        guard first.count <= end, try stands(first, in: text, at: 0, cost: &cost),
            try stands(last, in: text, at: end, cost: &cost)
        else { return false }
        var position = first.count
        for run in runs.dropFirst().dropLast() {
            guard let next = try find(run, in: text, from: position, to: end, cost: &cost) else { return false }
            position = next
        }
        return true
    }

    private func stands(
        _ run: Range<Int>, in text: Span<UInt8>, at position: Int, cost: inout PolicyCost
    ) throws(PolicyError) -> Bool {
        for offset in 0..<run.count {
            try cost.spend(1)
            guard text[position + offset] == bytes[run.lowerBound + offset] else { return false }
        }
        return true
    }

    /// Where the leftmost occurrence of a run ends.
    private func find(
        _ run: Range<Int>, in text: Span<UInt8>, from start: Int, to end: Int, cost: inout PolicyCost
    ) throws(PolicyError) -> Int? {
        var position = start
        var matched = 0
        while position < end {
            try cost.spend(1)
            if text[position] == bytes[run.lowerBound + matched] {
                position += 1
                matched += 1
                if matched == run.count { return position }
            } else if matched > 0 {
                matched = borders[run.lowerBound + matched - 1]
            } else {
                position += 1
            }
        }
        return nil
    }
}
