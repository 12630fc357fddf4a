public import DumpIdentity
public import IPLD
public import Sodium

/// A grant: the delegation with which a pseudonym lets a viewer read profile fields. Read, not verified.
///
/// `iss = sub =` pseudonym, `aud =` viewer, `cmd = /profile/read`, a policy on `.fields`, an expiry, and in `meta` an
/// opaque disclosure id, the home node, and the status claim. Nothing in it names the profile.
/// Source: `docs/spec.md`, "Grant".
public struct Grant: Sendable, Equatable {
    /// The longest time a grant may last, in seconds: 400 days.
    public static let maximumDuration: Int64 = 400 * Day.seconds

    /// The delegation.
    public let delegation: Delegation
    /// The fields that its policy lets pass when they are asked for one by one.
    public let fields: [ProfileField]
    /// The last second at which it is valid, in Unix seconds.
    public let expiration: Int64
    /// Opaque: 32 random bytes from which the node finds the disclosed fields.
    public let disclosure: [UInt8]
    /// Where the fields are read.
    public let home: NodeAddress
    /// The node there, which signs the status list.
    public let node: Principal
    /// Where it is told whether the grant was revoked.
    public let status: StatusReference
    /// Whether the viewer may hand a narrower right on.
    public let allowsHandingOn: Bool
    /// The last second at which a field may be read, in Unix seconds, for those that end before the grant.
    public let ends: [ProfileField: Int64]

    /// The pseudonym that granted it.
    public var owner: Principal { delegation.issuer }
    /// The viewer that it was granted to.
    public var viewer: Principal { delegation.audience }
    /// The name of the grant.
    public var cid: CID { delegation.cid }

    /// Reads a delegation as a grant.
    ///
    /// - Throws: ``CapabilityError/invalidClaim`` where it is a delegation for something else;
    ///   ``CapabilityError/malformed`` where `meta` is not as it should be.
    public init(_ delegation: Delegation) throws(CapabilityError) {
        guard delegation.command == .profileRead, delegation.subject == delegation.issuer,
            let expiration = delegation.expiration, let meta = delegation.meta
        else { throw .invalidClaim }
        var reader = MapReader(meta)
        let claims = try readingIPLD { () throws(IPLDError) in
            let claims = (
                disclosure: try reader.bytes("disclosure"), home: try reader.string("home"),
                node: try Principal(did: reader.string("node")), status: try reader.map("status"),
                handOn: try reader.optionalBool("hand_on"), until: try reader.optionalMap("until")
            )
            try reader.finish()
            return claims
        }
        guard claims.disclosure.count == Disclosure.identifierLength else { throw .malformed }
        self.delegation = delegation
        self.expiration = expiration
        disclosure = claims.disclosure
        home = try usingIdentity { () throws(IdentityError) in try NodeAddress(claims.home) }
        node = claims.node
        status = try Grant.status(claims.status)
        allowsHandingOn = claims.handOn ?? true
        fields = try ProfileField.allowed(by: [delegation.policy])
        ends = try claims.until.map { map throws(CapabilityError) in try Grant.ends(map) } ?? [:]
    }

    /// Those of some fields that have not ended at a time in Unix seconds.
    public func open(_ fields: [ProfileField], at time: Int64) -> [ProfileField] {
        fields.filter { field in ends[field].map { time <= $0 } ?? true }
    }

    /// What a grant says beside whom it is for.
    public struct Terms: Sendable {
        /// The fields that may be read.
        public let fields: [ProfileField]
        /// The last second of validity, in Unix seconds.
        public let expiration: Int64
        /// The id of the disclosure.
        public let disclosure: [UInt8]
        /// Where the fields are read.
        public let home: NodeAddress
        /// The node there.
        public let node: Principal
        /// Where the status stands.
        public let status: StatusReference
        /// Whether the viewer may hand a narrower right on.
        public let allowsHandingOn: Bool
        /// The last second at which a field may be read, in Unix seconds, for those that end before the grant.
        public let ends: [ProfileField: Int64]

        /// Terms of a grant.
        public init(
            fields: [ProfileField], expiration: Int64, disclosure: [UInt8], home: NodeAddress, node: Principal,
            status: StatusReference, allowsHandingOn: Bool, ends: [ProfileField: Int64] = [:]
        ) {
            self.fields = fields
            self.expiration = expiration
            self.disclosure = disclosure
            self.home = home
            self.node = node
            self.status = status
            self.allowsHandingOn = allowsHandingOn
            self.ends = ends
        }
    }

