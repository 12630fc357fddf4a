internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// What stands in a file of signed things, told without being trusted: for people who look for what is wrong.
///
/// Nothing that is a secret is in the result: of the sealed keys of a handover only that they are there.
struct Inspection {
    /// The time to judge by, in Unix seconds.
    let time: Int64
    /// What the file is called in errors.
    let place: String

    init(at time: Int64, place: String) {
        self.time = time
        self.place = place
    }

    /// Tells what a file holds.
    ///
    /// - Throws: ``CommandError`` where it is nothing that can be read.
    func value(of bytes: [UInt8]) throws(CommandError) -> Value {
        if let text = String(validating: bytes, as: UTF8.self), let found = try value(ofText: text) { return found }
        switch bytes.first ?? 0 {
        case 0x82: return try token(bytes)  // a list of two, as CBOR writes it
        case 0xa0...0xb7: return try handover(bytes)  // a map
        default: return try container(bytes)
        }
    }

    /// The text forms; `nil` where it is none of them, and may be a container in text.
    private func value(ofText text: String) throws(CommandError) -> Value? {
        let trimmed = text.filter { !$0.isWhitespace }
        // All envelopes begin with the same three bytes.
        if trimmed.hasPrefix("glh") {
            for isPadded in [true, false] {
                if let bytes = try? Base64.decode(trimmed, padded: isPadded) { return try token(bytes) }
            }
            if let bytes = try? Base64URL.decode(trimmed) { return try token(bytes) }
        }
        if trimmed.hasPrefix("[") {
            return try token(try asUnreadable { try DagCBOR.encode(try DagJSON.decode(text)) })
        }
        guard trimmed.split(separator: ".", omittingEmptySubsequences: false).count == 3 else { return nil }
        guard let shown = StatusListInspection(text: trimmed, time: time).value() else {
            throw unreadable("it is malformed")
        }
        return result("status list", shown)
    }

    // MARK: Forms

    private func token(_ bytes: [UInt8]) throws(CommandError) -> Value {
        let token = TokenInspection(bytes, at: time)
        // Alone in a file, what is no token cannot be read; among others it is shown as such.
        guard token.isToken else { throw unreadable("not a signed envelope") }
        return tokens([token], form: "envelope")
    }

    private func container(_ bytes: [UInt8]) throws(CommandError) -> Value {
        let container = try asUnreadable { try Container(decoding: bytes) }
        return tokens(container.tokens.map { TokenInspection($0, at: time) }, form: "container")
    }

    private func handover(_ bytes: [UInt8]) throws(CommandError) -> Value {
        let handover = try asUnreadable { try Handover(decoding: bytes) }
        var more = Map()
        more["keys"] = "sealed to the component; not shown"
        more["fields"] = .list(handover.grant.fields.map { .string($0.rawValue) })
        more["tokens"] = .list(handover.delegations.map { TokenInspection($0.envelope.bytes, at: time).value })
        more["chain"] = ChainInspection(time: time).value(of: handover.delegations)
        return result("handover", more)
    }

    private func tokens(_ tokens: [TokenInspection], form: String) -> Value {
        var more = Map()
        more["tokens"] = .list(tokens.map(\.value))
        more["chain"] = ChainInspection(time: time).value(of: tokens)
        return result(form, more)
    }

    private func result(_ form: String, _ more: Map) -> Value {
        var map = more
        map["form"] = .string(form)
        map["at"] = .int(time)
        return .map(map)
    }

    // MARK: Refusals

    private func unreadable(_ reason: String) -> CommandError {
        CommandError("\(place): no envelope, container, handover or status list that can be read: \(reason)")
    }

    private func asUnreadable<Result>(_ body: () throws -> Result) throws(CommandError) -> Result {
        do {
            return try body()
        } catch let error as IPLDError {
            throw unreadable("\(error)")
        } catch let error as CapabilityError {
            throw unreadable("\(error.name): \(error)")
        } catch { throw unreadable("it is malformed") }
    }
}

extension Map {
    /// The same, with why something was refused: the official name of the error, and words.
    mutating func refuse(_ error: CapabilityError, _ words: String? = nil) {
        self["error"] = .string(error.name)
        self["reason"] = .string(words ?? "\(error)")
    }
}
