internal import Capabilities
internal import Deflate
internal import IPLD
internal import Sodium
internal import Synchronization

/// The node's status lists as they are served: signed once, and kept until a status changes or half of the time to live is
/// over. Source: Token Status List, "Caching"; RFC 9110, section 8.8.3.
final class SignedStatusLists: Sendable {
    /// How long a list may be relied on, in seconds.
    static let lifetime: Int64 = 3_600
    /// After how long a fresh one should be fetched, in seconds.
    static let timeToLive: Int64 = 60

    /// A signed list.
    struct Entry: Sendable {
        /// The token.
        let text: [UInt8]
        /// The token compressed with gzip.
        let compressed: [UInt8]
        /// A hash of the token, in base64url: what an entity tag is made of.
        let hash: String
        fileprivate let statuses: StatusList
        fileprivate let signed: Int64

        /// The entity tag of a form: each has its own, because the bytes differ (RFC 9110, section 8.8.3.3).
        func tag(isCompressed: Bool) -> String { "\"\(hash)\(isCompressed ? "-gzip" : "")\"" }
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// The list of that name with these statuses, at a time in Unix seconds. The statuses are compared, so that nothing is
    /// served that lacks a revocation which was acknowledged before.
    ///
    /// - Throws: ``CapabilityError``, ``DeflateError`` where there is no memory.
    func entry(
        _ name: String, statuses: StatusList, uri: String, issuer: Principal, at time: Int64,
        with key: borrowing SigningKey
    ) throws -> Entry {
        if let kept = entries.withLock({ $0[name] }), kept.statuses == statuses,
            (kept.signed..<kept.signed + SignedStatusLists.timeToLive / 2).contains(time)
        {
            return kept
        }
        let token = StatusListToken(
            uri: uri, issuer: issuer, issuedAt: time, expiration: time + SignedStatusLists.lifetime,
            timeToLive: SignedStatusLists.timeToLive, list: statuses)
        let text = Array(try token.signed(with: key).utf8)
        let entry = Entry(
            text: text, compressed: try Deflate.compress(text, format: .gzip),
            hash: Base64URL.encode(Hashing.blake2b(text).prefix(16)), statuses: statuses, signed: time)
        entries.withLock { $0[name] = entry }
        return entry
    }
}
