internal import Foundation

/// Something that was planted and must not be found elsewhere, in whatever form it may have been written.
public struct Canary: Sendable {
    /// What it is, for people.
    public let name: String
    /// Every form in which it is searched for, by name.
    public let forms: [(name: String, bytes: [UInt8])]

    /// A text: its UTF-8 and its UTF-16, and all that bytes may be written as.
    public init(_ name: String, _ text: String) {
        // Without the zero that one order has in front and the other at the end, both orders are the same bytes.
        let wide = text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }.dropLast()
        self.init(name, Array(text.utf8), further: [("UTF-16", Array(wide))])
    }

    /// Bytes: as they are, in hexadecimal, base64 and base64url, wherever they stand in what was encoded.
    public init(_ name: String, bytes: [UInt8]) { self.init(name, bytes, further: []) }

    private init(_ name: String, _ bytes: [UInt8], further: [(name: String, bytes: [UInt8])]) {
        let hex = hexText(bytes)
        var forms = [("clear", bytes), ("hex", Array(hex.utf8)), ("HEX", Array(hex.uppercased().utf8))] + further
        for shift in 0..<3 {
            let base64 = Canary.base64(bytes, behind: shift)
            let url = base64.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == 47 ? UInt8(ascii: "_") : $0 }
            forms.append(("base64 at \(shift)", base64))
            if url != base64 { forms.append(("base64url at \(shift)", url)) }
        }
        self.name = name
        self.forms = forms.map { (name: $0.0, bytes: $0.1) }
    }

    /// The characters that stand for these bytes alone, where others stand before and after them.
    private static func base64(_ bytes: [UInt8], behind shift: Int) -> [UInt8] {
        let text = Data([UInt8](repeating: 0, count: shift) + bytes).base64EncodedData()
        let (first, last) = ((8 * shift + 5) / 6, 8 * (shift + bytes.count) / 6)
        return Array(text[first..<last])
    }

    /// The names of the forms that stand in some bytes.
    public func found(in data: [UInt8]) -> [String] {
        forms.filter { Canary.stands($0.bytes, in: data) }.map { "\(name), \($0.name)" }
    }

    private static func stands(_ form: [UInt8], in data: [UInt8]) -> Bool {
        guard let start = form.first, data.count >= form.count else { return false }
        return unsafe data.withUnsafeBufferPointer { data in
            guard var rest = data.baseAddress else { return false }
            var left = data.count - form.count + 1
            while left > 0, let hit = unsafe memchr(rest, Int32(start), left) {
                if unsafe memcmp(hit, form, form.count) == 0 { return true }
                let next = unsafe UnsafePointer(hit.assumingMemoryBound(to: UInt8.self)) + 1
                unsafe left -= next - rest
                unsafe rest = unsafe next
            }
            return false
        }
    }
}

extension [Canary] {
    /// The names of those that stand in some bytes, and how.
    public func found(in data: [UInt8]) -> [String] { flatMap { $0.found(in: data) } }

    /// The names of those that stand in some text, and how.
    public func found(in text: String) -> [String] { found(in: [UInt8](text.utf8)) }

    /// The names of those that stand in a file below a folder or in the file's name, and how.
    ///
    /// - Throws: what reading throws.
    public func found(below folder: String) throws -> [String] {
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return try files.flatMap { file in
            let data = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder + "/" + file)).readToEnd() ?? Data()
            return (found(in: [UInt8](data)) + found(in: file)).map { "\($0), in \(file)" }
        }
    }

    /// The names of those that stand in the arguments or the environment of a process, and how. Source: proc(5).
    ///
    /// - Throws: what reading throws.
    public func found(inProcess identifier: Int32) throws -> [String] {
        try ["cmdline", "environ"].flatMap { name in
            let url = URL(fileURLWithPath: "/proc/\(identifier)/\(name)")
            return found(in: [UInt8](try FileHandle(forReadingFrom: url).readToEnd() ?? Data())).map {
                "\($0), in \(name)"
            }
        }
    }
}
