import Sodium
import Testing

@testable import DumpIdentity

struct RecoveryCodeTests {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    private static func secret(_ text: String) throws -> [UInt8] {
        let code = try RecoveryCode(text)
        return code.secret.copyForTransfer()
    }

    /// A code of some characters, and the same without hyphens.
    private static func made() throws -> (text: String, characters: [Character]) {
        let code = try RecoveryCode.random()
        let text = code.text
        return (text, text.filter { $0 != "-" }.map { $0 })
    }

    @Test func `a code has 28 characters in groups of four, the last two decimal`() throws {
        for _ in 0..<50 {
            let (text, characters) = try Self.made()
            let groups = text.split(separator: "-", omittingEmptySubsequences: false)
            #expect(groups.map(\.count) == [4, 4, 4, 4, 4, 4, 4])
            #expect(characters.prefix(26).allSatisfy(Self.alphabet.contains))
            #expect(characters.suffix(2).allSatisfy("0123456789".contains))
        }
    }

    @Test func `what is shown is read back as the same secret`() throws {
        let code = try RecoveryCode.random()
        let again = try RecoveryCode(code.text)
        #expect(again.secret.copyForTransfer() == code.secret.copyForTransfer())
        #expect(again.secret.copyForTransfer() == Array(code.text.utf8.filter { $0 != 0x2D }.prefix(26)))
    }

    @Test func `every character comes up, and no two codes are the same`() throws {
        var (seen, codes): (Set<Character>, Set<String>) = ([], [])
        for _ in 0..<100 {
            let (text, characters) = try Self.made()
            seen.formUnion(characters.prefix(26))
            codes.insert(text)
        }
        #expect(seen.count == 32)
        #expect(codes.count == 100)
    }

    @Test(arguments: [
        "0000-0000-0000-0000-0000-0000-0098", "0000-0000-0000-0000-0000-0000-0195",
        "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ69",
    ])
    func `the check digits are those of the number that the characters write`(text: String) throws {
        let code = try RecoveryCode(text)
        #expect(code.text == text)
    }

    @Test(arguments: [
        "0123-4567-89AB-CDEF-GHJK-MNPQ-RS05", "0123456789abcdefghjkmnpqrs05", " 0123 4567-89ab cdefGHJKMNPQ--RS 0 5 ",
        "OI23-4567-89AB-CDEF-GHJK-MNPQ-RS05", "oL23-4567-89AB-CDEF-GHJK-MNPQ-RSO5", "Oi234567-89AB-CDEF-GHJK-MNPQ-RSo5",
    ])
    func `case, spaces, hyphens and look-alikes make no difference`(text: String) throws {
        #expect(try Self.secret(text) == Array("0123456789ABCDEFGHJKMNPQRS".utf8))
    }

    @Test func `every single wrong character is noticed`() throws {
        let (_, characters) = try Self.made()
        for index in characters.indices {
            for other in index < 26 ? Self.alphabet : Array("0123456789") where other != characters[index] {
                var wrong = characters
                wrong[index] = other
                #expect(throws: IdentityError.invalidRecoveryCode(isMistyped: true)) { try Self.secret(String(wrong)) }
            }
        }
    }

    @Test func `two characters that were exchanged are noticed, next to each other or one apart`() throws {
        for _ in 0..<20 {
            let (_, characters) = try Self.made()
            for distance in 1...2 {
                for index in 0..<26 - distance where characters[index] != characters[index + distance] {
                    var wrong = characters
                    wrong.swapAt(index, index + distance)
                    #expect(throws: IdentityError.invalidRecoveryCode(isMistyped: true)) {
                        try Self.secret(String(wrong))
                    }
                }
            }
        }
    }

    /// For a number that leaves 0 they are 98; 01 leaves the same remainder.
    @Test(arguments: ["01", "00", "97", "99"])
    func `of two check numbers that leave the same remainder only one is read`(digits: String) {
        #expect(throws: IdentityError.invalidRecoveryCode(isMistyped: true)) {
            try Self.secret(String(repeating: "0", count: 26) + digits)
        }
    }

    @Test(arguments: [
        "", "0123-4567-89AB-CDEF-GHJK-MNPQ-RS0", "0123-4567-89AB-CDEF-GHJK-MNPQ-RS055",
        "0123-4567-89AB-CDEF-GHJK-MNPQ-RSA5", "0123-4567-89AB-CDEF-GHJK-MNPQ-RS0A",
        "U123-4567-89AB-CDEF-GHJK-MNPQ-RS05",
        "0123_4567-89AB-CDEF-GHJK-MNPQ-RS05", "0123-4567-89AB-CDEF-GHJK-MNPQ-RS05\n",
        "é123-4567-89AB-CDEF-GHJK-MNPQ-RS05",
        "0123-4567-89AB-CDEF-GHJK-MNPQ-RS05" + String(repeating: " ", count: 223),
    ])
    func `another shape is refused as such`(text: String) {
        #expect(throws: IdentityError.invalidRecoveryCode(isMistyped: false)) { try Self.secret(text) }
    }

    @Test func `a person is told whether it was mistyped`() {
        #expect(IdentityError.invalidRecoveryCode(isMistyped: true).description.contains("mistyped"))
        #expect(!IdentityError.invalidRecoveryCode(isMistyped: false).description.contains("mistyped"))
    }
}
