internal import Deflate
internal import IPLD

/// The lists of ``StatusLists``, without the lock.
struct StatusListStore: Sendable {
    private let maximumCount: Int
    private let maximumBytes: Int
    private var lists: [StatusListKey: HeldStatusList] = [:]
    /// The sizes of all lists together.
    private var bytes = 0

    init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    var count: Int { lists.count }

    subscript(key: StatusListKey) -> HeldStatusList? { lists[key] }

    /// Holds a verified list together with the revocations of the one before.
    ///
    /// - Throws: ``CapabilityError/statusUnavailable`` for a roll-back; ``CapabilityError/limitExceeded``.
    mutating func accept(_ list: HeldStatusList, _ key: StatusListKey, at time: Int64) throws(CapabilityError) {
        var next = list
        if let held = lists[key] {
            if held.token.hasSameBytes(as: list.token) { return }
            guard list.mayFollow(held) else { throw .statusUnavailable }
            next.keep(held.revocations)
        }
        try makeRoom(for: next, key, at: time)
        bytes += next.size - (lists.updateValue(next, forKey: key)?.size ?? 0)
    }

    /// Forgets as few lists as are needed, those that expired first, and none that is valid.
    private mutating func makeRoom(
        for list: HeldStatusList, _ key: StatusListKey, at time: Int64
    ) throws(CapabilityError) {
        let held = lists[key]
        var excessCount = lists.count + (held == nil ? 1 : 0) - maximumCount
        var excessBytes = bytes - (held?.size ?? 0) + list.size - maximumBytes
        guard excessCount > 0 || excessBytes > 0 else { return }
        var forgotten: [StatusListKey] = []
        let expired = lists.filter { $0.key != key && $0.value.expiration <= time }
        for (other, list) in expired.sorted(by: { $0.value.expiration < $1.value.expiration }) {
            forgotten.append(other)
            excessCount -= 1
            excessBytes -= list.size
            if excessCount <= 0, excessBytes <= 0 { break }
        }
        guard excessCount <= 0, excessBytes <= 0 else { throw .limitExceeded }
        for other in forgotten { bytes -= lists.removeValue(forKey: other)?.size ?? 0 }
    }
}

// MARK: Snapshots

extension StatusListStore {
    /// `{"lists": [{"iss", "sub", "token", "revoked"}, …]}`, where `revoked` is a zlib stream of one bit for each status.
    func snapshot() throws(CapabilityError) -> [UInt8] {
        var values: [Value] = []
        for (key, list) in lists.sorted(by: { StatusListKey.precedes($0.key, $1.key) }) {
            let revoked: [UInt8]
            do { revoked = try Deflate.compress(list.revocations, format: .zlib) } catch { throw .limitExceeded }
            values.append([
                "iss": .string(key.issuer.did), "sub": .string(key.uri), "token": .string(list.token),
                "revoked": .bytes(revoked),
            ])
        }
        let value: Value = ["lists": .list(values)]
        return try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(value) }
    }

    /// Takes over what a snapshot says into an empty store.
    mutating func restore(_ snapshot: [UInt8]) throws(CapabilityError) {
        let value = try readingIPLD { () throws(IPLDError) in try DagCBOR.decode(snapshot) }
        guard let map = value.mapValue, map.count == 1, let values = map["lists"]?.listValue else {
            throw .malformed
        }
        for value in values {
            guard let map = value.mapValue, map.count == 4, let issuer = map["iss"]?.stringValue,
                let uri = map["sub"]?.stringValue, let text = map["token"]?.stringValue,
                let revoked = map["revoked"]?.bytesValue
            else { throw .malformed }
            let principal = try readingIPLD { () throws(IPLDError) in try Principal(did: issuer) }
            let key = StatusListKey(issuer: principal, uri: uri)
            guard lists[key] == nil else { throw .malformed }
            let token = try StatusListToken(verifyingAtNoTime: text, issuer: principal, uri: uri)
            var list = HeldStatusList(token, text: text)
            do {
                list.keep(try Deflate.decompress(revoked, format: .zlib, limit: StatusList.maximumLength))
            } catch { throw CapabilityError(error) }
            // At the beginning of time nothing has expired, and nothing makes room.
            try accept(list, key, at: .min)
        }
    }
}
