internal import DumpIdentity
public import IPLD

/// How a component checks that who presents a grant has the holder's key: by an invocation under the grant that is
/// addressed to the component, and used once.
///
/// Source: UCAN 1.0 invocation specification; `docs/spec.md`, "Verifying a grant".
public struct HolderCheck: Sendable {
    /// How far in the future the invocation may expire, in seconds.
    public static let maximumLifetime: Int64 = 600

    /// The component: the invocation must name it as its audience, or it could be one made for someone else.
    public let executor: Principal
    /// Remembers what was presented before.
    public let replays: ReplayGuard

    /// A check for one component.
    public init(executor: Principal, replays: ReplayGuard) {
        self.executor = executor
        self.replays = replays
    }

    /// Verifies the invocation and gives the chain that it names.
    func verify(
        _ invocation: Invocation, in container: Container, at time: Int64, cache: DelegationCache?
    ) throws(CapabilityError) -> DelegationChain {
        let verifier = InvocationVerifier(
            executor: executor, maximumLifetime: HolderCheck.maximumLifetime, cache: cache)
        // What the holder does for itself, such as a request, says nothing about a grant.
        let verified = try verifier.verify(
            invocation, in: container, at: time, revocations: KnownRevocations())
        guard let chain = verified.chain else { throw .invalidClaim }
        return chain
    }

    /// Uses the invocation up.
    func use(_ invocation: Invocation, at time: Int64) throws(CapabilityError) {
        try replays.use(invocation, at: time)
    }
}
