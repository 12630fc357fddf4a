public import DumpIdentity
public import IPLD
public import Sodium

/// What a viewer gives to a component that acts for it: the chain of delegations, and the keys of the fields that were
/// handed on, sealed to the component.
///
/// As a file: DAG-CBOR `{"ctn": container, "prf": CIDs of the delegations, the grant's first, "keys": sealed}`. Source:
/// `docs/spec.md`, "Handover".
public struct Handover: Sendable, Equatable {
    static let kind = SealedKind("dump/v1/handover/keys", sizeClasses: [1_024])
    /// The longest accepted file in bytes.
    public static let maximumLength = 256 * 1024

    /// The delegations, the grant first.
    public let delegations: [Delegation]
    /// The grant.
    public let grant: Grant
    private let sealedKeys: [UInt8]

    /// Delegates some fields of a grant to a component until `expiration`, in Unix seconds, and seals their keys to it.
    ///
    /// - Throws: ``CapabilityError/matchError`` for a field that the grant does not open or a later end than the
    ///   grant's; ``CapabilityError/invalidClaim`` for no field, where the owner forbids handing on, or where
    ///   the key is not the viewer's.
    public init(
        of approval: Answer.Approval, fields: [ProfileField], to component: Principal, expiration: Int64,
        with key: borrowing SigningKey, random: RandomSource = .system
    ) throws(CapabilityError) {
        guard !fields.isEmpty else { throw .invalidClaim }
        let grant = approval.grant
        let holder = try usingIdentity { () throws(IdentityError) in try key.principal() }
        guard grant.allowsHandingOn, holder == grant.viewer else { throw .invalidClaim }
        guard fields.allSatisfy(grant.fields.contains), expiration <= grant.expiration else { throw .matchError }
        let next = try Delegation.sign(
            to: component, subject: grant.owner, command: .profileRead, policy: .fields(fields.map(\.rawValue)),
            expiration: expiration, with: key, random: random)
        let disclosure = try Disclosure(key: approval.key)
        var keys = Map()
        for field in fields {
            keys[field.rawValue] = .bytes(try disclosure.fieldKey(field).bytesForHolder())
        }
        do {
            sealedKeys = try SealedValue.seal(.map(keys), kind: Handover.kind, to: component)
        } catch { throw CapabilityError(error) }
        delegations = [grant.delegation, next]
        self.grant = grant
    }

    /// The file.
    ///
    /// - Throws: ``CapabilityError/malformed``.
    public func encoded() throws(CapabilityError) -> [UInt8] {
        let container = try Container(delegations.map(\.envelope.bytes)).encoded()
        let order: [Value] = delegations.map { .link($0.cid) }
        let value: Value = ["ctn": .bytes(container), "prf": .list(order), "keys": .bytes(sealedKeys)]
        return try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(value) }
    }

    /// Reads a file. The delegations are not verified: the node that executes does that.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/unavailableProof``,
    ///   ``CapabilityError/limitExceeded``.
    public init(decoding bytes: [UInt8]) throws(CapabilityError) {
        guard bytes.count <= Handover.maximumLength else { throw .limitExceeded }
        let value = try readingIPLD { () throws(IPLDError) in try DagCBOR.decode(bytes) }
        guard let map = value.mapValue, map.count == 3, let container = map["ctn"]?.bytesValue,
            let order = map["prf"]?.listValue, let keys = map["keys"]?.bytesValue
        else { throw .malformed }
        let present = try Container(decoding: container).delegations()
        var delegations: [Delegation] = []
        for link in order {
            guard let delegation = present.first(where: { .link($0.cid) == link }) else { throw .unavailableProof }
            delegations.append(delegation)
        }
        guard let root = delegations.first else { throw .malformed }
        self.delegations = delegations
        grant = try Grant(root)
        sealedKeys = keys
    }

    /// Opens a field that was read, as the component.
    ///
    /// - Throws: ``CapabilityError/matchError`` where its key was not handed on; ``CapabilityError/malformed``.
    public func open(
        _ ciphertext: [UInt8], field: ProfileField, with key: borrowing SigningKey
    ) throws(CapabilityError) -> FieldValue? {
        let keys: Value
        do { keys = try SealedValue.open(sealedKeys, kind: Handover.kind, with: key) } catch {
            throw CapabilityError(error)
        }
        guard let bytes = keys.mapValue?[field.rawValue]?.bytesValue else { throw .matchError }
        return try FieldKey(field: field, bytes: bytes).open(ciphertext)
    }
}
