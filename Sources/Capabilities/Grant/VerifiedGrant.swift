public import DumpIdentity

/// A grant that was verified, perhaps handed on. Only ``GrantVerifier`` makes one.
public struct VerifiedGrant: Sendable {
    /// The grant at the root.
    public let grant: Grant
    /// The whole chain.
    public let chain: DelegationChain
    /// The fields that every policy of the chain lets pass, and that had not ended when it was verified.
    public let fields: [ProfileField]
    /// The last second at which the whole chain is valid and all of the fields are open, in Unix seconds: what is kept of
    /// it has to be verified anew behind that.
    public let expiration: Int64
    /// Whether the holder proved that it has its key.
    public let isHolderProven: Bool
    /// When the node said what the verifier knows of revocations, in Unix seconds: the later of its feed's last sign of
    /// life and of its status list. The difference to now is how stale the answer may be.
    public let statusTime: Int64

    init(
        grant: Grant, chain: DelegationChain, fields: [ProfileField], isHolderProven: Bool, statusTime: Int64
    ) {
        self.grant = grant
        self.chain = chain
        self.fields = fields
        let ends = chain.delegations.compactMap(\.expiration) + fields.compactMap { grant.ends[$0] }
        expiration = ends.min() ?? grant.expiration
        self.isHolderProven = isHolderProven
        self.statusTime = statusTime
    }
}
