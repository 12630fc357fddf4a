public import AuthAPI
public import DumpIdentity
internal import Foundation
public import IPLD

/// A person with an account on a node.
public struct LivePerson: Sendable {
    /// The node.
    public let address: NodeAddress
    /// What calls it.
    public let client: PeerClient
    private let token: String

    /// Makes an account.
    ///
    /// - Throws: ``LiveFailure`` where it is refused, and what calling throws.
    public init(_ handle: String, at address: NodeAddress, _ client: PeerClient) async throws {
        self.address = address
        self.client = client
        let account = try await LivePerson.call(
            client, address, "POST", "/v1/accounts",
            ["handle": .string(handle), "passphrase": "correct horse battery"],
            nil)
        token = account["token"]?.stringValue ?? ""
    }

    /// Publishes an object, and gives it as anyone gets it from the node.
    ///
    /// - Throws: ``LiveFailure`` where it is refused, and what calling throws.
    public func publish(in module: String) async throws -> ModuleObject {
        let published = try await call("POST", "/v1/modules/\(module)/objects", ["body": ["title": "Car"]])
        let path = "/v1/modules/\(module)/objects/\(published["id"]?.stringValue ?? "")"
        let answer = try await client.send("GET", path, at: address, accept: "*/*", limit: 1 << 20)
        return try ModuleObject(verifying: answer.body)
    }

    /// Calls the node.
    ///
    /// - Throws: ``LiveFailure`` where it refuses, and what calling throws.
    @discardableResult
    public func call(_ method: String, _ path: String, _ body: Value? = nil) async throws -> Map {
        try await LivePerson.call(client, address, method, path, body, token)
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
