public import IPLD
public import Sodium
internal import Synchronization

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
    /// Where the payload stands in `bytes`.
    private let payloadStart: Int
    private let name: Name

    /// `[` of two elements, then a byte string of 64 bytes: every envelope begins so.
    private static let prefix: [UInt8] = [0x82, 0x58, 0x40]
    /// A map of two entries, the first being the header under "h": all signed bytes begin so.
    private static let signedHead: [UInt8] = [0xA2, 0x61, 0x68, 0x48] + varsigHeader
    /// Where the signed bytes begin.
    private static let signedStart = prefix.count + Signature.length
    /// How many lists and maps the payload stands in.
    private static let payloadDepth = 2

    /// The 64-byte Ed25519 signature.
    public var signature: ArraySlice<UInt8> { bytes[Envelope.prefix.count..<Envelope.signedStart] }
    /// The bytes that the signature is over: the second element of the envelope.
    private var signedBytes: ArraySlice<UInt8> { bytes[Envelope.signedStart...] }
    /// The payload, taken apart.
    public var payload: Map {
        // It was read when the envelope was, and its bytes have not changed.
        (try? DagCBOR.decode(bytes[payloadStart...]))?.mapValue ?? Map()
    }

    /// Reads an envelope; its signature is not checked yet.
    ///
    /// - Throws: ``IdentityError/tooLarge(what:limit:)``, ``IdentityError/malformed(_:)``,
    ///   ``IdentityError/notAnEnvelope``, ``IdentityError/invalidSignature`` where it has not 64 bytes.
    public init(decoding bytes: [UInt8], limit: Int = Envelope.maximumLength) throws(IdentityError) {
        (self, _) = try Envelope.read(bytes, tag: nil, or: nil, limit: limit) { reader throws(IPLDError) in
            _ = try reader.item()
        }
    }

    /// Reads an envelope of a known kind in one pass, and its payload field by field; the signature is not checked yet.
    ///
    /// - Throws: ``IdentityError/wrongTag(expected:)`` where the tag is neither `tag` nor the `other`, and what
    ///   ``init(decoding:limit:)`` throws.
    public static func open<Fields>(
        _ bytes: [UInt8], tag: String, or other: String? = nil, limit: Int,
        _ read: (inout FieldReader) throws(IPLDError) -> Fields
    ) throws(IdentityError) -> (envelope: Envelope, fields: Fields) {
        try Envelope.read(bytes, tag: tag, or: other, limit: limit) { reader throws(IPLDError) in
            var fields = try FieldReader(reader, depth: payloadDepth)
            let result = try read(&fields)
            reader = try fields.finish()
            return result
        }
    }

    /// The tag of an envelope, of which no more than its frame is read.
    ///
    /// - Throws: as ``init(decoding:limit:)``, but nothing that only the payload could tell.
    public static func tag(of bytes: [UInt8]) throws(IdentityError) -> String {
        var reader = CBORReader(bytes[...])
        guard let tag = try? frame(&reader) else { throw fault(of: bytes) }
        return tag
    }

    private static func read<Payload>(
        _ bytes: [UInt8], tag expected: String?, or other: String?, limit: Int,
        _ read: (inout CBORReader) throws(IPLDError) -> Payload
    ) throws(IdentityError) -> (Envelope, Payload) {
        guard bytes.count <= limit else { throw .tooLarge(what: "an envelope", limit: limit) }
        var reader = CBORReader(bytes[...])
        guard let tag = try? frame(&reader) else { throw fault(of: bytes) }
        if let expected, !tag.hasSameBytes(as: expected), other.map(tag.hasSameBytes) != true {
            throw .wrongTag(expected: expected)
        }
        let start = reader.position
        do {
            let payload = try read(&reader)
            try reader.finish()
            return (Envelope(checked: bytes, tag: tag, payloadStart: start), payload)
        } catch { throw .malformed(error) }
    }

    /// Reads everything up to the payload and gives the tag; `nil` or an error where it is not an envelope. All but
    /// signature and tag are always the same bytes.
    private static func frame(_ reader: inout CBORReader) throws(IPLDError) -> String? {
        guard reader.take(prefix), reader.skip(bytes: Signature.length), reader.take(signedHead) else { return nil }
        let tag = String(validating: try reader.unvalidatedText(), as: UTF8.self)
        return reader.isAtMap ? tag : nil
    }

    /// Why bytes are not an envelope.
    private static func fault(of bytes: [UInt8]) -> IdentityError {
        let value: Value
        do { value = try DagCBOR.decode(bytes) } catch { return .malformed(error) }
        guard let parts = value.listValue, parts.count == 2, parts[0].bytesValue != nil,
            let signed = parts[1].mapValue, signed.count == 2, signed["h"]?.bytesValue == varsigHeader,
            signed.entries[1].value.mapValue != nil
        else { return .notAnEnvelope }
        // A signature of another length is a wrong one, as in the official fixtures.
        return .invalidSignature
    }

    private init(checked bytes: [UInt8], tag: String, payloadStart: Int) {
        self.bytes = bytes
        self.tag = tag
        self.payloadStart = payloadStart
        name = Name()
    }

    /// Signs a payload.
    ///
    /// - Throws: ``IdentityError/malformed(_:)`` where the payload holds what DAG-CBOR does not allow;
    ///   ``IdentityError/notAnEnvelope`` for a tag that would not stand behind "h" in canonical order.
    public static func sign(
        _ payload: Map, tag: String, with key: borrowing SigningKey
    ) throws(IdentityError) -> Envelope {
        guard tag.utf8.count > 1 else { throw .notAnEnvelope }
        let (name, encoded) = try readingIPLD { () throws(IPLDError) in
            (try DagCBOR.encode(.string(tag)), try DagCBOR.encode(.map(payload)))
        }
        let head = signedHead + name
        let signed = head + encoded
        return Envelope(checked: prefix + key.sign(signed) + signed, tag: tag, payloadStart: signedStart + head.count)
    }

    /// The name of this envelope: CIDv1, dag-cbor, sha2-256 of its bytes. Computed when it is first asked for.
    public var cid: CID {
        name.cid.withLock { cid in
            if let cid { return cid }
            let made = CID.of(dagCBOR: bytes)
            cid = made
            return made
        }
    }

    /// Keeps the name, for which all bytes have to be hashed.
    private final class Name: Sendable {
        let cid = Mutex<CID?>(nil)
    }

    /// Whether the signature is the principal's over the received bytes.
    public func isSigned(by principal: Principal) -> Bool {
        Signature.isValid(signature, of: signedBytes, by: principal.publicKey)
    }

    /// Checks that this is a thing of the given kind.
    ///
    /// - Throws: ``IdentityError/wrongTag(expected:)``.
    public func require(tag expected: String) throws(IdentityError) {
        guard tag.hasSameBytes(as: expected) else { throw .wrongTag(expected: expected) }
    }

    /// Whether the received bytes are the same.
    public static func == (left: Envelope, right: Envelope) -> Bool { left.bytes == right.bytes }
}
