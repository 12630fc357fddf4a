import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct GrantTests {
    private static let highest = Int64(StatusList.maximumLength * 8 - 1)

    private func changed(_ change: (inout Map) -> Void) throws -> Grant {
        try Grant(GrantFixture().changed(change))
    }

    private func meta(_ change: (inout Map) -> Void) throws -> Grant {
        try changed { $0.edit("meta", change) }
    }

    private func list(_ change: (inout Map) -> Void) throws -> Grant {
        try meta { $0.edit("status") { $0.edit("status_list", change) } }
    }

    @Test func `what was signed is what is read`() throws {
        let fixture = try GrantFixture(fields: [.email, .name], index: 5)
        let grant = try Grant(Delegation(decoding: fixture.grant.delegation.envelope.bytes))
        #expect(grant == fixture.grant)
        #expect(try grant.owner == fixture.pseudonym().principal)
        #expect(grant.delegation.subject == grant.owner)
        #expect(try grant.viewer == Party.viewer.principal)
        #expect(grant.delegation.command == .profileRead)
        #expect(grant.fields == [.name, .email])
        #expect(grant.expiration == GrantFixture.end)
        #expect(grant.disclosure == GrantFixture.disclosureID)
        #expect(grant.home.string == GrantFixture.home)
        #expect(try grant.node == Party.node.principal)
        #expect(grant.status == StatusReference(index: 5, uri: GrantFixture.listURI))
        #expect(grant.allowsHandingOn)
        #expect(grant.cid == grant.delegation.cid)
    }

    @Test(arguments: [true, false])
    func `the owner says whether the grant may be handed on`(isAllowed: Bool) throws {
        #expect(try GrantFixture(allowsHandingOn: isAllowed).grant.allowsHandingOn == isAllowed)
    }

    @Test(arguments: [[.name], [.email, .website], ProfileField.allCases])
    func `the fields of a grant are those that its policy lets pass`(fields: [ProfileField]) throws {
        #expect(try GrantFixture(fields: fields).grant.fields == fields)
    }

    @Test func `a grant of nothing is refused`() {
        #expect(throws: CapabilityError.invalidClaim) { try GrantFixture(fields: []) }
    }

    @Test(arguments: ["/", "/profile", "/profile/read/name", "/profile/request"])
    func `a delegation of another command is no grant`(command: String) {
        #expect(throws: CapabilityError.invalidClaim) { try changed { $0["cmd"] = .string(command) } }
    }

    @Test func `a delegation about nobody or another is no grant`() throws {
        let stranger = try Party.stranger.principal.did
        for subject: Value in [.null, .string(stranger)] {
            #expect(throws: CapabilityError.invalidClaim) { try changed { $0["sub"] = subject } }
        }
    }

    @Test func `a delegation without an end is no grant`() {
        #expect(throws: CapabilityError.invalidClaim) { try changed { $0["exp"] = .null } }
    }

    @Test func `a delegation without meta is no grant`() {
        #expect(throws: CapabilityError.invalidClaim) { try changed { $0["meta"] = nil } }
    }

    @Test(arguments: ["disclosure", "home", "node", "status"], [nil, .null, true, 1, ["x": 1]] as [Value?])
    func `a claim in meta that is absent or of another kind is refused`(claim: String, value: Value?) {
        #expect(throws: CapabilityError.malformed) { try meta { $0[claim] = value } }
    }

    @Test(arguments: ["profile", "name", "handOn", ""])
    func `an unknown claim in meta is refused`(claim: String) {
        #expect(throws: CapabilityError.malformed) { try meta { $0[claim] = 1 } }
    }

    @Test(arguments: [0, 31, 33])
    func `a disclosure id of another length is refused`(length: Int) {
        let identifier = [UInt8](repeating: 1, count: length)
        #expect(throws: CapabilityError.malformed) { try meta { $0["disclosure"] = .bytes(identifier) } }
    }

    @Test(arguments: ["", "node.example", "ftp://node.example", "https://u@node.example", "https://node.example/?a=b"])
    func `a home that is no address is refused`(home: String) {
        #expect(throws: CapabilityError.malformed) { try meta { $0["home"] = .string(home) } }
    }

    @Test(arguments: ["", "did:web:node.example", "did:key:z6Mk"])
    func `a node that is no did:key is refused`(node: String) {
        #expect(throws: CapabilityError.malformed) { try meta { $0["node"] = .string(node) } }
    }

    @Test(arguments: [.null, "no", 0] as [Value])
    func `a leave to hand on that is no boolean is refused`(value: Value) {
        #expect(throws: CapabilityError.malformed) { try meta { $0["hand_on"] = value } }
    }

    @Test func `a leave to hand on may be spelled out`() throws {
        #expect(try meta { $0["hand_on"] = true }.allowsHandingOn)
    }

    @Test(arguments: ["idx", "uri"], [nil, .null, true, .bytes([1]), .float(1)] as [Value?])
    func `a part of the status claim that is absent or of another kind is refused`(part: String, value: Value?) {
        #expect(throws: CapabilityError.malformed) { try list { $0[part] = value } }
    }

    @Test func `an unknown part of the status claim is refused`() {
        #expect(throws: CapabilityError.malformed) { try list { $0["bits"] = 1 } }
        #expect(throws: CapabilityError.malformed) { try meta { $0.edit("status") { $0["other"] = 1 } } }
        #expect(throws: CapabilityError.malformed) { try meta { $0["status"] = [:] } }
    }

    @Test(arguments: [-1, highest + 1, .min, .max])
    func `an index that no list has is refused`(index: Int64) {
        #expect(throws: CapabilityError.malformed) { try list { $0["idx"] = .int(index) } }
    }

    @Test(arguments: [0, highest])
    func `the first and the last index are read`(index: Int64) throws {
        #expect(try list { $0["idx"] = .int(index) }.status.index == Int(index))
    }

    @Test func `a list name of 512 bytes is read, and a longer one is refused`() throws {
        let longest = String(repeating: "é", count: 256)
        #expect(try list { $0["uri"] = .string(longest) }.status.uri == longest)
        #expect(throws: CapabilityError.malformed) { try list { $0["uri"] = .string(longest + "a") } }
    }

    @Test func `a grant names the pseudonym, the viewer and the node, and nobody else`() throws {
        let fixture = try GrantFixture(fields: ProfileField.allCases)
        let bytes = fixture.grant.delegation.envelope.bytes
        let names = try principals(in: DagCBOR.decode(bytes))
        #expect(try names == [fixture.grant.owner.did, Party.viewer.principal.did, Party.node.principal.did])
        let profile = try fixture.profile()
        for trace in [profile.publicKey, Array(profile.did.utf8), Array(profile.did.dropFirst(9).utf8)] {
            #expect(!contains(bytes, trace))
        }
        #expect(contains(bytes, Array(fixture.grant.owner.did.utf8)))
    }

    /// All strings in a value that name a principal.
    private func principals(in value: Value) -> Set<String> {
        switch value {
        case .string(let text): text.contains("did:") ? [text] : []
        case .list(let elements): elements.reduce(into: []) { $0.formUnion(principals(in: $1)) }
        case .map(let map):
            map.values.reduce(into: Set(map.keys.filter { $0.contains("did:") })) {
                $0.formUnion(principals(in: $1))
            }
        default: []
        }
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }
}
