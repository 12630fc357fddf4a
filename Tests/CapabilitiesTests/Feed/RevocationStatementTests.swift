import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

struct RevocationStatementTests {
    private static func name(_ byte: UInt8) throws -> RevocationName {
        try RevocationName(bytes: [UInt8](repeating: byte, count: 32))
    }

    static let contents: [RevocationStatement.Content] = [
        .revoked([try? name(1), try? name(2)].compactMap(\.self)), .snapshot([], piece: 1, of: 1),
        .snapshot([try? name(9)].compactMap(\.self), piece: 2, of: 3), .alive(testTime),
    ]

    @Test(arguments: contents)
    func `a statement is read as it was signed`(content: RevocationStatement.Content) throws {
        let signed = try RevocationStatement.test(content, 5)
        let read = try RevocationStatement(
            verifying: signed.bytes, by: [Party.stranger.principal, Party.node.principal])
        #expect(read == signed)
        #expect(read.content == content)
        #expect(try read.position == feedPosition(5))
        #expect(try read.issuer == Party.node.principal)
    }

    @Test(arguments: contents)
    func `a statement of another node, or with a bit changed, is refused`(
        content: RevocationStatement.Content
    ) throws {
        let signed = try RevocationStatement.test(content, 5)
        #expect(throws: CapabilityError.invalidSignature) {
            try RevocationStatement(verifying: signed.bytes, by: [Party.stranger.principal])
        }
        for place in signed.bytes.indices {
            let altered = signed.bytes.altered(at: place)
            #expect(throws: CapabilityError.self) {
                try RevocationStatement(verifying: altered, by: [Party.node.principal])
            }
        }
    }

    /// Payloads that are signed and no statement.
    @Test(
        arguments: [
            "nothing": { _ in }, "no kind": { $0["kind"] = nil }, "another kind": { $0["kind"] = "other" },
            "a further field": { $0["more"] = 1 }, "a time beside names": { $0["iat"] = .int(testTime) },
            "no names": { $0["ids"] = [] }, "a short name": { $0["ids"] = [.bytes([1, 2])] },
            "a name twice": { $0["ids"] = .list([UInt8(3), 3].map { .bytes([UInt8](repeating: $0, count: 32)) }) },
            "names in another order": {
                $0["ids"] = .list([UInt8(4), 3].map { .bytes([UInt8](repeating: $0, count: 32)) })
            },
            "a short epoch": { $0["epoch"] = .bytes([1]) }, "number 0": { $0["seq"] = 0 },
            "a negative number": { $0["seq"] = -1 }, "a number beyond 53 bits": { $0["seq"] = .int(1 << 53) },
            "a piece beyond the last": {
                $0["kind"] = "snapshot"
                $0["piece"] = 2
                $0["pieces"] = 1
            },
            "piece 0": {
                $0["kind"] = "snapshot"
                $0["piece"] = 0
                $0["pieces"] = 1
            },
            "too many pieces": {
                $0["kind"] = "snapshot"
                $0["piece"] = 1
                $0["pieces"] = 16_385
            },
            "a fine time": {
                $0["kind"] = "alive"
                $0["ids"] = nil
                $0["iat"] = .int(testTime + 1)
            },
            "a negative time": {
                $0["kind"] = "alive"
                $0["ids"] = nil
                $0["iat"] = -5
            },
        ] as [String: @Sendable (inout Map) -> Void])
    func `what is signed and no statement is refused`(name: String, change: @Sendable (inout Map) -> Void) throws {
        let signed = try RevocationStatement.test(Self.contents[0], 5)
        var payload = try Envelope(decoding: signed.bytes).payload
        change(&payload)
        let bytes = try Envelope.sign(payload, tag: RevocationStatement.tag, with: Party.node.key()).bytes
        let read = { try RevocationStatement(verifying: bytes, by: [Party.node.principal]) }
        if name == "nothing" {
            #expect(try read() == signed)
        } else {
            #expect(throws: CapabilityError.malformed) { try read() }
        }
    }

    @Test func `a sign of life has no finer time than five seconds`() throws {
        for second in 0..<5 as Range<Int64> {
            #expect(try RevocationStatement.test(.alive(testTime + second), 0).content == .alive(testTime))
        }
    }

    @Test func `names stand in the order of their bytes, whatever the order in which they came`() throws {
        let names = try [7, 2, 9, 1].map { try Self.name($0) }
        let signed = try RevocationStatement.test(.revoked(names), 1)
        #expect(try signed.content == .revoked([1, 2, 7, 9].map { try Self.name($0) }))
    }

    @Test func `more names than a statement has are refused`() throws {
        let names = try (0...RevocationStatement.maximumNames).map { number in
            try RevocationName(bytes: Hashing.sha256([UInt8(number >> 8), UInt8(number & 255)]))
        }
        #expect(throws: CapabilityError.limitExceeded) { try RevocationStatement.test(.revoked(names), 1) }
        let most = try RevocationStatement.test(.revoked(Array(names.dropLast())), 1)
        #expect(most.bytes.count <= RevocationStatement.maximumLength)
    }

    // MARK: Names

    @Test func `a name follows from delegation and revoker, as the specification says`() throws {
        let grant = try GrantFixture().grant
        let revocation = try Revocation.sign(grant.cid, with: GrantFixture().pseudonym().signing)
        let message = Array("dump/v1/revoked".utf8) + [0] + grant.cid.digest + grant.owner.publicKey
        #expect(RevocationName(revocation).bytes == Hashing.blake2b(message))
        #expect(RevocationName(grant.cid, by: grant.owner) == RevocationName(revocation))
        #expect(RevocationName(grant.cid, by: grant.viewer) != RevocationName(revocation))
    }

    @Test func `a statement names neither delegation nor revoker`() throws {
        let grant = try GrantFixture().grant
        let revocation = try Revocation.sign(grant.cid, with: GrantFixture().pseudonym().signing)
        let bytes = try RevocationStatement.test(.revoked([RevocationName(revocation)]), 1).bytes
        for secret in [
            grant.cid.digest, grant.owner.publicKey, Array(grant.owner.did.utf8.suffix(20)), grant.disclosure,
        ] {
            #expect(!bytes.indices.contains { bytes[$0...].starts(with: secret) })
        }
    }

    // MARK: Positions

    @Test func `an event id is read as it is written`() throws {
        let position = try FeedPosition(epoch: Array(0..<16), sequence: 1_234)
        #expect(position.text == "000102030405060708090a0b0c0d0e0f-1234")
        #expect(FeedPosition(text: position.text) == position)
        #expect(FeedPosition(text: try feedPosition(0).text) == (try feedPosition(0)))
    }

    @Test(
        arguments: [
            "", "-", "1-1", "000102030405060708090a0b0c0d0e0f", "000102030405060708090a0b0c0d0e0f-",
            "000102030405060708090A0B0C0D0E0F-1", "000102030405060708090a0b0c0d0e0f-01",
            "000102030405060708090a0b0c0d0e0f--1", "000102030405060708090a0b0c0d0e0f-+1",
            "000102030405060708090a0b0c0d0e0f-1 ", "000102030405060708090a0b0c0d0e0g-1",
            "000102030405060708090a0b0c0d0e0f-9007199254740992",
            "000102030405060708090a0b0c0d0e0f-99999999999999999999",
        ])
    func `another text is no event id`(text: String) { #expect(FeedPosition(text: text) == nil) }
}
