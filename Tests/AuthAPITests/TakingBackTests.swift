import AuthAPI
import Capabilities
import DumpIdentity
import GRDB
import IPLD
import TestSupport
import Testing

@testable import PseudonymStore

/// What a person with a session takes back.
struct TakingBackTests {
    /// Steve's grant to Stephanie, who hands the name on; gives Stephanie, her request and the handover.
    private func handedOn(_ node: TestNode) async throws -> (viewer: Person, request: String, handover: Handover) {
        let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
        try await steve.setProfile()
        let request = try await stephanie.request(try await steve.publish())
        _ = try await steve.approve(request)
        // Fetches the answer.
        _ = try await stephanie.done("GET", "/v1/requests/\(request)")
        let body: Value = [
            "audience": .string(try Party.component.principal.did), "fields": ["name"], "duration": .int(3_600),
        ]
        let answer = try await stephanie.done("POST", "/v1/requests/\(request)/delegate", body)
        return (stephanie, request, try Handover(decoding: #require(answer["handover"]?.bytesValue)))
    }

    private func read(_ handover: Handover, on node: TestNode) async throws {
        let client = InvocationClient(client: node.client, clock: { node.clock.time })
        _ = try await client.read(
            [.name], chain: handover.delegations, grant: handover.grant, with: Party.component.key())
    }

    @Test func `a viewer takes back what it handed on, once and again`() async throws {
        try await withNode { node in
            let (viewer, request, handover) = try await handedOn(node)
            try await read(handover, on: node)
            let body: Value = ["delegation": .bytes(handover.delegations[1].envelope.bytes)]
            for _ in 0..<2 {
                #expect(try await viewer.call("POST", "/v1/requests/\(request)/revoke", body).status == 204)
                await #expect(throws: APIError.refused) { try await read(handover, on: node) }
            }
            #expect(try await viewer.read(request, ["name"]).status == 200)
        }
    }

    @Test func `only one's own handing on is taken back`() async throws {
        try await withNode { node in
            let (viewer, request, handover) = try await handedOn(node)
            let forged = handover.delegations[1].envelope.bytes.altered(at: 10)
            for bytes in [handover.delegations[0].envelope.bytes, forged] {
                let reply = try await viewer.call(
                    "POST", "/v1/requests/\(request)/revoke", ["delegation": .bytes(bytes)])
                #expect(reply.problem == "unacceptable", "\(reply.text)")
            }
            let broken = try await viewer.call(
                "POST", "/v1/requests/\(request)/revoke", ["delegation": .bytes(Array(forged.dropLast()))])
            #expect(broken.problem == "malformed")
            try await read(handover, on: node)
            #expect(try await node.footprint()["revocation"] == 0)
        }
    }

    @Test func `a node with too many invocations says so, and still takes revocations`() async throws {
        try await withNode { node in
            let (viewer, request, handover) = try await handedOn(node)
            try await node.node.pseudonyms.writer.write { db in
                try db.execute(
                    sql: "UPDATE room SET spares = total - ? WHERE relation = 'used_nonce'",
                    arguments: [PseudonymDatabase.maximumNonces])
            }
            let reading = try Invocation.sign(
                .profileRead, on: handover.grant.owner, arguments: ReadArguments([.name]).map,
                proofs: handover.delegations.map(\.cid), nonce: [UInt8](repeating: 5, count: 16),
                expiration: node.clock.time + 60, with: Party.component.key())
            let tokens = [reading.envelope.bytes] + handover.delegations.map(\.envelope.bytes)
            let reply = try await node.post(container: Container(tokens).encoded())
            #expect(reply.status == 503)
            #expect(reply.problem == "busy")
            #expect(try await node.footprint()["new_receipt"] == 0)
            let body: Value = ["delegation": .bytes(handover.delegations[1].envelope.bytes)]
            #expect(try await viewer.call("POST", "/v1/requests/\(request)/revoke", body).status == 204)
        }
    }
}
