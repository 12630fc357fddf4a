internal import Capabilities
internal import IPLD
internal import PseudonymStore

/// The one way to end grants on a node: what is committed is told in the feed before it is acknowledged.
extension Node {
    /// Revokes a grant.
    ///
    /// - Throws: as ``PseudonymDatabase/revoke(_:)``; then nothing is stored or told.
    func revoke(_ change: RevocationChange) async throws(StoreError) {
        try await pseudonyms.revoke(change)
        tell([change.revocation])
    }

    /// Revokes several grants, and gives those of which nothing was stored; they are not told.
    ///
    /// - Throws: as ``PseudonymDatabase/revoke(_:)``; then nothing is stored or told.
    func revoke(_ changes: [RevocationChange]) async throws(StoreError) -> [CID] {
        let refused = try await pseudonyms.revoke(changes)
        let left = Set(refused)
        tell(changes.map(\.revocation).filter { !left.contains($0.delegation) })
        return refused
    }

    /// Stores a revocation of what was handed on under a grant, whose place this is.
    ///
    /// - Throws: as ``PseudonymDatabase/add(_:under:)``; then nothing is stored or told.
    func add(_ revocation: Revocation, under place: StatusPlace) async throws(StoreError) {
        try await pseudonyms.add(revocation, under: place)
        tell([revocation])
    }

    /// Ends pseudonyms, whose grants are revoked.
    ///
    /// - Throws: as ``PseudonymDatabase/remove(_:)``; then nothing is stored or told.
    func remove(_ ends: [PseudonymEnd]) async throws(StoreError) {
        try await pseudonyms.remove(ends)
        tell(ends.flatMap(\.revocations).map(\.revocation))
    }

    /// Takes a grant back from its viewer, and gives whether its owner was told.
    ///
    /// - Throws: as ``PseudonymDatabase/giveBack(_:now:)``; then nothing is stored or told.
    func giveBack(_ change: GivingBack, now: Int64) async throws(StoreError) -> Bool {
        let isOwnerTold = try await pseudonyms.giveBack(change, now: now)
        feed.publish([change.name], with: key)
        return isOwnerTold
    }

    private func tell(_ revocations: [Revocation]) {
        feed.publish(revocations.map { RevocationName($0) }, with: key)
    }
}
