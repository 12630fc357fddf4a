import DumpIdentity
import IPLD
import Sodium
import Testing

struct IdentityErrorTests {
    private static let errors: [IdentityError] = [
        .malformed(.invalidCID), .notAnEnvelope, .wrongTag(expected: "dump/obj@1.0.0"), .invalidSignature,
        .tooLarge(what: "an envelope", limit: 5), .invalidModuleID, .invalidHandle, .invalidPassphrase(minimum: 10),
        .invalidRecoveryCode(isMistyped: true), .invalidRecoveryCode(isMistyped: false),
        .invalidAddress, .unknownField, .duplicateField, .invalidValue(field: .email, reason: "not text"),
        .timeTooFine, .crypto(.notAuthentic),
    ]

    @Test func `every error says something of its own`() {
        #expect(Set(Self.errors.map(\.description)).count == Self.errors.count)
        #expect(Self.errors.allSatisfy { $0.description.count > 5 })
    }

    @Test func `an error names its limit`() {
        let error = IdentityError.tooLarge(what: "an envelope", limit: 5)
        #expect(error.description == "an envelope is larger than 5 bytes")
        let passphrase = IdentityError.invalidPassphrase(minimum: 10)
        #expect(passphrase.description == "a passphrase has 10 to 1024 bytes of UTF-8")
        #expect(IdentityError.unknownField.description.contains("phone_number"))
    }
}
