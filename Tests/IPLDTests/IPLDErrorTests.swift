import IPLD
import Testing

struct IPLDErrorTests {
    private static let all: [IPLDError] = [
        .truncated(at: 7), .trailingBytes(at: 7), .notCanonical(at: 7), .syntax(at: 7), .indefiniteLength(at: 7),
        .keyNotString(at: 7), .keysOutOfOrder(at: 7), .duplicateKey(at: 7), .floatWidth(at: 7), .notFinite(at: 7),
        .unsupportedTag(at: 7), .unsupportedSimple(at: 7), .integerOutOfRange(at: 7), .invalidUTF8(at: 7),
        .loneSurrogate(at: 7), .reservedKey(at: 7), .tooDeep(limit: 7), .tooLarge(limit: 7), .tooManyItems(limit: 7),
        .invalidPublicKey(count: 7), .missingField("7"), .wrongKind(field: "7"), .unknownFields(count: 7),
        .invalidCID, .invalidBase, .invalidDID,
    ]

    @Test func `every error says something of its own`() {
        #expect(Set(Self.all.map(\.description)).count == Self.all.count)
        #expect(Self.all.dropLast(3).allSatisfy { $0.description.contains("7") })
    }

    @Test func `descriptions are fragments of a sentence`() {
        for error in Self.all {
            #expect(error.description.first?.isLowercase == true)
            #expect(error.description.last != ".")
        }
    }
}
