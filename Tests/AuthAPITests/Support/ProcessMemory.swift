import Foundation
import Sodium
import Synchronization

/// A secret that memory is searched for, kept so that the search does not find the searcher: only as its difference
/// from a random mask.
struct Needle: Sendable {
    /// How long the parts are that are searched for, in bytes: a quarter of a key is enough to be found.
    static let partLength = 8

    let name: String
    private let mask: [UInt8]
    private let masked: [UInt8]

    init(_ name: String, _ secret: borrowing SecretBytes) {
        let mask = RandomSource.system.bytes(secret.count)
        var masked = [UInt8](repeating: 0, count: secret.count)
        secret.withBytes { bytes in
            for index in bytes.indices { masked[index] = bytes[index] ^ mask[index] }
        }
        self.name = name
        self.mask = mask
        self.masked = masked
    }

    /// Where the parts begin.
    var parts: [Int] { Array(stride(from: 0, through: masked.count - Needle.partLength, by: Needle.partLength)) }

    /// The first byte of a part, which the search begins with.
    func start(of part: Int) -> UInt8 { mask[part] ^ masked[part] }

    /// Whether a part stands at an address; it is compared byte by byte and never put together.
    func stands(_ part: Int, at address: UnsafePointer<UInt8>) -> Bool {
        for index in 0..<Needle.partLength
        where unsafe address[index] ^ mask[part + index] != masked[part + index] { return false }
        return true
    }
}

/// The memory of this very process: all that it may read of what is its own. Source: proc(5), `maps` and `mem`.
enum ProcessMemory {
    /// Something that was searched for and is there.
    struct Finding: Sendable, CustomStringConvertible {
        let needle: String
        let mapping: String

        var description: String { "\(needle) in \(mapping)" }
    }

    private struct Region {
        let start: UInt
        let end: UInt
        let name: String
    }

    /// How much is looked at in one go, in bytes.
    private static let chunk = 1 << 20
    /// One search at a time: what one has read must not be found by another.
    private static let turn = Mutex(0)

    /// Every place where a part of a needle stands. What cannot be read is passed over.
    static func find(_ needles: [Needle]) throws -> [Finding] {
        try turn.withLock { searches in
            searches += 1
            let memory = unsafe open("/proc/self/mem", O_RDONLY)
            guard memory >= 0 else { throw CocoaError(.fileReadNoPermission) }
            defer { close(memory) }
            let length = chunk + Needle.partLength
            let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: length)
            defer {
                unsafe memset(buffer, 0, length)
                unsafe buffer.deallocate()
            }
            let own = UInt(bitPattern: buffer)
            var findings: [Finding] = []
            for region in try regions(without: own..<own + UInt(length)) {
                var address = region.start
                while address < region.end {
                    let count = unsafe pread(memory, buffer, min(length, Int(region.end - address)), off_t(address))
                    guard count >= Needle.partLength else { break }
                    for needle in needles where unsafe stands(needle, in: buffer, count: count) {
                        findings.append(Finding(needle: needle.name, mapping: region.name))
                    }
                    address += UInt(min(count, chunk))
                }
            }
            return findings
        }
    }

    private static func stands(_ needle: Needle, in buffer: UnsafePointer<UInt8>, count: Int) -> Bool {
        needle.parts.contains { part in
            let start = Int32(needle.start(of: part))
            var rest = unsafe buffer
            var left = count
            while let hit = unsafe memchr(rest, start, left) {
                let found = unsafe UnsafePointer(hit.assumingMemoryBound(to: UInt8.self))
                let offset = unsafe found - rest
                guard left - offset >= Needle.partLength else { return false }
                if unsafe needle.stands(part, at: found) { return true }
                unsafe rest = unsafe found + 1
                left -= offset + 1
            }
            return false
        }
    }

    /// What is readable, private and not simply a part of a file, without the buffer that the search reads into.
    private static func regions(without own: Range<UInt>) throws -> [Region] {
        // The file has no length to go by: what reads a page and stops has not read it.
        let maps = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps")).readToEnd() ?? Data()
        return String(decoding: maps, as: UTF8.self).split(separator: "\n").flatMap { line -> [Region] in
            let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            let name = words.count > 5 ? String(words[5]) : "anonymous memory"
            guard ends.count == 2, words[1].hasPrefix("r"), words[1].hasSuffix("p"), !name.hasPrefix("[v"),
                words[1].contains("w") || words[4] == "0",
                // What is larger is the shadow of a sanitizer, not memory.
                ends[1] - ends[0] < 1 << 40
            else { return [] }
            let parts = [(ends[0], min(ends[1], own.lowerBound)), (max(ends[0], own.upperBound), ends[1])]
            if !own.overlaps(ends[0]..<ends[1]) { return [Region(start: ends[0], end: ends[1], name: name)] }
            return parts.filter { $0.0 < $0.1 }.map { Region(start: $0.0, end: $0.1, name: name) }
        }
    }
}
