internal import DumpIdentity
internal import IPLD
internal import Synchronization

/// Which principals the peers are, as their nodes said on first contact. A node that changed its key goes on serving what
/// is addressed to a former one; where one refuses, it is asked anew.
final class PeerNames: Sendable {
    private let names = Mutex<[NodeAddress: Principal]>([:])

    /// The principal that a peer is; it is asked where that is not known.
    ///
    /// - Throws: ``PeerError``; ``APIError/unreachable`` for an answer that is none.
    func name(of peer: NodeAddress, client: PeerClient) async throws -> Principal {
        if let known = names.withLock({ $0[peer] }) { return known }
        let response = try await client.send("GET", "/.well-known/dump", at: peer, accept: Media.cbor)
        guard response.status == 200, let text = try DagCBOR.decode(response.body).mapValue?["node"]?.stringValue else {
            throw APIError.unreachable
        }
        let name = try Principal(did: text)
        names.withLock { $0[peer] = name }
        return name
    }

    /// Forgets who a peer is.
    func forget(_ peer: NodeAddress) { names.withLock { _ = $0.removeValue(forKey: peer) } }
}
