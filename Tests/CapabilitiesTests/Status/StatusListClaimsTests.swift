import IPLD
import TestSupport
import Testing

@testable import Capabilities

struct StatusListClaimsTests: StatusListTokenSuite {
    @Test func `the second of expiry is the first one that is not valid`() throws {
        let token = try statusListToken(expiration: testTime + 10)
        #expect(throws: Never.self) { try verify(token, at: testTime + 9) }
        #expect(throws: CapabilityError.expired) { try verify(token, at: testTime + 10) }
    }

    @Test func `a token from more than a minute in the future is refused`() throws {
        let token = try statusListToken(issuedAt: testTime)
        #expect(throws: Never.self) { try verify(token, at: testTime - 60) }
        #expect(throws: CapabilityError.tooEarly) { try verify(token, at: testTime - 61) }
    }

    @Test(
        arguments: ["sub", "iss", "iat", "exp", "ttl", "status_list"], [nil, .null, true, .float(1), []] as [Value?])
    func `a claim that is absent or of another kind is refused`(claim: String, value: Value?) throws {
        #expect(throws: CapabilityError.malformed) { try verify(token(claims: claims { $0[claim] = value })) }
    }

    @Test(arguments: [0, -1] as [Value])
    func `a time to live below one second is refused`(value: Value) throws {
        #expect(throws: CapabilityError.malformed) { try verify(token(claims: claims { $0["ttl"] = value })) }
    }

    @Test(arguments: [1, 2, 4, 8])
    func `a list of one, two, four or eight bits a status is read`(bits: Int) throws {
        let claims = try claims { $0.edit("status_list") { $0["bits"] = .int(Int64(bits)) } }
        let list = try verify(token(claims: claims)).list
        #expect(list.bits == bits && list.count == 8 / bits)
        #expect(try list.isRevoked(3 / bits))
    }

    @Test(arguments: [1, 2, 4, 8])
    func `a list that was read is signed with its own size`(bits: Int) throws {
        let list = try StatusList(bytes: [0x08, 0xf1], bits: bits)
        let token = try StatusListToken(
            uri: GrantFixture.listURI, issuer: Party.node.principal, issuedAt: testTime, expiration: testTime + 10,
            timeToLive: 5, list: list)
        #expect(try verify(token.signed(with: Party.node.key())).list == list)
    }

    @Test(arguments: [0, 3, 5, 6, 7, 9, 16, 32, 64, -1, .int(.max), .int(.min), "1", .float(1), .null] as [Value])
    func `a status of another size is refused`(bits: Value) throws {
        let claims = try claims { $0.edit("status_list") { $0["bits"] = bits } }
        #expect(throws: CapabilityError.malformed) { try verify(token(claims: claims)) }
    }

    @Test(arguments: ["", "AAAA", "!", "eNoDAAAAAAE=", "eNoDAAAAAAEA", "eNoD", 1, .null] as [Value])
    func `a list that is not one whole zlib stream is refused`(list: Value) throws {
        let claims = try claims { $0.edit("status_list") { $0["lst"] = list } }
        #expect(throws: CapabilityError.malformed) { try verify(token(claims: claims)) }
    }

    @Test(arguments: [1, 8] as [Value])
    func `a bomb is refused`(bits: Value) throws {
        let bomb = try StatusList(bytes: [UInt8](repeating: 0, count: 64 << 20)).compressed()
        let claims = try claims {
            $0.edit("status_list") {
                $0["bits"] = bits
                $0["lst"] = .string(bomb)
            }
        }
        #expect(throws: CapabilityError.limitExceeded) { try verify(token(claims: claims)) }
    }

    @Test func `a token above the limit is refused before it is read`() {
        let text = String(repeating: ".", count: StatusListToken.maximumLength + 1)
        #expect(throws: CapabilityError.limitExceeded) { try verify(text) }
    }
}
