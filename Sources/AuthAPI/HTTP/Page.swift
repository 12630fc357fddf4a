internal import DumpIdentity
internal import Hummingbird
internal import IPLD
internal import Sodium

/// Where something stands in a list: first by number, then by name.
struct PagePlace: Comparable, Sendable {
    let number: UInt64
    /// 32 bytes that no other thing of the list has.
    let name: [UInt8]

    static func < (left: PagePlace, right: PagePlace) -> Bool {
        left.number == right.number ? left.name.lexicographicallyPrecedes(right.name) : left.number < right.number
    }

    /// The place of a named thing, the greatest number first.
    init(descending number: Int64, name: [UInt8]) {
        self.init(number: UInt64.max - UInt64(bitPattern: max(number, 0)), name: name)
    }

    init(number: UInt64, name: [UInt8]) {
        self.number = number
        self.name = name
    }
}

/// The part of a person's list that a request asks for.
///
/// A cursor is the last place of a page, sealed under a key of the person's for that list: it tells nothing to who sees it
/// in a URL, and one that was altered, or is of another list or person, does not open.
struct Page: Sendable {
    /// The most things of one page.
    static let maximumLimit: Int64 = 200
    /// How many there are where nothing is said.
    static let defaultLimit: Int64 = 100

    private static let label = "dump/v1/cursor"
    private static let malformed = APIError.malformed("the cursor is none of this list")

    private let list: String
    private let session: Session
    private let random: RandomSource
    private let limit: Int
    private let after: PagePlace?

    /// What a request asks of the named list, in `cursor` and `limit`.
    ///
    /// - Throws: ``APIError/malformed(_:)``.
    init(_ request: Request, of list: String, session: Session, random: RandomSource) throws {
        self.list = list
        self.session = session
        self.random = random
        limit = Int(try request.number("limit", default: Page.defaultLimit, range: 1...Page.maximumLimit))
        after = try request.uri.queryParameters["cursor"].map { text in
            let key = try Page.key(list, session)
            guard let bytes = try? Base64URL.decode(String(text)),
                let place = try? AEAD.open(bytes, key: key, context: Page.context), place.count == 40
            else { throw Page.malformed }
            return PagePlace(
                number: place.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, name: Array(place.dropFirst(8)))
        }
    }

    /// The page of all things, and the cursor of the next one; `nil` at the end.
    func cut<Item>(_ all: [Item], at place: (Item) throws -> PagePlace) throws -> (items: [Item], next: Value) {
        let placed = try all.map { (place: try place($0), item: $0) }.sorted { $0.place < $1.place }
        let rest = placed.drop { placed in after.map { placed.place <= $0 } ?? false }
        let page = rest.prefix(limit)
        guard rest.count > page.count, let last = page.last else { return (page.map(\.item), .null) }
        return (page.map(\.item), try cursor(last.place))
    }

    /// The page of things that stand in an order in which each has its place by all the others, under names of 32 bytes.
    /// It goes on behind the last one where all up to that one are what they were. Else it begins anew: who goes on must not
    /// miss what has moved to the front.
    func cut<Item>(ordered all: [Item], by name: (Item) -> [UInt8]) throws -> (items: [Item], next: Value) {
        let names = all.map(name)
        var start = 0
        if let after, let last = names.firstIndex(of: after.name), Page.number(of: names[...last]) == after.number {
            start = last + 1
        }
        let page = all[start...].prefix(limit)
        guard page.endIndex < all.endIndex else { return (Array(page), .null) }
        let last = page.endIndex - 1
        return (Array(page), try cursor(PagePlace(number: Page.number(of: names[...last]), name: names[last])))
    }

    /// A number that other names, or the same in another order, do not have.
    private static func number(of names: ArraySlice<[UInt8]>) -> UInt64 {
        Hashing.blake2b(names.flatMap { $0 }).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func cursor(_ place: PagePlace) throws -> Value {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: place.number >> (56 - 8 * $0)) } + place.name
        let cursor = try AEAD.seal(bytes, key: Page.key(list, session), context: Page.context, random: random)
        return .string(Base64URL.encode(cursor))
    }

    private static let context = Derivation.message(label)

    private static func key(_ list: String, _ session: Session) throws -> SecretBytes {
        let keys = try session.root.profileKeys()
        return try Hashing.deriveKey(
            from: keys.state, message: Derivation.message(Page.label, context: Array(list.utf8)))
    }
}

extension Request {
    /// A number of the query.
    ///
    /// - Throws: ``APIError/malformed(_:)`` where it is none, or out of range.
    func number(_ name: String, default value: Int64, range: ClosedRange<Int64>) throws(APIError) -> Int64 {
        guard let text = uri.queryParameters[Substring(name)] else { return value }
        guard let number = Int64(text), range.contains(number) else {
            throw .malformed("\(name) is a number of \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
