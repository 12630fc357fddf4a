internal import IPLD

/// The feeds of ``LiveRevocations``, without the lock.
struct FeedStates: Sendable {
    /// What is held of one node's feed.
    struct Feed: Sendable {
        /// All that it told.
        var names: Set<RevocationName> = []
        /// Up to where it was heard without a gap.
        var position: FeedPosition?
        /// The snapshot that is being read, and which of its pieces came.
        var pending: (position: FeedPosition, pieces: Int, seen: Set<Int>)?
        /// When it was last heard, in Unix seconds; `nil` where it is lost.
        var heard: Int64?
        /// When it was last heard, lost or not.
        var lastHeard: Int64?
    }

    /// How many seconds a sign of life may be ahead of the clock, or behind it.
    static let clockTolerance: Int64 = 60

    let capacity: Int
    /// Signed revocations, which came by other ways.
    var known = KnownRevocations()
    private(set) var feeds: [Principal: Feed] = [:]
    /// How many names all feeds have together.
    private(set) var count = 0
    /// Whether a revocation had no room.
    private(set) var isFull = false

    init(capacity: Int) { self.capacity = capacity }

    /// - Throws: as ``LiveRevocations/accept(_:at:)``.
    mutating func accept(_ statement: RevocationStatement, at time: Int64) throws(CapabilityError) {
        let (node, position) = (statement.issuer, statement.position)
        switch statement.content {
        case .revoked(let names):
            insert(names, from: node)
            guard let held = feeds[node]?.position, held.epoch == position.epoch else { throw missed(node) }
            if position.sequence <= held.sequence { return }
            guard position.sequence == held.sequence + 1 else { throw missed(node) }
            feeds[node]?.position = position
        case .snapshot(let names, let piece, let pieces):
            insert(names, from: node)
            take(piece, of: pieces, at: position, from: node)
        case .alive(let said):
            guard said - time <= FeedStates.clockTolerance else { throw lost(node, .tooEarly) }
            guard time - said <= FeedStates.clockTolerance + RevocationStatement.timeStep else {
                throw lost(node, .expired)
            }
            guard feeds[node]?.position == position else { throw missed(node) }
            let heard = max(feeds[node]?.heard ?? time, time)
            feeds[node]?.heard = heard
            feeds[node]?.lastHeard = heard
        }
    }

    private mutating func take(_ piece: Int, of pieces: Int, at position: FeedPosition, from node: Principal) {
        var feed = feeds.removeValue(forKey: node) ?? Feed()
        defer { feeds[node] = feed }
        if let held = feed.position, held.epoch == position.epoch, held.sequence >= position.sequence { return }
        if feed.pending?.position != position || feed.pending?.pieces != pieces {
            feed.pending = (position, pieces, [])
        }
        feed.pending?.seen.insert(piece)
        guard feed.pending?.seen.count == pieces else { return }
        feed.position = position
        feed.pending = nil
    }

    private mutating func insert(_ names: [RevocationName], from node: Principal) {
        var feed = feeds.removeValue(forKey: node) ?? Feed()
        defer { feeds[node] = feed }
        for name in names where !feed.names.contains(name) {
            // What does not fit cannot be forgotten in silence: from then on no feed is relied on, and the lists decide.
            guard count + known.count < capacity else {
                isFull = true
                return
            }
            feed.names.insert(name)
            count += 1
        }
    }

    mutating func add(_ revocation: Revocation) {
        guard count + known.count < capacity else {
            isFull = true
            return
        }
        known.insert(revocation.delegation, by: revocation.revoker)
    }

    mutating func lose(_ node: Principal) {
        feeds[node]?.heard = nil
        feeds[node]?.pending = nil
    }

    /// A gap: where the feed was left means nothing any more, and it has to begin with a snapshot.
    private mutating func missed(_ node: Principal) -> CapabilityError {
        feeds[node]?.position = nil
        return lost(node, .statusUnavailable)
    }

    private mutating func lost(_ node: Principal, _ error: CapabilityError) -> CapabilityError {
        lose(node)
        return error
    }

    func revokes(_ chain: DelegationChain, told nodes: Set<Principal>) -> Bool {
        if chain.isRevoked(by: known) { return true }
        let told = nodes.compactMap { feeds[$0]?.names }.filter { !$0.isEmpty }
        guard !told.isEmpty else { return false }
        return chain.isRevoked { delegation, revoker in
            guard let name = RevocationName(delegation, by: revoker) else { return false }
            return told.contains { $0.contains(name) }
        }
    }
}

// MARK: Snapshots

extension FeedStates {
    /// `{"feeds": [{"iss", "ids", "epoch", "seq"}, …]}`, in the order of public keys; `ids` are all names in their order,
    /// one after another; `epoch` and `seq` are null where the feed has to begin anew.
    static func snapshot(_ feeds: [Principal: Feed]) throws(CapabilityError) -> [UInt8] {
        let sorted = feeds.sorted { $0.key.publicKey.lexicographicallyPrecedes($1.key.publicKey) }
        let values: [Value] = sorted.map { node, feed in
            [
                "iss": .string(node.did), "ids": .bytes(feed.names.sorted().flatMap(\.bytes)),
                "epoch": feed.position.map { .bytes($0.epoch) } ?? .null,
                "seq": feed.position.map { .int($0.sequence) } ?? .null,
            ]
        }
        return try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(["feeds": .list(values)]) }
    }

    init(restoring snapshot: [UInt8], capacity: Int) throws(CapabilityError) {
        self.init(capacity: capacity)
        let value = try readingIPLD { () throws(IPLDError) in try DagCBOR.decode(snapshot) }
        guard let map = value.mapValue, map.count == 1, let list = map["feeds"]?.listValue else { throw .malformed }
        for item in list {
            guard let map = item.mapValue else { throw .malformed }
            var reader = MapReader(map)
            let (node, bytes, epoch, sequence) = try readingIPLD { () throws(IPLDError) in
                let fields = (
                    try Principal(did: reader.string("iss")), try reader.bytes("ids"),
                    try reader.nullableBytes("epoch"), try reader.nullableInt("seq")
                )
                try reader.finish()
                return fields
            }
            guard feeds[node] == nil, bytes.count % RevocationName.length == 0,
                (epoch == nil) == (sequence == nil)
            else { throw .malformed }
            var feed = Feed()
            for start in stride(from: 0, to: bytes.count, by: RevocationName.length) {
                feed.names.insert(try RevocationName(bytes: bytes[start..<start + RevocationName.length]))
            }
            if let epoch, let sequence { feed.position = try FeedPosition(epoch: epoch, sequence: sequence) }
            count += feed.names.count
            guard count <= capacity else { throw .limitExceeded }
            feeds[node] = feed
        }
    }
}
