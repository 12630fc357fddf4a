import AuthAPI
import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport

extension TestNode {
    /// Sends a form to one of the endpoints of OAuth.
    func post(
        form: [(String, String)], to path: String, fields: [String: String] = [:]
    ) async throws -> RawReply {
        let body = form.map { "\($0.0.escaped)=\($0.1.escaped)" }.joined(separator: "&")
        let type = ["content-type": "application/x-www-form-urlencoded"]
        return try await raw("POST", path, type.merging(fields) { $1 }, body: body)
    }

    /// Presents a token, and an invocation by which the caller shows who it is.
    func present(
        _ token: String, _ invocation: Invocation, proofs: [Delegation] = [], to path: String,
        fields: [String: String] = [:]
    ) async throws -> RawReply {
        try await post(
            form: [
                ("token", token), ("client_assertion_type", "urn:dump:client-assertion:ucan"),
                ("client_assertion", try text([invocation.envelope.bytes] + proofs.map(\.envelope.bytes))),
            ], to: path, fields: fields)
    }

    /// Asks about a token, as a component does.
    func introspect(_ token: String, by party: Party = .component, nonce: UInt8 = 1) async throws -> RawReply {
        try await present(token, question(token, by: party, nonce: nonce), to: "/v1/introspect")
    }

    /// The invocation by which a component asks about a token.
    func question(
        _ token: String, by party: Party = .component, nonce: UInt8 = 1, audience: Principal? = nil,
        lifetime: Int64 = 300
    ) throws -> Invocation {
        var arguments = Map()
        arguments["token"] = .bytes(Hashing.sha256(Array(token.utf8)))
        return try Invocation.sign(
            .tokenIntrospect, on: party.principal, audience: audience ?? node.principal, arguments: arguments,
            nonce: [UInt8](repeating: nonce, count: 16), expiration: clock.time + lifetime, with: party.key())
    }
}

/// A container of these tokens as text.
func text(_ tokens: [[UInt8]], _ encoding: Container.Encoding = .base64URL) throws -> String {
    String(decoding: try Container(tokens).encoded(encoding), as: UTF8.self)
}

/// A container of delegations as text.
func text(_ delegations: [Delegation], _ encoding: Container.Encoding = .base64URL) throws -> String {
    try text(delegations.map(\.envelope.bytes), encoding)
}

extension String {
    /// As it stands in a form.
    fileprivate var escaped: String {
        utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

extension RawReply {
    /// The body as JSON.
    var map: Map { (try? DagJSON.decode(text))?.mapValue ?? Map() }
}
