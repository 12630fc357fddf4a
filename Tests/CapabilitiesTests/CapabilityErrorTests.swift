import Capabilities
import DumpIdentity
import IPLD
import Sodium
import Testing

struct CapabilityErrorTests {
    private static let all: [CapabilityError] = [
        .invalidClaim, .unavailableProof, .expired, .tooEarly, .invalidAudience, .invalidSubject, .invalidSignature,
        .matchError, .malformed, .revoked, .replayed, .statusUnavailable, .limitExceeded,
    ]

    @Test func `every error has a name and a description of its own`() {
        #expect(Set(Self.all.map(\.name)).count == Self.all.count)
        #expect(Set(Self.all.map(\.description)).count == Self.all.count)
    }

    @Test func `the first eight names are the official ones`() {
        #expect(
            Self.all.prefix(8).map(\.name) == [
                "InvalidClaim", "UnavailableProof", "Expired", "TooEarly", "InvalidAudience", "InvalidSubject",
                "InvalidSignature", "MatchError",
            ])
    }

    @Test(
        arguments: [
            (.invalidSignature, .invalidSignature), (.tooLarge(what: "it", limit: 1), .limitExceeded),
            (.notAnEnvelope, .malformed), (.malformed(.invalidDID), .malformed), (.wrongTag(expected: "x"), .malformed),
            (.crypto(.notAuthentic), .malformed), (.unknownField, .malformed),
        ] as [(IdentityError, CapabilityError)])
    func `an error of the module below keeps its meaning`(below: IdentityError, here: CapabilityError) {
        #expect(CapabilityError(below) == here)
    }
}
