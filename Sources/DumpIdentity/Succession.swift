public import IPLD
public import Sodium

/// That one principal is followed by another: two envelopes `dump/succ@1.0.0`, one signed by each, naming each other.
///
/// The former says who comes after it, and the one that comes says that it takes over; neither can be made to follow
/// the other. Nodes change their key so, and a pseudonym may vouch for the next. Source: `docs/spec.md`, "Succession".
public struct Succession: Sendable, Equatable {
    /// The type tag of the envelopes.
    public static let tag = "dump/succ@1.0.0"
    /// The longest statement in bytes.
    public static let maximumLength = 2 * 1_024

    /// The principal that is followed.
    public let former: Principal
    /// The principal that follows it.
    public let next: Principal
    /// The start of the UTC day of the change, in Unix seconds.
    public let day: Int64
    /// Both envelopes as received, the former's first: a DAG-CBOR list of two byte strings.
    public let bytes: [UInt8]

    /// Reads a statement and checks both signatures.
    ///
    /// - Throws: ``IdentityError/tooLarge(what:limit:)``, ``IdentityError/malformed(_:)`` also where the two halves do
    ///   not name each other and the same day; ``IdentityError/timeTooFine``, ``IdentityError/invalidSignature``, and
    ///   what reading an envelope throws.
    public init(verifying bytes: [UInt8]) throws(IdentityError) {
        guard bytes.count <= Succession.maximumLength else {
            throw .tooLarge(what: "a succession", limit: Succession.maximumLength)
        }
        let value = try readingIPLD { () throws(IPLDError) in try DagCBOR.decode(bytes) }
        guard let parts = value.listValue, parts.count == 2, let first = parts[0].bytesValue,
            let second = parts[1].bytesValue
        else { throw .malformed(.syntax(at: 0)) }
        let former = try Half(verifying: first, other: Half.next)
        let next = try Half(verifying: second, other: Half.former)
        guard former.other == next.issuer, former.issuer != next.issuer else {
            throw .malformed(.wrongKind(field: Half.next))
        }
        guard next.other == former.issuer else { throw .malformed(.wrongKind(field: Half.former)) }
        guard former.day == next.day else { throw .malformed(.wrongKind(field: "iat")) }
        self.former = former.issuer
        self.next = next.issuer
        day = former.day
        self.bytes = bytes
    }

    /// Signs a statement with both keys, on the day of a time in Unix seconds.
    ///
    /// - Throws: ``IdentityError/malformed(_:)`` where the keys are one.
    public static func sign(
        from former: borrowing SigningKey, to next: borrowing SigningKey, time: Int64
    ) throws(IdentityError) -> Succession {
        let (formerName, nextName) = (try former.principal(), try next.principal())
        let halves: Value = [
            .bytes(try Half.sign(formerName, Half.next, nextName, time, with: former)),
            .bytes(try Half.sign(nextName, Half.former, formerName, time, with: next)),
        ]
        return try Succession(verifying: readingIPLD { () throws(IPLDError) in try DagCBOR.encode(halves) })
    }

    /// One of the two envelopes.
    private struct Half {
        /// The field in which the former names the next.
        static let next = "next"
        /// The field in which the next names the former: the halves cannot stand for each other.
        static let former = "former"

        let issuer: Principal
        let other: Principal
        let day: Int64

        init(verifying bytes: [UInt8], other field: String) throws(IdentityError) {
            let envelope = try Envelope(decoding: bytes, limit: Succession.maximumLength)
            try envelope.require(tag: Succession.tag)
            var reader = MapReader(envelope.payload)
            (issuer, other, day) = try readingIPLD { () throws(IPLDError) in
                let fields = (
                    try Principal(did: reader.string("iss")), try Principal(did: reader.string(field)),
                    try reader.int("iat")
                )
                try reader.finish()
                return fields
            }
            guard Day.isStart(day) else { throw .timeTooFine }
            guard envelope.isSigned(by: issuer) else { throw .invalidSignature }
        }

        static func sign(
            _ issuer: Principal, _ field: String, _ other: Principal, _ time: Int64, with key: borrowing SigningKey
        ) throws(IdentityError) -> [UInt8] {
            var payload = Map()
            payload["iss"] = .string(issuer.did)
            payload[field] = .string(other.did)
            payload["iat"] = .int(Day.start(of: time))
            return try Envelope.sign(payload, tag: tag, with: key).bytes
        }
    }
}
