import AuthAPI
import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import Testing

/// An endpoint that takes a body, with a body that it would take.
struct Endpoint: Sendable, CustomTestStringConvertible {
    let method: String
    let path: String
    let body: Value
    /// The largest body in bytes.
    let limit: Int
    var needsSession = true

    var testDescription: String { "\(method) \(path)" }

    private static let object = CID.of(dagCBOR: [1]).description

    static let all: [Endpoint] = [
        Endpoint(
            method: "POST", path: "/v1/accounts", body: ["handle": "eve", "passphrase": .string(Person.passphrase)],
            limit: 4 << 10, needsSession: false),
        Endpoint(
            method: "POST", path: "/v1/session", body: ["handle": "steve", "passphrase": .string(Person.passphrase)],
            limit: 4 << 10, needsSession: false),
        Endpoint(method: "PATCH", path: "/v1/profile", body: ["fields": ["name": "Eve"]], limit: 512 << 10),
        Endpoint(
            method: "POST", path: "/v1/modules/\(TestNode.market)/objects", body: ["body": ["title": "x"]],
            limit: (64 << 10) + 1_024),
        Endpoint(
            method: "POST", path: "/v1/requests",
            body: [
                "module": .string(TestNode.market), "object": .string(object), "fields": ["name"], "purpose": "x",
                "duration": 60,
            ], limit: 16 << 10),
        Endpoint(
            method: "POST", path: "/v1/inbox/\(object)/approve", body: ["fields": ["name"], "duration": 60],
            limit: 16 << 10),
        Endpoint(method: "POST", path: "/v1/requests/\(object)/read", body: ["fields": ["name"]], limit: 16 << 10),
        Endpoint(
            method: "POST", path: "/v1/requests/\(object)/delegate",
            body: [
                "audience": "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", "fields": ["name"],
                "duration": 60,
            ], limit: 16 << 10),
        Endpoint(
            method: "POST", path: "/v1/requests/\(object)/revoke", body: ["delegation": .bytes(delegation)],
            limit: 64 << 10),
    ]

    /// A delegation that is well-formed.
    private static let delegation: [UInt8] =
        (try? Delegation.sign(
            to: Party.component.principal, subject: nil, command: .profileRead, policy: .empty, expiration: nil,
            with: Party.viewer.key()
        ).envelope.bytes) ?? []
}

/// Changes that make a body malformed.
enum WrongBody: CaseIterable, Sendable {
    case empty
    case cutOff
    case followed
    case duplicateKey
    case notUTF8
    case list
    case fieldMissing
    case extraField
    case wrongKind
    case null
    case cborInsteadOfJSON

    func bytes(_ body: Value) throws -> [UInt8] {
        let text = try DagJSON.encode(body)
        let map = body.mapValue ?? Map()
        let key = map.entries.first?.key ?? ""
        func changed(_ value: Value?) throws -> [UInt8] {
            var copy = map
            copy[key] = value
            return Array(try DagJSON.encode(.map(copy)).utf8)
        }
        switch self {
        case .empty: return []
        case .cutOff: return Array(text.utf8.dropLast())
        case .followed: return Array("\(text)x".utf8)
        case .duplicateKey:
            let entry = text.dropFirst().dropLast()
            return Array("{\(entry),\(entry)}".utf8)
        case .notUTF8: return Array("{\"x\": \"".utf8) + [0xff] + Array("\"}".utf8)
        case .list: return Array("[\(text)]".utf8)
        case .fieldMissing: return try changed(nil)
        case .extraField: return Array("{\"zzz\":1,\(text.dropFirst())".utf8)
        case .wrongKind: return try changed(.bool(true))
        case .null: return try changed(.null)
        case .cborInsteadOfJSON: return try DagCBOR.encode(body)
        }
    }
}

struct PersonInputTests {
    /// A node with one account, and what the pseudonyms' tables hold then.
    private func withSteve(_ body: (TestNode, Person) async throws -> Void) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let before = try await node.footprint()
            try await body(node, steve)
            #expect(try await node.footprint() == before)
            #expect(try await node.node.objects.objects(of: ModuleID(TestNode.market), after: 0, limit: 9).isEmpty)
            let fields = try await steve.done("GET", "/v1/profile")["fields"]
            #expect(fields == .map(Map()))
        }
    }

    @Test(arguments: Endpoint.all)
    func `a malformed body is refused, and nothing is stored`(endpoint: Endpoint) async throws {
        try await withSteve { _, steve in
            for wrong in WrongBody.allCases {
                let reply = try await steve.send(
                    endpoint.method, endpoint.path, (wrong.bytes(endpoint.body), Form.json.rawValue))
                #expect(reply.status == 400, "\(wrong): \(reply.text)")
                #expect(reply.problem == "malformed", "\(wrong)")
            }
        }
    }

    @Test(arguments: Endpoint.all)
    func `a body of another media type is refused`(endpoint: Endpoint) async throws {
        try await withSteve { _, steve in
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/cbor", "", "json"] {
                let reply = try await steve.send(
                    endpoint.method, endpoint.path, (Form.json.encode(endpoint.body), type))
                #expect(reply.status == 415, "\(type)")
                #expect(reply.problem == "unsupported-media-type", "\(type)")
            }
        }
    }

    @Test(arguments: Endpoint.all)
    func `a body above the limit is refused, with or without its length`(endpoint: Endpoint) async throws {
        try await withSteve { node, steve in
            let bytes = [UInt8](repeating: 0x20, count: endpoint.limit + 1)
            let stated = try await steve.send(endpoint.method, endpoint.path, (bytes, Form.json.rawValue))
            #expect(stated.status == 413)
            #expect(stated.problem == "too-large")
            let chunked = try await chunked(
                endpoint.method, node.address.appending(endpoint.path), bytes, type: Form.json.rawValue,
                bearer: steve.token)
            #expect(chunked == stated)
        }
    }

    @Test(arguments: Endpoint.all)
    func `a body up to the limit is read`(endpoint: Endpoint) async throws {
        try await withSteve { node, steve in
            let bytes = [UInt8](repeating: 0x20, count: endpoint.limit)
            let reply = try await chunked(
                endpoint.method, node.address.appending(endpoint.path), bytes, type: Form.json.rawValue,
                bearer: steve.token)
            #expect(reply.problem == "malformed")
        }
    }

    @Test func `a body in DAG-CBOR that is not canonical is refused`() async throws {
        try await withSteve { _, steve in
            // A map of indefinite length.
            let reply = try await steve.send("PATCH", "/v1/profile", ([0xbf, 0xff], Form.cbor.rawValue))
            #expect(reply.problem == "malformed")
        }
    }
}
