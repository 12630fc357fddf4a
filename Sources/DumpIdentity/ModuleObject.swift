public import IPLD
public import Sodium

/// What a person publishes through a module: an envelope `dump/obj@1.0.0`, whose signature has been checked.
///
/// It carries the pseudonym, the module, the body, a nonce, where requests are taken, and the day: nothing else of the
/// person. Source: `docs/spec.md`, "Module object".
public struct ModuleObject: Sendable, Equatable {
    /// The type tag of the envelope.
    public static let tag = "dump/obj@1.0.0"
    /// The largest envelope in bytes.
    public static let maximumLength = 96 * 1024
    /// The largest body in bytes of DAG-CBOR, and of the JSON that a person hands in: 64 KiB.
    public static let maximumBodyLength = 64 * 1024
    /// The most mailboxes of one object.
    public static let maximumMailboxes = 4

    /// The envelope as it was signed.
    public let envelope: Envelope
    /// The pseudonym that published it.
    public let issuer: Principal
    /// The module it belongs to.
    public let module: ModuleID
    /// What the person says, as the module understands it.
    public let body: Map
    /// The nodes that take requests for the pseudonym, the preferred first; one at least.
    public let mailboxes: [NodeAddress]
    /// The start of the UTC day of publishing, in Unix seconds.
    public let day: Int64

    /// The name of the object.
    public var cid: CID { envelope.cid }

    /// Reads an object and checks its signature.
    ///
    /// - Throws: ``IdentityError/wrongTag(expected:)``, ``IdentityError/invalidSignature``,
    ///   ``IdentityError/timeTooFine``, and what reading an envelope throws.
    public init(verifying bytes: [UInt8]) throws(IdentityError) {
        let envelope = try Envelope(decoding: bytes, limit: ModuleObject.maximumLength)
        try envelope.require(tag: ModuleObject.tag)
        var reader = MapReader(envelope.payload)
        let fields = try readingIPLD { () throws(IPLDError) in
            let fields = (
                issuer: try Principal(did: reader.string("iss")), module: try reader.string("mod"),
                body: try reader.map("body"), mailboxes: try reader.list("mailbox"), day: try reader.int("iat"),
                nonce: try reader.bytes("nonce")
            )
            try reader.finish()
            return fields
        }
        guard (12...64).contains(fields.nonce.count) else { throw .malformed(.wrongKind(field: "nonce")) }
        guard (1...ModuleObject.maximumMailboxes).contains(fields.mailboxes.count) else {
            throw .malformed(.wrongKind(field: "mailbox"))
        }
        guard Day.isStart(fields.day) else { throw .timeTooFine }
        var mailboxes: [NodeAddress] = []
        for value in fields.mailboxes {
            guard let text = value.stringValue else { throw .malformed(.wrongKind(field: "mailbox")) }
            mailboxes.append(try NodeAddress(text))
        }
        let encodedBody = try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(.map(fields.body)) }
        guard encodedBody.count <= ModuleObject.maximumBodyLength else {
            throw .tooLarge(what: "an object's body", limit: ModuleObject.maximumBodyLength)
        }
        guard envelope.isSigned(by: fields.issuer) else { throw .invalidSignature }
        self.envelope = envelope
        self.issuer = fields.issuer
        self.module = try ModuleID(fields.module)
        self.body = fields.body
        self.mailboxes = mailboxes
        self.day = fields.day
    }

    /// Signs an object as a pseudonym.
    ///
    /// - Throws: ``IdentityError/tooLarge(what:limit:)``, ``IdentityError/malformed(_:)``.
    public static func sign(
        body: Map, mailboxes: [NodeAddress], time: Int64, with keys: borrowing PseudonymKeys,
        random: RandomSource = .system
    ) throws(IdentityError) -> ModuleObject {
        let payload: Value = [
            "iss": .string(keys.principal.did), "mod": .string(keys.module.string), "body": .map(body),
            "mailbox": .list(mailboxes.map { .string($0.string) }), "iat": .int(Day.start(of: time)),
            "nonce": .bytes(random.bytes(16)),
        ]
        let envelope = try Envelope.sign(payload.mapValue ?? Map(), tag: tag, with: keys.signing)
        return try ModuleObject(verifying: envelope.bytes)
    }
}
