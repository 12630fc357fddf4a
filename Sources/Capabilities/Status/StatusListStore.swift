internal import Deflate
internal import DumpIdentity
internal import IPLD

/// The lists of ``StatusLists``, without the lock.
struct StatusListStore: Sendable {
    private let maximumCount: Int
    private let maximumBytes: Int
    private var lists: [StatusListKey: HeldStatusList] = [:]
    /// The sizes of all lists together.
    private var bytes = 0
    /// Who follows whom: an issuer that changed its key has its lists under several.
    var successions = Successions()

    init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    var count: Int { lists.count }

    /// What is held of a list: the newest of its issuer and of those that follow it.
    subscript(key: StatusListKey) -> HeldStatusList? { newest(key)?.list }

    /// Holds a verified list together with the revocations of the one before.
    ///
    /// - Throws: ``CapabilityError/statusUnavailable`` for a roll-back; ``CapabilityError/limitExceeded``.
    mutating func accept(_ list: HeldStatusList, _ key: StatusListKey, at time: Int64) throws(CapabilityError) {
        if lists[key]?.token.hasSameBytes(as: list.token) == true { return }
        var next = list
        for held in line(of: key) {
            guard list.mayFollow(held) else { throw .statusUnavailable }
            next.keep(held.revocations)
        }
        try hold(next, key, at: time)
    }

    private mutating func hold(
        _ list: HeldStatusList, _ key: StatusListKey, at time: Int64
    ) throws(CapabilityError) {
        try makeRoom(for: list, key, at: time)
        bytes += list.size - (lists.updateValue(list, forKey: key)?.size ?? 0)
    }

    /// Refuses what is not known to be valid at a time in Unix seconds.
    ///
    /// - Throws: as ``StatusLists/check(_:issuer:at:)``.
    func check(_ index: Int, _ key: StatusListKey, at time: Int64) throws(CapabilityError) {
        if !successions.isEmpty, line(of: key).contains(where: { $0.isRevoked(index) }) { throw .revoked }
        guard let (signer, list) = newest(key) else { throw .statusUnavailable }
        try list.check(index, at: time)
        // Whoever has a former key can sign lists with any end.
        if let end = successions.end(of: signer), time >= end { throw .expired }
    }

    /// The newest list whose signer counts for what names this issuer.
    private func newest(_ key: StatusListKey) -> (signer: Principal, list: HeldStatusList)? {
        if successions.isEmpty { return lists[key].map { (key.issuer, $0) } }
        // Of two of one second, that of the later key: the first of the greatest is taken.
        return successions.chain(from: key.issuer).reversed()
            .compactMap { signer in lists[StatusListKey(issuer: signer, uri: key.uri)].map { (signer, $0) } }
            .max { $0.1.issuedAt < $1.1.issuedAt }
    }

    /// What is held of the same list under any key that the issuer has, had or was said to have.
    private func line(of key: StatusListKey) -> [HeldStatusList] {
        if successions.isEmpty { return lists[key].map { [$0] } ?? [] }
        return successions.line(of: key.issuer).compactMap { lists[StatusListKey(issuer: $0, uri: key.uri)] }
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
    /// `{"lists": [{"iss", "sub", "token", "revoked"}, …]}`, where `revoked` is a zlib stream of one bit for each status;
    /// and `successions` where there are some.
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
        var map = Map()
        map["lists"] = .list(values)
        if !successions.isEmpty { map["successions"] = successions.value }
        return try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(.map(map)) }
    }

    /// Takes over what a snapshot says into an empty store.
    mutating func restore(_ snapshot: [UInt8]) throws(CapabilityError) {
        let value = try readingIPLD { () throws(IPLDError) in try DagCBOR.decode(snapshot) }
        guard let map = value.mapValue, let values = map["lists"]?.listValue else { throw .malformed }
        if let statements = map["successions"] {
            guard let list = statements.listValue, !list.isEmpty else { throw .malformed }
            successions = try usingIdentity { () throws(IdentityError) in try Successions(list) }
        }
        guard map.count == (successions.isEmpty ? 1 : 2) else { throw .malformed }
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
            try hold(list, key, at: .min)
        }
    }
}
