internal import DumpIdentity
internal import IPLD
internal import Sodium

/// What an account is moved, recovered and followed by: exports, recovery codes as people write them, successions.
///
/// An export is larger than an input may be, and what is sealed in it is never opened here. So an input that is a map without
/// `content` is given one of the smallest length.
enum AccountTarget {
    /// The least that an export's content takes, sealed: 64 KiB, and what the seal adds.
    private static let contentLength = (1 << 16) + AEAD.overhead

    static func check(_ input: [UInt8]) {
        checkExport(withContent(input) ?? input)
        checkCode(String(decoding: input, as: UTF8.self))
        checkSuccession(input)
        guard let successions = try? Successions(decoding: input) else { return }
        require(
            try Successions(decoding: successions.encoded()) == successions, "statements are read as they are written")
        for statement in successions.all {
            let line = successions.line(of: statement.former)
            require(line.contains(statement.next), "who is named is of the line")
            let chain = successions.chain(from: statement.former)
            require(chain.first == statement.former && Set(chain).count == chain.count, "a chain has no circle")
            require(Set(chain).isSubset(of: line), "a chain is of the line")
        }
    }

    private static func withContent(_ input: [UInt8]) -> [UInt8]? {
        guard case .map(var map) = (try? DagCBOR.decode(input)) ?? .null, map["content"] == nil else { return nil }
        map["content"] = .bytes([UInt8](repeating: 0, count: contentLength))
        return try? DagCBOR.encode(.map(map))
    }

    private static func checkExport(_ file: [UInt8]) {
        guard let export = try? AccountExport(decoding: file) else { return }
        require(try export.encoded() == file, "an export has one form")
        require(
            export.cost.operations <= AccountExport.maximumOperations, "an export asks for no more passes than it may")
        require(export.cost.memory <= AccountExport.maximumMemory, "an export asks for no more memory than it may")
        require(export.salt.count == PasswordHash.saltLength, "a salt has one length")
    }

    private static func checkCode(_ text: String) {
        guard let code = try? RecoveryCode(text) else { return }
        let shown = code.text
        require(shown.utf8.count == 34, "a code is seven groups of four")
        for other in [shown, shown.lowercased(), String(shown.filter { $0 != "-" }), "  " + shown] {
            require(try RecoveryCode(other).text == shown, "a code is the same however it is written")
        }
        // One letter for its neighbour is found by the check digits.
        var characters = Array(shown.utf8)
        characters[0] = characters[0] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        let isRead = (try? RecoveryCode(String(decoding: characters, as: UTF8.self)).text) != nil
        require(!isRead, "a code with one wrong letter is none")
    }

    private static func checkSuccession(_ input: [UInt8]) {
        guard let statement = try? Succession(verifying: input) else { return }
        require(statement.bytes == input, "the received bytes are kept")
        require(
            statement.former != statement.next && Day.isStart(statement.day), "a succession is of two, and of a day")
        for former in Party.allCases where former.principal == statement.former {
            for next in Party.allCases where next.principal == statement.next {
                require(
                    try Succession.sign(from: former.key(), to: next.key(), time: statement.day).bytes == input,
                    "a succession has one form")
            }
        }
    }
}
