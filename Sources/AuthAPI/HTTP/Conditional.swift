internal import HTTPTypes
internal import Hummingbird

extension Request {
    /// Whether the caller has one of these entity tags already, by weak comparison. Source: RFC 9110, section 13.1.2.
    func has(_ tags: [String]) -> Bool {
        headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }.contains { entry in
            let text = entry.trimming { $0 == " " || $0 == "\t" }
            if text == "*" { return true }
            let tag = text.hasPrefix("W/") ? text.dropFirst(2) : text
            return tags.contains { $0.utf8.elementsEqual(tag.utf8) }
        }
    }

    /// Whether the caller takes gzip: named, or meant by `*`, and not with the weight 0. Source: RFC 9110, section 12.5.3.
    var acceptsGzip: Bool {
        var (named, any): (Bool?, Bool?) = (nil, nil)
        for entry in headers[values: .acceptEncoding].flatMap({ $0.split(separator: ",") }) {
            let parts = entry.split(separator: ";").map { $0.trimming { $0 == " " || $0 == "\t" } }
            guard let coding = parts.first?.lowercased() else { continue }
            let weight = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }?.dropFirst(2)
            let isTaken = weight.map { weight in weight.contains { ("1"..."9").contains($0) } } ?? true
            if coding == "gzip" || coding == "x-gzip" { named = isTaken }
            if coding == "*" { any = isTaken }
        }
        return named ?? any ?? false
    }
}

extension Substring {
    /// Without the characters at both ends that are to be trimmed.
    fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> Substring {
        var text = drop(while: isTrimmed)
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
