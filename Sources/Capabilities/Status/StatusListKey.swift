internal import IPLD

/// Which list: who signs it, and its URI, told apart by its UTF-8 bytes.
struct StatusListKey: Sendable, Hashable {
    let issuer: Principal
    let uri: String

    static func == (left: StatusListKey, right: StatusListKey) -> Bool {
        left.issuer == right.issuer && hasSameBytes(left.uri, right.uri)
    }

    func hash(into hasher: inout Hasher) {
        // A part of the key is enough to tell issuers apart. Texts of the same bytes have the same hash.
        var part: UInt64 = 0
        for byte in issuer.publicKey.prefix(8) { part = part << 8 | UInt64(byte) }
        hasher.combine(part)
        hasher.combine(uri)
    }

    /// The order in which lists stand in a snapshot.
    static func precedes(_ left: StatusListKey, _ right: StatusListKey) -> Bool {
        if left.issuer == right.issuer { return left.uri.utf8.lexicographicallyPrecedes(right.uri.utf8) }
        return left.issuer.publicKey.lexicographicallyPrecedes(right.issuer.publicKey)
    }

    /// Whether two texts have the same UTF-8 bytes: without a branch for each of them, for every check comes here.
    private static func hasSameBytes(_ left: String, _ right: String) -> Bool {
        let (left, right) = (left.utf8Span.span, right.utf8Span.span)
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
