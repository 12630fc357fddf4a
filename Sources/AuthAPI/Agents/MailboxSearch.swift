internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// Finds what waits for the pseudonyms of one person.
///
/// Nothing in the file says whose a waiting thing is. What came since the node started is known to it; all else is tried
/// with the pseudonym's own key, once after each start of the node. Source: `docs/spec.md`, "What waits".
struct MailboxSearch {
    let node: Node
    private var allRequests: [StoredItem]?
    private var allReceipts: [StoredItem]?

    init(node: Node) { self.node = node }

    /// The requests that wait for a pseudonym.
    mutating func requests(of keys: borrowing PseudonymKeys) async throws -> [StoredItem] {
        let pseudonym = keys.principal
        if let known = try await node.pseudonyms.requests(of: pseudonym) { return known }
        if allRequests == nil { allRequests = try await node.pseudonyms.allRequests() }
        let found = try MailboxSearch.sealed(to: keys, among: allRequests ?? [])
        node.pseudonyms.note(requests: found.map(\.identifier), of: pseudonym)
        // Again, with what has come meanwhile.
        return try await node.pseudonyms.requests(of: pseudonym) ?? found
    }

    /// The receipts of a pseudonym that its owner has not seen.
    mutating func newReceipts(of keys: borrowing PseudonymKeys) async throws -> [StoredItem] {
        if let known = try await node.pseudonyms.newReceipts(of: keys.principal) { return known }
        if allReceipts == nil { allReceipts = try await node.pseudonyms.allNewReceipts() }
        return try MailboxSearch.sealed(to: keys, among: allReceipts ?? [])
    }

    private static func sealed(to keys: borrowing PseudonymKeys, among items: [StoredItem]) throws -> [StoredItem] {
        let opening = try keys.signing.openingKey()
        var found: [StoredItem] = []
        for item in items where (try? opening.open(sealed: item.sealed)) != nil { found.append(item) }
        return found
    }
}
