internal import Capabilities
internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import NIOCore

/// The media types of the API. Both bodies are the same IPLD value: DAG-JSON for people, DAG-CBOR where asked for.
enum Media {
    static let json = "application/json"
    static let cbor = "application/vnd.ipld.dag-cbor"
    static let container = "application/vnd.ucan.container"

    /// Whether a body is said to be of a type. There is one type, and text is UTF-8: another charset is another type.
    /// Source: RFC 9110, section 8.3; RFC 8259, section 8.1.
    static func isBody(_ headers: HTTPFields, _ type: String) -> Bool {
        let values = headers[values: .contentType]
        guard values.count == 1, !values[0].contains(",") else { return false }
        let parts = values[0].split(separator: ";", omittingEmptySubsequences: false).map { part in
            part.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        let isUTF8 = parts.dropFirst().allSatisfy {
            !$0.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains($0)
        }
        return parts.first == type && isUTF8
    }

    /// Whether an `Accept` entry names a type, whatever its parameters.
    static func names(_ header: String?, _ type: String) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { entry in
            let name = entry.prefix { $0 != ";" }
            return name.filter { $0 != " " }.lowercased() == type
        }
    }
}

extension Request {
    /// The body, which is not read beyond its limit.
    ///
    /// - Throws: ``APIError/tooLarge(limit:)``; ``APIError/malformed(_:)`` where it does not come to its end.
    func bytes(upTo limit: Int) async throws -> [UInt8] {
        if let stated = headers[.contentLength].flatMap({ Int($0) }), stated > limit {
            throw APIError.tooLarge(limit: limit)
        }
        var bytes: [UInt8] = []
        do {
            for try await part in body {
                guard bytes.count + part.readableBytes <= limit else { throw APIError.tooLarge(limit: limit) }
                bytes += part.readableBytesView
            }
        } catch let error as APIError {
            throw error
        } catch {
            // Cut off, or in chunks that are none: what came is not the body.
            throw APIError.malformed("the body does not come to its end")
        }
        return bytes
    }

    /// The body as a map, from JSON or DAG-CBOR.
    ///
    /// - Throws: ``APIError/unsupportedMediaType``, ``APIError/malformed(_:)``, ``APIError/tooLarge(limit:)``.
    func map(upTo limit: Int) async throws -> Map {
        let isCBOR = Media.isBody(headers, Media.cbor)
        guard isCBOR || Media.isBody(headers, Media.json) else { throw APIError.unsupportedMediaType }
        let bytes = try await bytes(upTo: limit)
        let value = try isCBOR ? DagCBOR.decode(bytes) : DagJSON.decode(bytes)
        guard let map = value.mapValue else { throw APIError.malformed("the body is not an object") }
        return map
    }

    /// The body as a map, which is empty where there is no body.
    ///
    /// - Throws: as ``map(upTo:)``.
    func optionalMap(upTo limit: Int) async throws -> Map {
        guard headers[.contentType] == nil else { return try await map(upTo: limit) }
        // Clients may say of a body that is none that it comes in chunks.
        guard try await bytes(upTo: limit).isEmpty else { throw APIError.unsupportedMediaType }
        return Map()
    }

    /// Answers with a value in the form that the caller asked for. It is a person's, and kept by no cache, where it is not
    /// said for how many seconds everyone's caches may keep it.
    func respond(_ value: Value, status: HTTPResponse.Status = .ok, cacheFor seconds: Int? = nil) throws -> Response {
        let isCBOR = Media.names(headers[.accept], Media.cbor)
        let bytes = isCBOR ? try DagCBOR.encode(value) : Array(try DagJSON.encode(value).utf8)
        return Response(
            status: status,
            headers: [
                .contentType: isCBOR ? Media.cbor : Media.json,
                .cacheControl: seconds.map { "public, max-age=\($0)" } ?? "no-store", .vary: "Accept",
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension Response {
    /// An answer without a body.
    static let noContent = Response(status: .noContent, headers: [.cacheControl: "no-store"])

    /// An answer of bytes that may be kept by caches for some seconds.
    static func bytes(_ bytes: [UInt8], type: String, cacheFor seconds: Int) -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "public, max-age=\(seconds)"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension MapReader {
    /// A list of strings.
    mutating func strings(_ key: String) throws -> [String] {
        let list = try list(key)
        let strings = list.compactMap(\.stringValue)
        guard strings.count == list.count else { throw IPLDError.wrongKind(field: key) }
        return strings
    }

    /// An optional list of profile fields, at least one, each once.
    mutating func fields(ifPresent key: String) throws -> [ProfileField]? {
        guard let value = try optionalList(key) else { return nil }
        let names = value.compactMap(\.stringValue)
        guard names.count == value.count else { throw IPLDError.wrongKind(field: key) }
        return try MapReader.fields(names)
    }

    /// A list of profile fields, at least one, each once.
    mutating func fields(_ key: String) throws -> [ProfileField] {
        try MapReader.fields(strings(key))
    }

    private static func fields(_ names: [String]) throws -> [ProfileField] {
        let fields = try ProfileField.list(names)
        guard !fields.isEmpty else { throw APIError.unacceptable("at least one field is named") }
        return fields
    }

    /// A time limit in seconds. What no limit can be is refused here, whatever it would be the limit of.
    mutating func duration(_ key: String, atMost maximum: Int64 = Grant.maximumDuration) throws -> Int64 {
        let duration = try int(key)
        guard duration > 0, duration <= maximum else {
            throw APIError.unacceptable("the time limit must be positive and at most \(maximum) seconds")
        }
        return duration
    }
}
