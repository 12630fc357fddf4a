internal import IPLD

/// What is revoked, and the way on which it was handed on: `{"revoke": link}`, or with `"path": [links]`.
///
/// Source: UCAN revocation specification (first draft), "Arguments". Its schema names the two fields differently, and
/// its text and its example are followed: `docs/spec.md`, "Revocation".
struct RevocationArguments {
    let delegation: CID
    /// The path, the revoked delegation last; empty where none is given.
    let path: [CID]

    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/limitExceeded``, ``CapabilityError/invalidClaim``.
    init(_ delegation: CID, path: [CID]) throws(CapabilityError) {
        guard delegation.isDagCBORSHA256, path.allSatisfy(\.isDagCBORSHA256) else { throw .malformed }
        guard path.count <= DelegationChain.maximumLength else { throw .limitExceeded }
        guard path.isEmpty || path.last == delegation, Set(path).count == path.count else { throw .invalidClaim }
        self.delegation = delegation
        self.path = path
    }

    /// - Throws: as above.
    init(_ arguments: Map) throws(CapabilityError) {
        var reader = MapReader(arguments)
        let (delegation, list) = try readingIPLD { () throws(IPLDError) in
            let fields = (try reader.link("revoke"), try reader.optionalList("path"))
            try reader.finish()
            return fields
        }
        var path: [CID] = []
        for item in list ?? [] {
            guard let link = item.linkValue else { throw .malformed }
            path.append(link)
        }
        // An empty path would be a second form of none.
        guard list?.isEmpty != true else { throw .malformed }
        try self.init(delegation, path: path)
    }

    var map: Map {
        var map = Map()
        map["revoke"] = .link(delegation)
        if !path.isEmpty { map["path"] = .list(path.map { .link($0) }) }
        return map
    }
}
