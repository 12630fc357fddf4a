internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD
internal import Sodium

/// The entity tags of something that belongs to a person: one for each form of it, both strong.
///
/// They are made under a key of the person: whoever sees one in a log learns neither what it is of nor whether it is the
/// same as another person's. Source: RFC 9110, section 8.8.3; `docs/spec.md`, "HTTP API", "Entity tags".
struct EntityTags: Sendable {
    private static let label = "dump/v1/etag"
    private static let length = 16

    private let tags: [String: String]

    /// The tags of a value; `kind` is what it is of, so that equal values of two kinds differ.
    init(of value: Value, kind: String, session: Session) throws {
        let keys = try session.root.profileKeys()
        let content = Array(kind.utf8) + [0] + (try DagCBOR.encode(value))
        var tags: [String: String] = [:]
        for type in [Media.json, Media.cbor] {
            let message = Derivation.message(EntityTags.label, context: Array(type.utf8) + [0] + content)
            let hash = try Hashing.blake2b(message, key: keys.state)
            tags[type] = Base64URL.encode(Array(hash.prefix(EntityTags.length)))
        }
        self.tags = tags
    }

    /// The tag of a form, in its quotes.
    func tag(for mediaType: String) -> String { "\"\(tags[mediaType] ?? "")\"" }

    /// Whether a tag, without quotes, is that of either form: a change is of both.
    func contain(_ tag: String) -> Bool { tags.values.contains { $0.utf8.elementsEqual(tag.utf8) } }
}

/// What a caller says of the entity tags that it knows. Source: RFC 9110, sections 13.1.1 and 13.1.2.
enum KnownTags: Equatable, Sendable {
    /// `*`: whatever it is.
    case any
    /// These, without quotes; a weak one is marked.
    case listed([Tag])

    struct Tag: Equatable, Sendable {
        let text: String
        let isWeak: Bool
    }

    /// The most tags that are read.
    static let maximumCount = 32

    /// - Throws: ``APIError/malformed(_:)``.
    init(_ field: String) throws(APIError) {
        let entries = field.split(separator: ",", omittingEmptySubsequences: false).map { entry in
            String(entry.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        }
        if entries == ["*"] {
            self = .any
            return
        }
        guard entries.count <= KnownTags.maximumCount else { throw KnownTags.malformed }
        self = .listed(try entries.map { entry throws(APIError) in try KnownTags.tag(entry) })
    }

    private static let malformed = APIError.malformed("entity tags are * or quoted texts with commas between them")

    /// A comma within a tag is not read: no tag of ours has one.
    private static func tag(_ entry: String) throws(APIError) -> Tag {
        let isWeak = entry.hasPrefix("W/")
        let quoted = entry.utf8.dropFirst(isWeak ? 2 : 0)
        let inner = quoted.dropFirst().dropLast()
        guard quoted.count >= 2, quoted.first == 0x22, quoted.last == 0x22,
            inner.allSatisfy({ $0 == 0x21 || (0x23...0x7e).contains($0) || $0 >= 0x80 })
        else { throw malformed }
        return Tag(text: String(decoding: inner, as: UTF8.self), isWeak: isWeak)
    }

    /// Whether a thing with these tags is meant. By strong comparison a weak tag matches nothing.
    func match(_ tags: EntityTags, isStrong: Bool) -> Bool {
        switch self {
        case .any: true
        case .listed(let known): known.contains { !(isStrong && $0.isWeak) && tags.contain($0.text) }
        }
    }
}

extension Request {
    /// What `If-Match` names, where it is needed.
    ///
    /// - Throws: ``APIError/preconditionRequired`` (RFC 6585, section 3), ``APIError/malformed(_:)``.
    func requiredMatch() throws(APIError) -> Precondition {
        guard let field = headers[.ifMatch] else { throw .preconditionRequired }
        return Precondition(known: try KnownTags(field))
    }

    /// What `If-Match` names, where the caller need not say it; without it, whatever there is.
    ///
    /// - Throws: ``APIError/malformed(_:)``.
    func match() throws(APIError) -> Precondition {
        Precondition(known: try headers[.ifMatch].map { field throws(APIError) in try KnownTags(field) } ?? .any)
    }

    /// Answers with a value and its entity tag; where a `GET` names the tag in `If-None-Match`, with 304 alone.
    func respond(_ value: Value, tags: EntityTags) throws -> Response {
        var response = try respond(value)
        response.headers[.eTag] = tags.tag(for: response.headers[.contentType] ?? "")
        guard method == .get, let field = headers[.ifNoneMatch], try KnownTags(field).match(tags, isStrong: false)
        else { return response }
        response.headers[.contentType] = nil
        return Response(status: .notModified, headers: response.headers)
    }
}

/// What has to be so for a change to be made. It is checked in the same turn as the change.
struct Precondition: Sendable {
    fileprivate let known: KnownTags

    /// - Throws: ``APIError/preconditionFailed``.
    func check(_ tags: @autoclosure () throws -> EntityTags) throws {
        if known == .any { return }
        guard known.match(try tags(), isStrong: true) else { throw APIError.preconditionFailed }
    }
}
