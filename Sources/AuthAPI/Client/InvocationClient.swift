public import Capabilities
public import DumpIdentity
public import IPLD
public import Sodium

/// Sends invocations to other nodes, for viewers and components alike.
public struct InvocationClient: Sendable {
    /// How long an invocation is valid, in seconds: enough for clocks that differ by some minutes.
    public static let lifetime: Int64 = 300

    private let client: PeerClient
    private let clock: @Sendable () -> Int64
    private let random: RandomSource

    /// A client; `clock` gives Unix seconds.
    public init(client: PeerClient, random: RandomSource = .system, clock: @escaping @Sendable () -> Int64) {
        self.client = client
        self.random = random
        self.clock = clock
    }

    /// The time at which an invocation made now expires.
    public var expiration: Int64 { clock() + InvocationClient.lifetime }

    /// Sends an invocation with its proofs, and gives what the node answered, for which `wait` seconds more are taken.
    ///
    /// - Throws: ``APIError/unreachable``; ``APIError/refused`` where the node did not accept it.
    public func send(
        _ invocation: Invocation, proofs: [Delegation], to node: NodeAddress, wait: Int64 = 0
    ) async throws(APIError) -> Map {
        let response: PeerResponse
        do {
            response = try await exchange(invocation, proofs: proofs, with: node, wait: wait)
        } catch {
            switch error {
            case is CapabilityError: throw .failed
            // Who named the address is not told why it is none: what stands where is not theirs to find out.
            case PeerError.unreachable, PeerError.addressRefused: throw .unreachable
            default: throw .unanswered
            }
        }
        switch response.status {
        case 200..<300:
            guard let map = (try? DagCBOR.decode(response.body))?.mapValue else { throw .unanswered }
            return map
        // Nothing was done, for now.
        case 429, 503: throw .busy
        case 400..<500: throw .refused
        default: throw .unanswered
        }
    }

    /// Sends an invocation with its proofs, and gives the answer as it came, for which `wait` seconds more are taken.
    ///
    /// - Throws: ``PeerError``; ``CapabilityError`` where the container cannot be made.
    func exchange(
        _ invocation: Invocation, proofs: [Delegation], with node: NodeAddress, wait: Int64 = 0
    ) async throws -> PeerResponse {
        let container = try Container([invocation.envelope.bytes] + proofs.map(\.envelope.bytes)).encoded()
        return try await client.send(
            "POST", "/v1/invocations", at: node, body: (container, Media.container), accept: Media.cbor,
            wait: wait)
    }

    /// Reads fields with a chain of delegations, as its holder: the ciphertext of each field.
    ///
    /// - Throws: ``APIError/unreachable``, ``APIError/refused``.
    public func read(
        _ fields: [ProfileField], chain: [Delegation], grant: Grant, with key: borrowing SigningKey
    ) async throws(APIError) -> [ProfileField: [UInt8]] {
        let invocation: Invocation
        do {
            invocation = try Invocation.sign(
                .profileRead, on: grant.owner, arguments: ReadArguments(fields).map, proofs: chain.map(\.cid),
                nonce: random.bytes(16), expiration: expiration, with: key)
        } catch { throw .failed }
        let answer = try await send(invocation, proofs: chain, to: grant.home)
        guard let map = answer["fields"]?.mapValue, map.count == fields.count else { throw .unreachable }
        var ciphertexts: [ProfileField: [UInt8]] = [:]
        for field in fields {
            guard let bytes = map[field.rawValue]?.bytesValue else { throw .unreachable }
            ciphertexts[field] = bytes
        }
        return ciphertexts
    }

    /// Revokes the last delegation of a chain, the grant's first, at the owner's node, as one who issued a delegation of it.
    /// May be repeated.
    ///
    /// - Throws: ``APIError/unreachable``, ``APIError/unanswered``, ``APIError/refused``.
    public func revoke(_ chain: [Delegation], grant: Grant, with key: borrowing SigningKey) async throws(APIError) {
        guard let last = chain.last else { throw .refused }
        let revocation: Revocation
        do {
            revocation = try Revocation.sign(last.cid, path: chain.map(\.cid), with: key)
        } catch { throw .failed }
        _ = try await send(revocation.invocation, proofs: chain, to: grant.home)
    }

    /// Gives a grant back at its home, as its viewer. May be repeated.
    ///
    /// - Throws: ``APIError/unreachable``, ``APIError/unanswered``, ``APIError/refused``.
    public func giveBack(_ grant: Grant, with key: borrowing SigningKey) async throws(APIError) {
        let invocation: Invocation
        do {
            var arguments = Map()
            arguments["grant"] = .link(grant.cid)
            invocation = try Invocation.sign(
                .profileReturn, on: try key.principal(), audience: grant.owner, arguments: arguments,
                nonce: random.bytes(16), expiration: expiration, with: key)
        } catch { throw .failed }
        _ = try await send(invocation, proofs: [grant.delegation], to: grant.home)
    }

    /// Acts on a request as its viewer: asks for its answer, for which the node may wait so many seconds, or takes it back.
    ///
    /// - Throws: ``APIError/unreachable``, ``APIError/refused``.
    public func act(
        _ command: Command, on request: CID, owner: Principal, at node: NodeAddress, wait: Int64 = 0,
        with key: borrowing SigningKey
    ) async throws(APIError) -> Map {
        let invocation: Invocation
        do {
            var arguments = Map()
            arguments["request"] = .link(request)
            if wait > 0 { arguments["wait"] = .int(wait) }
            invocation = try Invocation.sign(
                command, on: try key.principal(), audience: owner, arguments: arguments,
                nonce: random.bytes(16), expiration: expiration, with: key)
        } catch { throw .failed }
        return try await send(invocation, proofs: [], to: node, wait: wait)
    }
}
