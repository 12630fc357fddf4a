internal import Foundation
internal import IPLD

/// What the tool prints: text for people, the same as JSON for machines.
enum Output {
    static func line(_ text: String) { print(text) }

    /// One line that is not held back, for who waits for it.
    static func atOnce(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// One line on standard error.
    static func error(_ message: String) {
        FileHandle.standardError.write(Data("dump: \(message)\n".utf8))
    }

    /// What the argument parser says, as it says it.
    static func error(parsing message: String) {
        FileHandle.standardError.write(Data((message + "\n").utf8))
    }

    static func json(_ value: Value) throws {
        print(try reading("the answer") { try DagJSON.encode(value, pretty: true) })
    }

    /// A table with a heading; columns are as wide as their widest entry.
    static func table(_ heading: [String], _ rows: [[String]]) {
        let widths = heading.indices.map { column in
            ([heading] + rows).map { $0[column].count }.max() ?? 0
        }
        for row in [heading] + rows {
            let cells = zip(row.map(safe), widths).map { text, width in
                text + String(repeating: " ", count: width - text.count)
            }
            let line = cells.joined(separator: "  ")
            print(String(line.reversed().drop { $0 == " " }.reversed()))
        }
    }

    /// Text of others, on one line and without control characters: it must not play with the reader's terminal.
    static func safe(_ text: String) -> String {
        String(
            text.unicodeScalars.map { scalar in
                // Format characters turn the direction of a line, or hide in it.
                [.control, .format].contains(scalar.properties.generalCategory) ? " " : Character(scalar)
            })
    }

    /// A time in Unix seconds, in UTC to the minute.
    static func time(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(
            .iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false)
        )
        .split(separator: ":").prefix(2).joined(separator: ":")
    }

    /// A length of time in days, or hours where it is less.
    static func duration(_ seconds: Int64) -> String {
        let (count, unit) =
            seconds >= 86_400
            ? (seconds / 86_400, "day") : seconds >= 3_600 ? (seconds / 3_600, "hour") : (seconds, "second")
        return "\(count) \(unit)\(count == 1 ? "" : "s")"
    }
}

/// Short ids that can be typed: the last eight characters of an id.
enum ShortID {
    static let length = 8

    static func of(_ id: String) -> String { String(id.suffix(length)) }

    /// The one id that ends with `text`, or the only id there is for a single dot.
    static func resolve(_ text: String, among ids: [String], what: String) throws(CommandError) -> String {
        if text == "." {
            guard let only = ids.first, ids.count == 1 else {
                throw CommandError("there are \(ids.count) \(what)s; type the end of an id")
            }
            return only
        }
        guard text.utf8.count >= 4 else { throw CommandError("an id has at least 4 characters") }
        let matches = Set(ids.filter { $0.hasSuffix(text) })
        guard let match = matches.first else { throw CommandError("there is no \(what) \(Output.safe(text))") }
        guard matches.count == 1 else {
            throw CommandError("more than one \(what) ends with \(Output.safe(text)); type more of the id")
        }
        return match
    }
}

extension Map {
    /// A text of an answer; empty where it is not there.
    func text(_ key: String) -> String { self[key]?.stringValue ?? "" }
    /// A number of an answer; 0 where it is not there.
    func number(_ key: String) -> Int64 { self[key]?.intValue ?? 0 }
    /// Texts of an answer, with commas.
    func texts(_ key: String) -> String {
        (self[key]?.listValue ?? []).compactMap(\.stringValue).joined(separator: ", ")
    }
    /// Objects of an answer.
    func maps(_ key: String) -> [Map] { (self[key]?.listValue ?? []).compactMap(\.mapValue) }
}
