internal import DumpIdentity
internal import IPLD
internal import Sodium

/// What a ``ReplayGuard`` remembers: the names of used invocations, and when each may be forgotten.
struct ReplayMemory: Sendable {
    /// The key of a snapshot.
    static let tag = "dump/replay@1.0.0"
    private static let rowLength = 24

    let capacity: Int
    /// Invocations that expire up to here are refused: they are forgotten, or were never known.
    private(set) var refusedThrough: Int64
    private var used: Set<Name> = []
    private var queue = ExpiryQueue<Name>()

    var count: Int { used.count }

    init(capacity: Int, refusedThrough: Int64) {
        self.capacity = capacity
        self.refusedThrough = refusedThrough
    }

    /// Half a hash of issuer and nonce. Nobody finds another nonce or key with the same half.
    struct Name: Hashable, Sendable {
        let first: UInt64
        let second: UInt64

        init(_ issuer: Principal, nonce: [UInt8]) {
            let hash = Hashing.blake2b(Derivation.message("dump/v1/nonce", context: issuer.publicKey + nonce))
            self.init(hash[...])
        }

        /// The first 16 of these bytes, of which there are as many.
        init(_ bytes: ArraySlice<UInt8>) {
            first = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            second = bytes.dropFirst(8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    mutating func use(_ name: Name, expiration: Int64, at time: Int64) throws(CapabilityError) {
        guard expiration >= time else { throw .expired }
        // A clock that is put back must not make good again what is forgotten now.
        refusedThrough = max(refusedThrough, max(time, 0) - 1)
        while let expired = queue.take(endingBy: refusedThrough) { used.remove(expired) }
        guard expiration > refusedThrough, !used.contains(name) else { throw .replayed }
        guard used.count < capacity else { throw .limitExceeded }
        used.insert(name)
        queue.add(name, end: expiration)
    }

    /// DAG-CBOR `{tag: {"refused": integer, "used": bytes}}`; each row is a name and the end of its validity.
    func encoded() throws(CapabilityError) -> [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity(queue.items.count * ReplayMemory.rowLength)
        for (end, name) in queue.items {
            for word in [name.first, name.second, UInt64(bitPattern: end)] {
                rows += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
            }
        }
        let value: Value = [ReplayMemory.tag: ["refused": .int(refusedThrough), "used": .bytes(rows)]]
        return try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(value) }
    }

    init(restoring snapshot: [UInt8], capacity: Int) throws(CapabilityError) {
        let (time, rows) = try readingIPLD { () throws(IPLDError) in
            var outer = MapReader(try DagCBOR.decode(snapshot).mapValue ?? Map())
            var reader = MapReader(try outer.map(ReplayMemory.tag))
            try outer.finish()
            let fields = (try reader.int("refused"), try reader.bytes("used"))
            try reader.finish()
            return fields
        }
        self.init(capacity: capacity, refusedThrough: time)
        guard rows.count.isMultiple(of: ReplayMemory.rowLength) else { throw .malformed }
        guard rows.count / ReplayMemory.rowLength <= capacity else { throw .limitExceeded }
        for start in stride(from: 0, to: rows.count, by: ReplayMemory.rowLength) {
            let name = Name(rows[start..<start + 16])
            let end = rows[start + 16..<start + ReplayMemory.rowLength].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard used.insert(name).inserted else { throw .malformed }
            queue.add(name, end: Int64(bitPattern: end))
        }
    }
}
