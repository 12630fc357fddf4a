import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

@testable import Capabilities

struct ProfileRequestTests {
    private static let object = CID.of(dagCBOR: [1])

    private func terms(
        fields: [ProfileField] = [.name], purpose: String = "to buy the boat", duration: Int64 = 86_400
    ) throws -> RequestTerms {
        try RequestTerms(fields: fields, purpose: purpose, duration: duration, object: Self.object)
    }

    private func request(_ terms: RequestTerms? = nil) throws -> ProfileRequest {
        try ProfileRequest.sign(
            terms ?? self.terms(), to: Party.owner.principal, expiration: testTime + 60, with: Party.viewer.key())
    }

    private func changed(_ change: (inout Map) -> Void) throws -> ProfileRequest {
        let bytes = try request().invocation.envelope.resigned(by: .viewer, change: change)
        return try ProfileRequest(Invocation(decoding: bytes))
    }

    /// Terms as another program might write them, sealed to the owner, and opened.
    private func opened(_ change: (inout Map) -> Void) throws -> RequestTerms {
        var map = try #require(terms().value.mapValue)
        change(&map)
        let sealed = try SealedValue.seal(.map(map), kind: ProfileRequest.kind, to: Party.owner.principal)
        return try changed { $0["args"] = ["terms": .bytes(sealed)] }.terms(with: Party.owner.key())
    }

    /// Terms that have all that terms can have, each part as long as it may be.
    private static func longest() throws -> RequestTerms {
        let home = try NodeAddress("https://example.org/" + String(repeating: "a", count: 235))
        return try RequestTerms(
            fields: ProfileField.allCases,
            purpose: String(repeating: "é", count: RequestTerms.maximumPurposeLength / 2),
            duration: Grant.maximumDuration, object: object,
            message: String(repeating: "é", count: RequestTerms.maximumMessageLength / 2),
            inReturn: .grant(
                InReturn.Offer(fields: ProfileField.allCases, duration: Grant.maximumDuration, home: home)),
            wait: RequestTerms.maximumWait, renews: CID.of(dagCBOR: [2]))
    }

    @Test func `the longest terms are read as they were written`() throws {
        #expect(try request(Self.longest()).terms(with: Party.owner.key()) == Self.longest())
    }

    @Test(arguments: [.nothing, .history] as [InReturn])
    func `what the viewer shows is read as it was written`(shown: InReturn) throws {
        let terms = try RequestTerms(
            fields: [.name], purpose: "why", duration: 1, object: Self.object, inReturn: shown)
        #expect(try request(terms).terms(with: Party.owner.key()) == terms)
    }

    @Test func `terms of earlier versions are read, and wait for thirty days`() throws {
        let terms = try opened { map in for key in ["wait", "message", "in_return", "renews"] { map[key] = nil } }
        #expect(terms.wait == 30 * 86_400 && terms.message == nil && terms.inReturn == .nothing)
        #expect(terms.renews == nil)
    }

    @Test func `a request of the length of earlier versions is read where it was stored, and not taken`() throws {
        let kind = SealedKind("dump/v1/request/terms", sizeClasses: [2_048])
        let sealed = try SealedValue.seal(terms().value, kind: kind, to: Party.owner.principal)
        let bytes = try request().invocation.envelope.resigned(by: .viewer) { $0["args"] = ["terms": .bytes(sealed)] }
        let invocation = try Invocation(decoding: bytes)
        #expect(throws: CapabilityError.malformed) { try ProfileRequest(invocation) }
        #expect(try ProfileRequest(stored: invocation).terms(with: Party.owner.key()) == terms())
    }

    @Test func `a request ends when its invocation is over and it has waited`() throws {
        let terms = try RequestTerms(fields: [.name], purpose: "why", duration: 1, object: Self.object, wait: 7)
        #expect(try request(terms).end(terms) == testTime + 60 + 7)
    }

    @Test func `the owner reads what the viewer asked`() throws {
        let terms = try terms(fields: [.name, .picture], purpose: "Grüße", duration: 1)
        let request = try ProfileRequest(request(terms).invocation)
        #expect(try request.terms(with: Party.owner.key()) == terms)
        #expect(try request.owner == Party.owner.principal)
        #expect(try request.viewer == Party.viewer.principal)
        #expect(request.cid == request.invocation.cid)
    }

    @Test(arguments: [Party.viewer, .stranger, .node])
    func `nobody but the owner reads the terms`(party: Party) throws {
        let request = try request()
        #expect(throws: CapabilityError.malformed) { try request.terms(with: party.key()) }
    }

    @Test func `a request verifies for the owner that it is addressed to`() throws {
        let owner = try Party.owner.principal
        let verifier = try InvocationVerifier(
            executor: Party.node.principal, maximumLifetime: 60, actsFor: { $0 == owner })
        #expect(throws: Never.self) { try verifier.verify(request().invocation, proofs: [], at: testTime) }
    }

    @Test func `all requests have one length`() throws {
        let all = try [terms(), Self.longest(), terms(purpose: "x", duration: 1)].map { try request($0) }
        #expect(all.allSatisfy { $0.sealedTerms.count == ProfileRequest.sealedLength })
        #expect(Set(all.map(\.invocation.envelope.bytes.count)).count == 1)
    }

    @Test func `a request shows two keys and nothing of its terms`() throws {
        let payload = try request().invocation.envelope.payload
        #expect(payload["args"]?.mapValue?.keys == ["terms"])
        #expect(payload.keys.sorted() == ["args", "aud", "cmd", "exp", "iss", "nonce", "prf", "sub"])
    }

