import Capabilities
import DumpIdentity
import HTTPTypes
import Hummingbird
import IPLD
import PseudonymStore
import TestSupport
import Testing

@testable import AuthAPI

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
    private static let did = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"

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
                "audience": .string(did), "fields": ["name"],
                "duration": 60,
            ], limit: 16 << 10),
        Endpoint(
            method: "POST", path: "/v1/requests/\(object)/revoke", body: ["delegation": .bytes(delegation)],
            limit: 64 << 10),
        Endpoint(method: "POST", path: "/v1/requests/\(object)/renew", body: ["duration": 60], limit: 16 << 10),
        Endpoint(
            method: "POST", path: "/v1/recovery",
            body: ["handle": "steve", "code": .string(code), "passphrase": .string(Person.passphrase)], limit: 8 << 10,
            needsSession: false),
        Endpoint(
            method: "PUT", path: "/v1/account/passphrase",
            body: ["old": .string(Person.passphrase), "new": "another passphrase"], limit: 8 << 10),
        Endpoint(
            method: "POST", path: "/v1/account/recovery-code", body: ["passphrase": .string(Person.passphrase)],
            limit: 8 << 10),
        Endpoint(
            method: "POST", path: "/v1/account/export",
            body: ["passphrase": .string(Person.passphrase), "file_passphrase": .string(Person.passphrase)],
            limit: 8 << 10),
        Endpoint(
            method: "POST", path: "/v1/account/data", body: ["passphrase": .string(Person.passphrase)], limit: 8 << 10),
        Endpoint(method: "POST", path: "/v1/grants/revoke", body: ["viewer": .string(did)], limit: 4 << 10),
        Endpoint(method: "PUT", path: "/v1/rules", body: ["rules": []], limit: 32 << 10),
        Endpoint(
            method: "PUT", path: "/v1/notices/\(did)", body: ["url": "https://ntfy.example/a"], limit: 4 << 10),
        Endpoint(
            method: "POST", path: "/v1/account/rotate", body: ["passphrase": .string(Person.passphrase)],
            limit: 8 << 10),
        Endpoint(
            method: "DELETE", path: "/v1/account", body: ["passphrase": .string(Person.passphrase)], limit: 8 << 10),
        Endpoint(
            method: "POST", path: "/v1/accounts/import",
            body: [
                "handle": "eve", "export": .bytes([1]), "passphrase": .string(Person.passphrase),
                "new_passphrase": .string(Person.passphrase),
            ], limit: 16_795_648, needsSession: false),
    ]

    /// Those whose largest body is small enough to be sent often.
    static let small = all.filter { $0.limit <= 1 << 20 }

    /// What changes something and takes no map: bodies are not read, or it is an invocation; and where all fields may be
    /// absent.
    static let others: Set<String> = [
        "DELETE /v1/session", "DELETE /v1/sessions", "DELETE /v1/grants/{id}", "DELETE /v1/requests/{id}",
        "POST /v1/inbox/{id}/deny", "POST /v1/invocations", "POST /v1/modules/{module}/pseudonym",
        "POST /v1/inbox/{id}/block", "PUT /v1/blocks/{id}", "DELETE /v1/blocks/{id}",
        "POST /v1/introspect", "POST /v1/revoke",
        "DELETE /v1/notices/{pseudonym}",
        "POST /v1/requests/{id}/return",
    ]

    /// The route, with the names of its parameters.
    var route: String {
        let path = path.replacing(Endpoint.object, with: "{id}").replacing(TestNode.market, with: "{module}")
            .replacing(Endpoint.did, with: "{pseudonym}")
        return "\(method) \(path)"
    }

    /// A recovery code that is well-formed.
    private static let code = (try? RecoveryCode.random().text) ?? ""

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
    case loneSurrogate
    case hugeInteger
    case endlessNumber
    case longNumber
    case tooDeep
    case byteOrderMark
    case notAnyNumber

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
        case .loneSurrogate: return Array(#"{"x":"\ud800"}"#.utf8)
        case .hugeInteger: return Array("{\"x\":9223372036854775808}".utf8)
        case .endlessNumber: return Array("{\"x\":1e999}".utf8)
        case .longNumber: return Array("{\"x\":0.\(String(repeating: "1", count: 1_100))}".utf8)
        case .tooDeep:
            return Array("{\"x\":\(String(repeating: "[", count: 80))\(String(repeating: "]", count: 80))}".utf8)
        case .byteOrderMark: return [0xef, 0xbb, 0xbf] + Array(text.utf8)
        case .notAnyNumber: return Array("{\"x\":NaN}".utf8)
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
            let types = [
                "text/plain", "application/x-www-form-urlencoded", "application/cbor", "", "json",
                "application/json; charset=iso-8859-1", "application/json;charset=\"utf-16\"",
                "application/json, text/plain", "text/plain, application/json", "application/jsonx",
            ]
            for type in types {
                let reply = try await steve.send(
                    endpoint.method, endpoint.path, (Form.json.encode(endpoint.body), type))
                #expect(reply.status == 415, "\(type)")
                #expect(reply.problem == "unsupported-media-type", "\(type)")
            }
        }
    }

    @Test(arguments: ["application/json; charset=utf-8", "Application/JSON ;Charset=\"UTF-8\"", "application/json;x=y"])
    func `JSON in UTF-8 is read, however it is written`(type: String) async throws {
        try await withNode { node in
            let body = try Form.json.encode(["fields": ["name": "Steve"]])
            let reply = try await node.account("steve").send("PATCH", "/v1/profile", (body, type))
            #expect(reply.status == 200)
        }
    }

    @Test func `every operation that takes a map is in this table`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let changing = NodeServer.router(node.node).routes.filter { $0.method != .get }
            let routes = changing.map { "\($0.method.rawValue) \($0.path)" }
            #expect(Set(routes).subtracting(Endpoint.others) == Set(Endpoint.all.map(\.route)))
        }
    }

    @Test func `what may be absent is refused where it is something else`() async throws {
        try await withSteve { _, steve in
            let paths = [
                "vouch": "/v1/modules/\(TestNode.market)/pseudonym",
                "node": "/v1/inbox/\(CID.of(dagCBOR: [1]))/block",
                "silent": "/v1/inbox/\(CID.of(dagCBOR: [1]))/deny",
            ]
            for (name, path) in paths {
                for body in [
                    "", "[]", "{\"\(name)\":1}", "{\"\(name)\":null}", "{\"x\":true}",
                    "{\"\(name)\":true,\"\(name)\":true}",
                ] {
                    let reply = try await steve.send("POST", path, (Array(body.utf8), Form.json.rawValue))
                    #expect(reply.problem == "malformed", "\(path) \(body)")
                }
            }
        }
    }

    @Test(arguments: Endpoint.small)
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

    @Test(arguments: Endpoint.small)
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
