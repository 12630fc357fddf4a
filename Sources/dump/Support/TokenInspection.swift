internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// One signed thing, shown as it stands, with whether its signature is right and its time has come.
///
/// It is read more widely than anything that decides: a varsig header or tag that is not supported is shown too.
struct TokenInspection {
    /// What a token is, as far as it can be read.
    enum Content {
        case delegation(Delegation)
        case invocation(Invocation)
        case other
    }

    /// What is shown.
    let value: Value
    /// What it is, for the chain.
    let content: Content
    /// Whether it has the shape of an envelope, whatever its header and tag.
    let isToken: Bool

    private static let tags = [
        Delegation.tag: "delegation", Invocation.tag: "invocation", ModuleObject.tag: "module object",
        LinkStatement.tag: "half of a link statement",
    ]

    init(_ bytes: [UInt8], at time: Int64) {
        var shown = Map()
        shown["cid"] = .string(CID.of(dagCBOR: bytes).description)
        shown["length"] = .int(Int64(bytes.count))
        shown["signature"] = "not checked"
        guard let parts = Parts(bytes) else {
            shown.refuse(.malformed, "it is not an envelope [signature, {\"h\": header, tag: payload}] in DAG-CBOR")
            (value, content, isToken) = (.map(shown), .other, false)
            return
        }
        shown["tag"] = .string(parts.tag)
        shown["kind"] = .string(TokenInspection.tags[parts.tag] ?? "unknown")
        shown["payload"] = .map(parts.payload)
        isToken = true
        var content = Content.other
        if parts.header != Envelope.varsigHeader {
            shown["header"] = .bytes(parts.header)
            shown.refuse(.malformed, "the varsig header is not supported")
        } else if TokenInspection.tags[parts.tag] == nil {
            shown.refuse(.malformed, "the tag is not supported")
        } else {
            do {
                content = try TokenInspection.check(bytes, parts, at: time, &shown)
            } catch let error as CapabilityError {
                shown.refuse(error)
            } catch let error as IdentityError {
                if error == .invalidSignature { shown["signature"] = "wrong" }
                shown.refuse(CapabilityError(error), "\(error)")
            } catch { shown.refuse(.malformed) }
        }
        value = .map(shown)
        self.content = content
    }

    /// Reads a token of a known kind and notes signature and time.
    private static func check(
        _ bytes: [UInt8], _ parts: Parts, at time: Int64, _ shown: inout Map
    ) throws -> Content {
        let envelope = try Envelope(decoding: bytes)
        var content = Content.other
        let issuer: Principal
        switch parts.tag {
        case Delegation.tag:
            let delegation = try Delegation(decoding: bytes)
            issuer = delegation.issuer
            content = .delegation(delegation)
            shown["time"] = TimeState(from: delegation.notBefore, until: delegation.expiration, at: time).value
        case Invocation.tag:
            let invocation = try Invocation(decoding: bytes)
            issuer = invocation.issuer
            content = .invocation(invocation)
            shown["time"] = TimeState(from: nil, until: invocation.expiration, at: time).value
        case ModuleObject.tag:
            issuer = try ModuleObject(verifying: bytes).issuer
        default:
            issuer = try Principal(did: parts.payload.text("iss"))
        }
        guard envelope.isSigned(by: issuer) else {
            shown["signature"] = "wrong"
            shown.refuse(.invalidSignature)
            return content
        }
        shown["signature"] = "right"
        if parts.tag == LinkStatement.tag {
            shown["reason"] = "one half of a link statement says nothing without the other, and the grant"
        }
        return content
    }

    /// The parts of an envelope, of any header and tag and with a signature of any length.
    private struct Parts {
        let header: [UInt8]
        let tag: String
        let payload: Map

        init?(_ bytes: [UInt8]) {
            guard bytes.count <= Envelope.maximumLength, let parts = (try? DagCBOR.decode(bytes))?.listValue,
                parts.count == 2, parts[0].bytesValue != nil, let signed = parts[1].mapValue, signed.count == 2,
                let header = signed["h"]?.bytesValue,
                let tagged = signed.entries.first(where: { !$0.key.utf8.elementsEqual("h".utf8) }),
                let payload = tagged.value.mapValue
            else { return nil }
            self.header = header
            tag = tagged.key
            self.payload = payload
        }
    }
}

/// Where a time stands in a span of validity whose ends are themselves valid.
struct TimeState {
    let from: Int64?
    let until: Int64?
    let time: Int64

    init(from: Int64?, until: Int64?, at time: Int64) {
        self.from = from
        self.until = until
        self.time = time
    }

    /// The state, and the first and the last second of validity; null for no bound.
    var value: Value {
        let isExpired = until.map { time > $0 } ?? false
        let isEarly = from.map { time < $0 } ?? false
        return [
            "state": .string(isExpired ? "expired" : isEarly ? "too early" : "valid"),
            "from": from.map { .int($0) } ?? .null, "until": until.map { .int($0) } ?? .null,
        ]
    }
}
