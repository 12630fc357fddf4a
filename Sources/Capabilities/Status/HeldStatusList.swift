/// What a verifier holds of one status list: when its newest token was signed, and every status ever seen revoked.
///
/// Source: Token Status List, "Expiration and Caching"; `docs/spec.md`, "What a verifier holds".
public struct HeldStatusList: Sendable, Equatable {
    /// When the newest token was signed, in Unix seconds.
    public let issuedAt: Int64
    /// The first second at which it may not be relied on any more, in Unix seconds.
    public let expiration: Int64
    /// How many seconds after it was signed a fresh one should be fetched.
    public let timeToLive: Int64
    /// How many statuses it has.
    public let count: Int
    /// The newest token.
    let token: String
    /// One bit for each status that was ever seen to be another than valid; longer than `count` where lists shrank.
    private(set) var revocations: [UInt8]

    /// What is held of a list of which nothing was held before.
    init(_ token: StatusListToken, text: String) {
        issuedAt = token.issuedAt
        expiration = token.expiration
        timeToLive = token.timeToLive
        count = token.list.count
        self.token = text
        revocations = token.list.revocations
    }

    /// How many seconds ago the newest token was signed; below 0 where the issuer's clock is ahead.
    public func age(at time: Int64) -> Int64 {
        // The issuer may have written any number.
        let (age, overflow) = time.subtractingReportingOverflow(issuedAt)
        return overflow ? (time < issuedAt ? .min : .max) : age
    }

    /// Whether its time to live has passed, counted from when it was signed: a fresh one should be fetched.
    public func isDue(at time: Int64) -> Bool { age(at: time) >= timeToLive }
}

extension HeldStatusList {
    /// Roughly how much memory it takes, in bytes.
    var size: Int { token.utf8.count + revocations.count }

    /// Refuses an index that was ever revoked, or of which the list says nothing at this time.
    func check(_ index: Int, at time: Int64) throws(CapabilityError) {
        guard index >= 0 else { throw .statusUnavailable }
        // First of all, and for ever: neither time nor a shorter list undoes a revocation.
        if isRevoked(index) { throw .revoked }
        try StatusListToken.checkTime(time, issuedAt: issuedAt, expiration: expiration)
        guard index < count else { throw .statusUnavailable }
    }

    /// Whether an index was ever revoked.
    func isRevoked(_ index: Int) -> Bool {
        guard index >= 0, index / 8 < revocations.count else { return false }
        return revocations[index / 8] & UInt8(1) << UInt8(index % 8) != 0
    }

    /// Whether this list, newly verified, may take the place of the one that is held.
    func mayFollow(_ held: HeldStatusList) -> Bool {
        if issuedAt != held.issuedAt { return issuedAt > held.issuedAt }
        // Two lists of one second: the one that revokes more is the newer.
        return count >= held.count && covers(held.revocations)
    }

    /// Adds revocations that were seen earlier.
    mutating func keep(_ earlier: [UInt8]) {
        if earlier.count > revocations.count {
            revocations += repeatElement(0, count: earlier.count - revocations.count)
        }
        for place in earlier.indices where earlier[place] != 0 { revocations[place] |= earlier[place] }
    }

    private func covers(_ earlier: [UInt8]) -> Bool {
        earlier.indices.allSatisfy { place in
            let known = place < revocations.count ? revocations[place] : 0
            return earlier[place] & ~known == 0
        }
    }
}
