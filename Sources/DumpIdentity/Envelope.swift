public import IPLD
public import Sodium

/// A signed thing whose signature has not been checked: DAG-CBOR `[signature, {"h": varsig header, tag: payload}]`.
///
/// Grants, invocations, module objects and link statements are all of this one form. The exact received bytes are
/// kept: the signature is checked over them and the CID names them.
///
/// Source: UCAN 1.0 specification, "Envelope"; varsig 1.0.
public struct Envelope: Sendable, Equatable {
    /// The one accepted varsig header: Ed25519 over SHA-512, payload in DAG-CBOR.
    public static let varsigHeader: [UInt8] = [0x34, 0x01, 0xed, 0x01, 0xed, 0x01, 0x13, 0x71]
    /// The largest accepted envelope, in bytes, unless a caller sets another limit.
    public static let maximumLength = 128 * 1024

    /// The whole envelope as received.
    public let bytes: [UInt8]
    /// The type tag of the payload, such as `ucan/dlg@1.0.0`.
    public let tag: String
    /// The payload.
    public let payload: Map
    /// The 64-byte Ed25519 signature.
    public let signature: [UInt8]
    /// The bytes that the signature is over: the second element of the envelope.
    let signedBytes: [UInt8]

    /// `[` of two elements, then a byte string of 64 bytes: every envelope begins so.
    private static let prefix: [UInt8] = [0x82, 0x58, 0x40]

    /// Reads an envelope; its signature is not checked yet.
    ///
    /// - Throws: ``IdentityError/tooLarge(what:limit:)``, ``IdentityError/malformed(_:)``,
    ///   ``IdentityError/notAnEnvelope``.
    public init(decoding bytes: [UInt8], limit: Int = Envelope.maximumLength) throws(IdentityError) {
        guard bytes.count <= limit else { throw .tooLarge(what: "an envelope", limit: limit) }
        let value = try readingIPLD { () throws(IPLDError) in try DagCBOR.decode(bytes) }
        guard let parts = value.listValue, parts.count == 2,
            let signature = parts[0].bytesValue,
            let signed = parts[1].mapValue, signed.count == 2,
            signed["h"]?.bytesValue == Envelope.varsigHeader,
            let tagged = signed.entries.first(where: { !$0.key.utf8.elementsEqual("h".utf8) }),
            let payload = tagged.value.mapValue
        else { throw .notAnEnvelope }
        // A signature of another length is a wrong one, as in the official fixtures.
        guard bytes.starts(with: Envelope.prefix) else { throw .invalidSignature }
        self.bytes = bytes
        self.tag = tagged.key
        self.payload = payload
        self.signature = signature
        self.signedBytes = Array(bytes.dropFirst(Envelope.prefix.count + Signature.length))
    }

    /// Signs a payload.
    ///
    /// - Throws: ``IdentityError/malformed(_:)`` where the payload holds what DAG-CBOR does not allow.
    public static func sign(
        _ payload: Map, tag: String, with key: borrowing SigningKey
    ) throws(IdentityError) -> Envelope {
        let signed = try readingIPLD { () throws(IPLDError) in
            try DagCBOR.encode(["h": .bytes(varsigHeader), tag: .map(payload)])
        }
        let signature = key.sign(signed)
        return try Envelope(decoding: prefix + signature + signed, limit: .max)
    }

    /// The name of this envelope: CIDv1, dag-cbor, sha2-256 of its bytes.
    public var cid: CID { CID.of(dagCBOR: bytes) }

    /// Whether the signature is the principal's over the received bytes.
    public func isSigned(by principal: Principal) -> Bool {
        Signature.isValid(signature, of: signedBytes, by: principal.publicKey)
    }

    /// Checks that this is a thing of the given kind.
    ///
    /// - Throws: ``IdentityError/wrongTag(expected:)``.
    public func require(tag expected: String) throws(IdentityError) {
        guard tag.utf8.elementsEqual(expected.utf8) else { throw .wrongTag(expected: expected) }
    }

    /// Whether the received bytes are the same.
    public static func == (left: Envelope, right: Envelope) -> Bool { left.bytes == right.bytes }
}
