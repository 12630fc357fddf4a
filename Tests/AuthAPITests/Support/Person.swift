import AuthAPI
import DumpIdentity
import IPLD
import Testing

/// What a node answered.
struct Reply: Sendable, Equatable {
    let status: Int
    let body: [UInt8]
    let mediaType: String
    /// Under names in lower case.
    let fields: [String: String]

    init(status: Int, body: [UInt8], mediaType: String, fields: [String: String]) {
        self.status = status
        self.body = body
        self.mediaType = mediaType
        self.fields = fields
    }

    init(_ response: PeerResponse) {
        self.init(
            status: response.status, body: response.body, mediaType: response.mediaType, fields: response.fields)
    }

    /// Two replies are alike: all is the same but the time, the name of the request, and what is left of a rate.
    static func == (left: Reply, right: Reply) -> Bool {
        left.status == right.status && left.body == right.body && left.compared == right.compared
    }

    /// The fields, with lengths in place of what differs each time.
    private var compared: [String: String] {
        var fields = fields
        for name in ["date", "request-id", "ratelimit"] { fields[name] = fields[name].map { "\($0.utf8.count) bytes" } }
        return fields
    }

    /// The body as a map, whichever of both forms it has.
    var map: Map {
        let value = mediaType.hasSuffix("json") ? try? DagJSON.decode(body) : try? DagCBOR.decode(body)
        return value?.mapValue ?? Map()
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The last part of a problem's type; none where the reply is no problem of the reply's own status.
    var problem: String? {
        guard mediaType == "application/problem+json", map["status"] == .int(Int64(status)),
            !map.text("title").isEmpty, map.text("type").hasPrefix("urn:dump:problem:")
        else { return nil }
        return String(map.text("type").dropFirst("urn:dump:problem:".count))
    }
}

/// The two forms of bodies.
enum Form: String, CaseIterable, Sendable {
    case json = "application/json"
    case cbor = "application/vnd.ipld.dag-cbor"

    func encode(_ value: Value) throws -> [UInt8] {
        switch self {
        case .json: Array(try DagJSON.encode(value).utf8)
        case .cbor: try DagCBOR.encode(value)
        }
    }
}

/// Someone who calls a node, with a session or without.
struct Person: Sendable {
    static let passphrase = "correct horse battery"

    let node: TestNode
    let token: String?
    var form = Form.json

    func call(_ method: String, _ path: String, _ body: Value? = nil) async throws -> Reply {
        try await send(method, path, try body.map { (try form.encode($0), form.rawValue) })
    }

    func send(
        _ method: String, _ path: String, _ body: (bytes: [UInt8], type: String)? = nil,
        fields: [String: String] = ["If-Match": "*"]
    ) async throws -> Reply {
        Reply(
            try await node.client.send(
                method, path, at: node.address, body: body, accept: form.rawValue, bearer: token, fields: fields,
                limit: 4 << 20))
    }

    /// A call that must succeed.
    func done(_ method: String, _ path: String, _ body: Value? = nil) async throws -> Map {
        let reply = try await call(method, path, body)
        try #require((200..<300).contains(reply.status), "\(method) \(path): \(reply.status) \(reply.text)")
        return reply.map
    }
}

extension TestNode {
    /// Someone without a session.
    var anyone: Person { Person(node: self, token: nil) }

    /// Makes an account.
    func account(_ handle: String, form: Form = .json) async throws -> Person {
        let body: Value = ["handle": .string(handle), "passphrase": .string(Person.passphrase)]
        let map = try await anyone.done("POST", "/v1/accounts", body)
        return Person(node: self, token: map.text("token"), form: form)
    }

    /// Sends the bytes of a container.
    func post(container bytes: [UInt8]) async throws -> Reply {
        var person = anyone
        person.form = .cbor
        return try await person.send("POST", "/v1/invocations", (bytes, "application/vnd.ucan.container"))
    }

    /// How many rows each table of the pseudonyms has, to see that nothing was stored.
    func footprint() async throws -> [String: Int] { try await node.pseudonyms.rowCounts() }
}

extension Person {
    static let profile: Value = [
        "name": "Steve Example", "email": "steve@example.org", "phone_number": "+49 351 123456",
    ]
    static let purpose = "I would like to see the car"

    /// Publishes an object and gives its id.
    func publish(_ title: String = "Small red car", module: String = TestNode.market) async throws -> String {
        try await done("POST", "/v1/modules/\(module)/objects", ["body": ["title": .string(title)]]).text("id")
    }

    func setProfile(_ fields: Value = profile) async throws {
        _ = try await done("PATCH", "/v1/profile", ["fields": fields])
    }

    /// Asks for fields of an object's publisher and gives the request's id.
    func request(
        _ object: String, fields: [String] = ["name", "email", "phone_number"], duration: Int64 = 30 * Day.seconds
    ) async throws -> String {
        let body: Value = [
            "module": .string(TestNode.market), "object": .string(object),
            "fields": .list(fields.map { .string($0) }), "purpose": .string(Person.purpose),
            "duration": .int(duration),
        ]
        return try await done("POST", "/v1/requests", body).text("id")
    }

    /// Approves a request and gives the grant's id.
    func approve(
        _ request: String, fields: [String] = ["name", "email"], duration: Int64 = 7 * Day.seconds,
        handOn: Bool = true
    ) async throws -> String {
        let body: Value = [
            "fields": .list(fields.map { .string($0) }), "duration": .int(duration), "hand_on": .bool(handOn),
        ]
        return try await done("POST", "/v1/inbox/\(request)/approve", body).text("grant")
    }

    /// Reads fields under the grant that answered a request.
    func read(_ request: String, _ fields: [String]) async throws -> Reply {
        try await call("POST", "/v1/requests/\(request)/read", ["fields": .list(fields.map { .string($0) })])
    }
}
