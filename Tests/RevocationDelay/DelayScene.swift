import AuthAPI
import Capabilities
import DumpIdentity
import Foundation
import IPLD
import LiveNode
import Sodium

/// An owner with an account, and a viewer without one, to whom grants are made.
struct DelayScene {
    static let module = "org.dump.market"

    let owner: LivePerson
    let object: ModuleObject

    init(at address: NodeAddress, _ client: PeerClient) async throws {
        owner = try await LivePerson("steve", at: address, client)
        try await owner.call("PATCH", "/v1/profile", ["fields": ["name": "Steve Example"]])
        object = try await owner.publish(in: DelayScene.module)
    }

    static func key() throws -> SigningKey {
        try SigningKey(seed: SecretBytes([UInt8](repeating: 2, count: 32), in: .scratch))
    }

    static func now() -> Int64 { Int64(Date().timeIntervalSince1970) }

    /// Asks for the name, has it approved, and opens the answer.
    func grant() async throws -> Grant {
        let key = try DelayScene.key()
        let invocations = InvocationClient(client: owner.client, clock: DelayScene.now)
        let terms = try RequestTerms(
            fields: [.name], purpose: "To measure", duration: 30 * 86_400, object: object.cid)
        let request = try ProfileRequest.sign(
            terms, to: object.issuer, expiration: invocations.expiration, with: key)
        _ = try await invocations.send(request.invocation, proofs: [], to: owner.address)
        try await owner.call("POST", "/v1/inbox/\(request.cid)/approve", ["fields": ["name"], "duration": 604_800])
        let answer = try await invocations.act(
            .profileAnswer, on: request.cid, owner: object.issuer, at: owner.address, with: key)
        guard case .approved(let approval) = try Answer(opening: answer["answer"]?.bytesValue ?? [], with: key) else {
            throw LiveFailure("the request was not approved")
        }
        return approval.grant
    }

    /// Revokes a grant; when it returns, the node has acknowledged.
    func revoke(_ grant: Grant) async throws { try await owner.call("DELETE", "/v1/grants/\(grant.cid)") }
}