    /// Signs a grant as the pseudonym.
    ///
    /// - Throws: ``CapabilityError/invalidClaim`` for a grant of nothing, or where a field ends that is not granted or not
    ///   before the grant, or all do; ``CapabilityError/malformed``.
    public static func sign(
        _ terms: Terms, to viewer: Principal, with keys: borrowing PseudonymKeys, random: RandomSource = .system
    ) throws(CapabilityError) -> Grant {
        guard !terms.fields.isEmpty, terms.fields.contains(where: { terms.ends[$0] == nil }),
            terms.ends.allSatisfy({ terms.fields.contains($0.key) && $0.value < terms.expiration })
        else { throw .invalidClaim }
        guard terms.disclosure.count == Disclosure.identifierLength, terms.status.isReadable else { throw .malformed }
        guard let meta = Map(canonical: terms.claims) else { throw .malformed }
        let delegation = try Delegation.sign(
            to: viewer, subject: keys.principal, command: .profileRead,
            policy: .fields(terms.fields.map(\.rawValue)), meta: meta, expiration: terms.expiration,
            with: keys.signing, random: random)
        return Grant(delegation, terms)
    }

    private init(_ delegation: Delegation, _ terms: Terms) {
        self.delegation = delegation
        // As they are read from the policy: in the order of all fields, none twice.
        fields = ProfileField.allCases.filter(terms.fields.contains)
        expiration = terms.expiration
        disclosure = terms.disclosure
        home = terms.home
        node = terms.node
        status = terms.status
        allowsHandingOn = terms.allowsHandingOn
        ends = terms.ends
    }

    /// At least one field, each of them known, with a time of 53 bits.
    private static func ends(_ claim: Map) throws(CapabilityError) -> [ProfileField: Int64] {
        guard claim.count > 0 else { throw .malformed }
        var ends: [ProfileField: Int64] = [:]
        for entry in claim.entries {
            guard let time = entry.value.intValue, (0...(1 << 53 - 1)).contains(time) else { throw .malformed }
            ends[try usingIdentity { () throws(IdentityError) in try ProfileField(named: entry.key) }] = time
        }
        return ends
    }

    private static func status(_ claim: Map) throws(CapabilityError) -> StatusReference {
        guard claim.count == 1, let list = claim["status_list"]?.mapValue, list.count == 2,
            let index = list["idx"]?.intValue, let uri = list["uri"]?.stringValue
        else { throw .malformed }
        let status = StatusReference(index: Int(index), uri: uri)
        guard status.isReadable else { throw .malformed }
        return status
    }
}

extension Grant.Terms {
    /// What stands in `meta`, in canonical order.
    fileprivate var claims: [Map.Entry] {
        let status: Value = ["status_list": ["idx": .int(Int64(status.index)), "uri": .string(status.uri)]]
        var claims = [
            Map.Entry(key: "home", value: .string(home.string)), Map.Entry(key: "node", value: .string(node.did)),
        ]
        if !ends.isEmpty {
            var until = Map()
            for (field, time) in ends { until[field.rawValue] = .int(time) }
            claims.append(Map.Entry(key: "until", value: .map(until)))
        }
        claims.append(Map.Entry(key: "status", value: status))
        if !allowsHandingOn { claims.append(Map.Entry(key: "hand_on", value: false)) }
        claims.append(Map.Entry(key: "disclosure", value: .bytes(disclosure)))
        return claims
    }
}

extension StatusReference {
    /// Whether a grant may carry it: the index lies within the largest list, and the URI has at most 512 bytes.
    fileprivate var isReadable: Bool { (0..<StatusList.maximumLength * 8).contains(index) && uri.utf8.count <= 512 }
}

extension ProfileField {
    /// The fields that all of the policies let pass when asked for one by one.
    static func allowed(by policies: [Policy]) throws(CapabilityError) -> [ProfileField] {
        var fields: [ProfileField] = []
        for field in ProfileField.allCases {
            let arguments: Value = ["fields": [.string(field.rawValue)]]
            do {
                var isAllowed = true
                for policy in policies where isAllowed { isAllowed = try policy.allows(arguments) }
                if isAllowed { fields.append(field) }
            } catch { throw .limitExceeded }
        }
        return fields
    }
}