    @Test(arguments: [-1, 1, -ProfileRequest.sealedLength])
    func `sealed terms of another length are refused`(difference: Int) {
        let sealed = [UInt8](repeating: 1, count: ProfileRequest.sealedLength + difference)
        #expect(throws: CapabilityError.malformed) { try changed { $0["args"] = ["terms": .bytes(sealed)] } }
    }

    @Test(arguments: [[:], ["terms": .null], ["terms": "x"], ["x": 1]] as [Value])
    func `arguments of another shape are refused`(arguments: Value) {
        #expect(throws: CapabilityError.malformed) { try changed { $0["args"] = arguments } }
    }

    @Test func `an argument beside the terms is refused`() {
        #expect(throws: CapabilityError.malformed) { try changed { $0.edit("args") { $0["x"] = 1 } } }
    }

    @Test(arguments: ["/profile/read", "/profile", "/profile/request/again"])
    func `another command is no request`(command: String) {
        #expect(throws: CapabilityError.invalidClaim) { try changed { $0["cmd"] = .string(command) } }
    }

    @Test func `a request for another, without owner, or to oneself is refused`() throws {
        let (owner, viewer) = (try Party.owner.principal.did, try Party.viewer.principal.did)
        #expect(throws: CapabilityError.invalidClaim) { try changed { $0["sub"] = .string(owner) } }
        #expect(throws: CapabilityError.invalidClaim) { try changed { $0["aud"] = nil } }
        #expect(throws: CapabilityError.invalidClaim) { try changed { $0["aud"] = .string(viewer) } }
    }

    @Test func `nothing is asked of a key that cannot be sealed to`() throws {
        let unusable = try Principal(publicKey: [UInt8](repeating: 0, count: 32))
        #expect(throws: CapabilityError.malformed) {
            try ProfileRequest.sign(terms(), to: unusable, expiration: testTime, with: Party.viewer.key())
        }
    }

    @Test func `terms of the least and the most are taken`() throws {
        #expect(throws: Never.self) { try terms(purpose: "x", duration: 1) }
        #expect(throws: Never.self) {
            try terms(purpose: String(repeating: "x", count: 500), duration: Grant.maximumDuration)
        }
    }

    @Test(
        arguments: [
            ([], "why", 1), ([.name], "", 1), ([.name], String(repeating: "é", count: 251), 1), ([.name], "why", 0),
            ([.name], "why", -1), ([.name], "why", Grant.maximumDuration + 1),
        ] as [([ProfileField], String, Int64)])
    func `terms outside the bounds are refused`(fields: [ProfileField], purpose: String, duration: Int64) {
        #expect(throws: CapabilityError.invalidClaim) {
            try terms(fields: fields, purpose: purpose, duration: duration)
        }
    }

    @Test(
        arguments: [
            ("fields", []), ("purpose", ""), ("duration", 0), ("duration", .int(Grant.maximumDuration + 1)),
            ("wait", 0), ("wait", .int(RequestTerms.maximumWait + 1)), ("message", ""),
            ("message", .string(String(repeating: "x", count: RequestTerms.maximumMessageLength + 1))),
            ("in_return", ["kind": "grant", "fields": [], "duration": 1, "home": "https://example.org"]),
            ("in_return", ["kind": "grant", "fields": ["name"], "duration": 0, "home": "https://example.org"]),
        ] as [(String, Value)])
    func `sealed terms outside the bounds are refused`(field: String, value: Value) {
        #expect(throws: CapabilityError.invalidClaim) { try opened { $0[field] = value } }
    }

    @Test(
        arguments: [
            ("fields", ["name", "name"]), ("fields", ["Name"]), ("fields", ["name", 1]), ("fields", "name"),
            ("purpose", .null), ("duration", .float(1)), ("object", "x"), ("unknown", 1), ("fields", nil),
            ("object", nil), ("wait", "x"), ("message", 1), ("renews", "x"), ("in_return", [:]), ("in_return", .null),
            ("in_return", ["kind": "nothing"]), ("in_return", ["kind": "history", "x": 1]),
            ("in_return", ["kind": "grant", "fields": ["name"], "duration": 1]),
            ("in_return", ["kind": "grant", "fields": ["name"], "duration": 1, "home": "x"]),
            (
                "in_return",
                ["kind": "grant", "fields": ["name", "name"], "duration": 1, "home": "https://example.org"]
            ),
        ] as [(String, Value?)])
    func `sealed terms of another shape are refused`(field: String, value: Value?) {
        #expect(throws: CapabilityError.malformed) { try opened { $0[field] = value } }
    }

    @Test func `fields are written in the order of the profile's, and none twice`() throws {
        let terms = try terms(fields: [.picture, .name, .picture])
        #expect(terms.fields == [.name, .picture])
        #expect(terms.value.mapValue?["fields"] == ["name", "picture"])
        #expect(try RequestTerms(terms.value) == terms)
    }

    @Test func `fields are read in any order`() throws {
        #expect(try opened { $0["fields"] = ["email", "name"] } == terms(fields: [.name, .email]))
    }

    @Test func `what was sealed as another kind is not read as terms`() throws {
        let kind = SealedKind("dump/v1/other", sizeClasses: ProfileRequest.kind.sizeClasses)
        let sealed = try SealedValue.seal(terms().value, kind: kind, to: Party.owner.principal)
        #expect(throws: CapabilityError.malformed) {
            try changed { $0["args"] = ["terms": .bytes(sealed)] }.terms(with: Party.owner.key())
        }
    }

    @Test func `terms that are no map are refused`() {
        #expect(throws: CapabilityError.malformed) { try RequestTerms(.list([])) }
    }
}
