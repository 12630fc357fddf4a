internal import DumpIdentity
public import IPLD
public import Sodium

/// What a node says in its feed of revocations: an envelope `dump/rev@1.0.0`, verified.
///
/// It names revocations by ``RevocationName`` and says where in the feed it stands, so that none can be left out on the
/// way without being missed. Only signs of life have a time, and none finer than ``timeStep``.
/// Source: `docs/spec.md`, "Revocation feed".
public struct RevocationStatement: Sendable, Equatable {
    /// The type tag of the envelope.
    public static let tag = "dump/rev@1.0.0"
    /// The media type of the feed that carries the statements. Source: WHATWG HTML, "Server-sent events".
    public static let mediaType = "text/event-stream"
    /// The longest statement in bytes.
    public static let maximumLength = 48 * 1_024
    /// The most names in one statement.
    public static let maximumNames = 1_024
    /// The most pieces of a snapshot.
    public static let maximumPieces = 16_384
    /// Times are multiples of this many seconds.
    public static let timeStep: Int64 = 5

    /// What is said.
    public enum Content: Sendable, Equatable {
        /// These were revoked, as the event of this number.
        case revoked([RevocationName])
        /// These are a piece, numbered from 1, of all that were revoked up to this number.
        case snapshot([RevocationName], piece: Int, of: Int)
        /// Nothing more was revoked until a time in Unix seconds.
        case alive(Int64)

        /// The name of the kind, which is that of the event as well.
        public var kind: String {
            switch self {
            case .revoked: "revoked"
            case .snapshot: "snapshot"
            case .alive: "alive"
            }
        }
    }

    /// The node that says so.
    public let issuer: Principal
    /// Where in the feed it stands.
    public let position: FeedPosition
    /// What it says.
    public let content: Content
    /// The envelope as received.
    public let bytes: [UInt8]

    /// Reads a statement and checks that one of these signed it: the node that is followed, and those that follow it.
    ///
    /// - Throws: ``CapabilityError/malformed`` for another shape, names that do not ascend, and a time that is finer than
    ///   allowed; ``CapabilityError/limitExceeded``; ``CapabilityError/invalidSignature`` where it is somebody else's.
    public init(verifying bytes: [UInt8], by signers: [Principal]) throws(CapabilityError) {
        let envelope = try usingIdentity { () throws(IdentityError) in
            let envelope = try Envelope(decoding: bytes, limit: RevocationStatement.maximumLength)
            try envelope.require(tag: RevocationStatement.tag)
            return envelope
        }
        let fields = try Fields(envelope.payload)
        // Never a key that the statement alone names.
        guard signers.contains(fields.issuer), envelope.isSigned(by: fields.issuer) else { throw .invalidSignature }
        issuer = fields.issuer
        position = fields.position
        content = fields.content
        self.bytes = bytes
    }

    /// Signs a statement; names are put in order, and a time is rounded down.
    ///
    /// - Throws: ``CapabilityError/limitExceeded`` for too many names; ``CapabilityError/malformed``.
    public static func sign(
        _ content: Content, at position: FeedPosition, with key: borrowing SigningKey
    ) throws(CapabilityError) -> RevocationStatement {
        let issuer: Principal
        do { issuer = try key.principal() } catch { throw CapabilityError(error) }
        var payload = Map()
        payload["iss"] = .string(issuer.did)
        payload["epoch"] = .bytes(position.epoch)
        payload["seq"] = .int(position.sequence)
        payload["kind"] = .string(content.kind)
        switch content {
        case .revoked(let names): payload["ids"] = try list(names)
        case .snapshot(let names, let piece, let pieces):
            payload["ids"] = try list(names)
            payload["piece"] = .int(Int64(piece))
            payload["pieces"] = .int(Int64(pieces))
        case .alive(let time): payload["iat"] = .int(time - time % timeStep)
        }
        let envelope: Envelope
        do { envelope = try Envelope.sign(payload, tag: tag, with: key) } catch { throw CapabilityError(error) }
        return try RevocationStatement(verifying: envelope.bytes, by: [issuer])
    }

    private static func list(_ names: [RevocationName]) throws(CapabilityError) -> Value {
        guard names.count <= maximumNames else { throw .limitExceeded }
        return .list(names.sorted().map { .bytes($0.bytes) })
    }

    /// The fields of the payload.
    private struct Fields {
        let issuer: Principal
        let position: FeedPosition
        let content: Content

        init(_ payload: Map) throws(CapabilityError) {
            var reader = MapReader(payload)
            let (issuer, epoch, sequence, kind) = try readingIPLD { () throws(IPLDError) in
                (
                    try Principal(did: reader.string("iss")), try reader.bytes("epoch"), try reader.int("seq"),
                    try reader.string("kind")
                )
            }
            self.issuer = issuer
            position = try FeedPosition(epoch: epoch, sequence: sequence)
            switch kind {
            case "revoked":
                let names = try Fields.names(&reader)
                guard !names.isEmpty, sequence > 0 else { throw .malformed }
                content = .revoked(names)
            case "snapshot":
                let names = try Fields.names(&reader)
                let (piece, pieces) = try readingIPLD { () throws(IPLDError) in
                    (try reader.int("piece"), try reader.int("pieces"))
                }
                guard piece >= 1, piece <= pieces, pieces <= Int64(RevocationStatement.maximumPieces) else {
                    throw .malformed
                }
                content = .snapshot(names, piece: Int(piece), of: Int(pieces))
            case "alive":
                let time = try readingIPLD { () throws(IPLDError) in try reader.int("iat") }
                guard time >= 0, time < 1 << 53, time % RevocationStatement.timeStep == 0 else { throw .malformed }
                content = .alive(time)
            default: throw .malformed
            }
            try readingIPLD { () throws(IPLDError) in try reader.finish() }
        }

        private static func names(_ reader: inout MapReader) throws(CapabilityError) -> [RevocationName] {
            let list = try readingIPLD { () throws(IPLDError) in try reader.list("ids") }
            guard list.count <= RevocationStatement.maximumNames else { throw .limitExceeded }
            var names: [RevocationName] = []
            names.reserveCapacity(list.count)
            for item in list {
                guard let bytes = item.bytesValue else { throw .malformed }
                let name = try RevocationName(bytes: bytes)
                // The one order, and none twice: it says nothing of when each came.
                if let last = names.last, name <= last { throw .malformed }
                names.append(name)
            }
            return names
        }
    }
}
