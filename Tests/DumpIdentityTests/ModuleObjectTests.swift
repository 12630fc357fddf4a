import DumpIdentity
import IPLD
import Sodium
import Testing

struct ModuleObjectTests {
    private static func keys(index: UInt64 = 0) throws -> PseudonymKeys {
        try Made.root().pseudonymKeys(module: ModuleID(Made.market), index: index)
    }

    private static func object(_ body: Value = ["title": "Bicycle"], index: UInt64 = 0) throws -> ModuleObject {
        let keys = try keys(index: index)
        return try ModuleObject.sign(
            body: Map(body), mailboxes: [NodeAddress("https://node.example/")], time: Made.time, with: keys)
    }

    @Test func `an object says who, where, what and on which day`() throws {
        let object = try ModuleObject(verifying: Self.object().envelope.bytes)
        let pseudonym = try Self.keys().principal
        #expect(object.issuer == pseudonym)
        #expect(object.module.string == Made.market)
        #expect(Value.map(object.body) == ["title": "Bicycle"])
        #expect(object.mailboxes.map(\.string) == ["https://node.example"])
        #expect(object.day == 1_767_312_000)
        #expect(object.cid == CID.of(dagCBOR: object.envelope.bytes))
    }

    @Test func `an object carries nothing else`() throws {
        let payload = try Self.object().envelope.payload
        #expect(payload.keys == ["iat", "iss", "mod", "body", "nonce", "mailbox"])
        #expect(payload["nonce"]?.bytesValue?.count == 16)
        #expect(payload["iat"] == 1_767_312_000)
    }

    @Test func `no bytes of the profile or of another pseudonym stand in an object`() throws {
        let bytes = try Self.object().envelope.bytes
        let profile = try Made.root().profileKeys().signing.principal()
        let other = try Self.keys(index: 1).principal
        for principal in [profile, other] {
            for needle in [principal.publicKey, Array(principal.did.utf8)] {
                let found = bytes.indices.contains { bytes[$0...].starts(with: needle) }
                #expect(!found)
            }
        }
    }

    @Test func `two objects of the same content differ`() throws {
        #expect(try Self.object().cid != Self.object().cid)
    }

    /// Signs the payload of an object with some fields changed.
    private static func altered(tag: String = ModuleObject.tag, _ change: (inout Map) -> Void) throws -> [UInt8] {
        var payload = try object().envelope.payload
        change(&payload)
        let keys = try keys()
        return try Envelope.sign(payload, tag: tag, with: keys.signing).bytes
    }

    @Test(arguments: ["iss", "mod", "body", "nonce", "mailbox", "iat"])
    func `a field that is missing or null is refused`(field: String) throws {
        let missing = try Self.altered { $0[field] = nil }
        #expect(throws: IdentityError.malformed(.missingField(field))) { try ModuleObject(verifying: missing) }
        let null = try Self.altered { $0[field] = .null }
        #expect(throws: IdentityError.malformed(.wrongKind(field: field))) { try ModuleObject(verifying: null) }
    }

    @Test(arguments: ["exp", "sub", "profile", "name", ""])
    func `a further field is refused`(field: String) throws {
        let bytes = try Self.altered { $0[field] = 1 }
        #expect(throws: IdentityError.malformed(.unknownFields(count: 1))) { try ModuleObject(verifying: bytes) }
    }

    @Test(
        arguments: [
            ("mod", "market", .invalidModuleID), ("mod", "org.Dump", .invalidModuleID),
            ("iss", "did:web:node.example", .malformed(.invalidDID)),
            ("body", ["a"], .malformed(.wrongKind(field: "body"))),
            ("nonce", .bytes([UInt8](repeating: 0, count: 11)), .malformed(.wrongKind(field: "nonce"))),
            ("nonce", .bytes([UInt8](repeating: 0, count: 65)), .malformed(.wrongKind(field: "nonce"))),
            ("mailbox", [], .malformed(.wrongKind(field: "mailbox"))),
            (
                "mailbox", ["https://a", "https://b", "https://c", "https://d", "https://e"],
                .malformed(.wrongKind(field: "mailbox"))
            ),
            ("mailbox", [1], .malformed(.wrongKind(field: "mailbox"))), ("mailbox", ["node.example"], .invalidAddress),
            ("iat", 1_767_312_001, .timeTooFine), ("iat", -1, .timeTooFine),
            ("iat", -86_400, .timeTooFine), ("iat", .int(.min), .timeTooFine),
            ("iat", .int(-9_223_372_036_854_720_000), .timeTooFine), ("iat", .int(.max), .timeTooFine),
            ("iat", 9_007_199_254_800_000, .timeTooFine), ("iat", .int(1 << 53), .timeTooFine),
            ("iat", .float(1_767_312_000), .malformed(.wrongKind(field: "iat"))),
        ] as [(String, Value, IdentityError)])
    func `a field of another form is refused`(field: String, value: Value, error: IdentityError) throws {
        let bytes = try Self.altered { $0[field] = value }
        #expect(throws: error) { try ModuleObject(verifying: bytes) }
    }

    @Test func `another tag is refused`() throws {
        let bytes = try Self.altered(tag: "dump/link@1.0.0") { _ in }
        #expect(throws: IdentityError.wrongTag(expected: ModuleObject.tag)) { try ModuleObject(verifying: bytes) }
    }

    @Test func `an object in another's name is refused`() throws {
        let other = try Self.keys(index: 1).principal.did
        let bytes = try Self.altered { $0["iss"] = .string(other) }
        #expect(throws: IdentityError.invalidSignature) { try ModuleObject(verifying: bytes) }
    }

    @Test func `a body of 64 KiB is signed, and none beyond`() throws {
        // The map, the key "a" and the head of its string take 6 bytes.
        let largest = Value.string(String(repeating: "a", count: 65_536 - 6))
        #expect(try Self.object(["a": largest]).envelope.bytes.count > 65_536)
        let tooLarge = Value.string(String(repeating: "a", count: 65_536 - 5))
        #expect(throws: IdentityError.tooLarge(what: "an object's body", limit: 65_536)) {
            try Self.object(["a": tooLarge])
        }
    }

    @Test func `a body of 64 KiB is read, and none beyond`() throws {
        for (count, isRead) in [(65_536 - 6, true), (65_536 - 5, false)] {
            let bytes = try Self.altered { $0["body"] = ["a": .string(String(repeating: "a", count: count))] }
            let error = IdentityError.tooLarge(what: "an object's body", limit: 65_536)
            if isRead {
                #expect(throws: Never.self) { try ModuleObject(verifying: bytes) }
            } else {
                #expect(throws: error) { try ModuleObject(verifying: bytes) }
            }
        }
    }

    @Test func `the last day of 53 bits is one`() throws {
        let bytes = try Self.altered { $0["iat"] = 9_007_199_254_713_600 }
        #expect(try ModuleObject(verifying: bytes).day == 9_007_199_254_713_600)
    }

    @Test func `an object of more than 96 KiB is refused`() throws {
        let bytes = try Self.altered { $0["body"] = ["a": .bytes([UInt8](repeating: 0, count: 98_304))] }
        #expect(throws: IdentityError.tooLarge(what: "an envelope", limit: 98_304)) {
            try ModuleObject(verifying: bytes)
        }
    }

    @Test func `an object without a mailbox is not signed`() throws {
        #expect(throws: IdentityError.malformed(.wrongKind(field: "mailbox"))) {
            let keys = try Self.keys()
            _ = try ModuleObject.sign(body: Map(), mailboxes: [], time: Made.time, with: keys)
        }
    }
}
