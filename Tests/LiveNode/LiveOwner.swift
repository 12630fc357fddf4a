public import AuthAPI
public import DumpIdentity
internal import Foundation
public import IPLD

/// An owner with an account on a node, and a published object.
public struct LiveOwner: Sendable {
    /// The node.
    public let address: NodeAddress
    /// What calls it.
    public let client: PeerClient
    /// What was published.
    public let object: ModuleObject
    private let token: String

    /// Makes an account, a profile and an object.
    ///
    /// - Throws: ``LiveFailure`` where a call is refused.
    public init(at address: NodeAddress, _ client: PeerClient, module: String) async throws {
        self.address = address
        self.client = client
        let account = try await LiveOwner.call(
            client, address, "POST", "/v1/accounts", ["handle": "steve", "passphrase": "correct horse battery"], nil)
        let token = account["token"]?.stringValue ?? ""
        self.token = token
        _ = try await LiveOwner.call(
            client, address, "PATCH", "/v1/profile", ["fields": ["name": "Steve Example"]], token)
        let published = try await LiveOwner.call(
            client, address, "POST", "/v1/modules/\(module)/objects", ["body": ["title": "Car"]], token)
        let path = "/v1/modules/\(module)/objects/\(published["id"]?.stringValue ?? "")"
        let answer = try await client.send("GET", path, at: address, accept: "*/*", limit: 1 << 20)
        object = try ModuleObject(verifying: answer.body)
    }

    /// Calls the node as the owner.
    ///
    /// - Throws: ``LiveFailure`` where it is refused.
    @discardableResult
    public func call(_ method: String, _ path: String, _ body: Value? = nil) async throws -> Map {
        try await LiveOwner.call(client, address, method, path, body, token)
    }

    private static func call(
        _ client: PeerClient, _ address: NodeAddress, _ method: String, _ path: String, _ body: Value?,
        _ token: String?
    ) async throws -> Map {
        let answer = try await client.send(
            method, path, at: address,
            body: try body.map { (Array(try DagJSON.encode($0).utf8), "application/json") }, accept: "application/json",
            bearer: token, fields: ["If-Match": "*"], limit: 1 << 20)
        guard (200..<300).contains(answer.status) else { throw LiveFailure("\(method) \(path): \(answer.status)") }
        if answer.body.isEmpty { return Map() }
        return try DagJSON.decode(String(decoding: answer.body, as: UTF8.self)).mapValue ?? Map()
    }
}
