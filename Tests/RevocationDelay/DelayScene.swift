import AuthAPI
import Capabilities
import DumpIdentity
import Foundation
import IPLD
import Sodium

/// An owner with an account, and a viewer without one, to whom grants are made.
struct DelayScene {
    static let module = "org.dump.market"

    let address: NodeAddress
    let client: PeerClient
    let token: String
    let object: ModuleObject

    init(at address: NodeAddress, _ client: PeerClient) async throws {
        self.address = address
        self.client = client
        let account = try await DelayScene.call(
            client, address, "POST", "/v1/accounts", ["handle": "steve", "passphrase": "correct horse battery"])
        token = account["token"]?.stringValue ?? ""
        _ = try await DelayScene.call(
            client, address, "PATCH", "/v1/profile", ["fields": ["name": "Steve Example"]], token)
        let published = try await DelayScene.call(
            client, address, "POST", "/v1/modules/\(DelayScene.module)/objects", ["body": ["title": "Car"]], token)
        let path = "/v1/modules/\(DelayScene.module)/objects/\(published["id"]?.stringValue ?? "")"
        let answer = try await client.send("GET", path, at: address, accept: "*/*", limit: 1 << 20)
        object = try ModuleObject(verifying: answer.body)
    }

    static func key() throws -> SigningKey {
        try SigningKey(seed: SecretBytes([UInt8](repeating: 2, count: 32), in: .scratch))
    }

    static func now() -> Int64 { Int64(Date().timeIntervalSince1970) }

    /// Asks for the name, has it approved, and opens the answer.
    func grant() async throws -> Grant {
        let key = try DelayScene.key()
        let invocations = InvocationClient(client: client, clock: DelayScene.now)
        let terms = try RequestTerms(
            fields: [.name], purpose: "To measure", duration: 30 * 86_400, object: object.cid)
        let request = try ProfileRequest.sign(
            terms, to: object.issuer, expiration: invocations.expiration, with: key)
        _ = try await invocations.send(request.invocation, proofs: [], to: address)
        _ = try await DelayScene.call(
            client, address, "POST", "/v1/inbox/\(request.cid)/approve", ["fields": ["name"], "duration": 604_800],
            token)
        let answer = try await invocations.act(
            .profileAnswer, on: request.cid, owner: object.issuer, at: address, with: key)
        guard case .approved(let approval) = try Answer(opening: answer["answer"]?.bytesValue ?? [], with: key) else {
            throw DelayFailure("the request was not approved")
        }
        return approval.grant
    }

    /// Revokes a grant; when it returns, the node has acknowledged.
    func revoke(_ grant: Grant) async throws {
        _ = try await DelayScene.call(client, address, "DELETE", "/v1/grants/\(grant.cid)", nil, token)
    }

    private static func call(
        _ client: PeerClient, _ address: NodeAddress, _ method: String, _ path: String, _ body: Value?,
        _ token: String? = nil
    ) async throws -> Map {
        let answer = try await client.send(
            method, path, at: address,
            body: try body.map { (Array(try DagJSON.encode($0).utf8), "application/json") }, accept: "application/json",
            bearer: token, fields: ["If-Match": "*"], limit: 1 << 20)
        guard (200..<300).contains(answer.status) else { throw DelayFailure("\(method) \(path): \(answer.status)") }
        if answer.body.isEmpty { return Map() }
        return try DagJSON.decode(String(decoding: answer.body, as: UTF8.self)).mapValue ?? Map()
    }
}
