public import IPLD

/// The successions that someone knows, and who is followed by whom according to them.
///
/// In doubt nobody follows: where a principal has two successors, neither counts, and from a principal whose line runs
/// in a circle or further than ``maximumChain`` nobody does. Source: `docs/spec.md`, "Succession".
public struct Successions: Sendable, Equatable {
    /// How many successors in a row count.
    public static let maximumChain = 16
    /// How many statements are held at most.
    public static let maximumCount = 1_024

    /// What each principal that is followed said, one statement for each that it named.
    private var statements: [Principal: [Principal: Succession]] = [:]
    /// Whom each principal said that it follows.
    private var formers: [Principal: Set<Principal>] = [:]
    /// How many statements there are.
    public private(set) var count = 0

    /// Knows nothing.
    public init() {}

    /// Whether there are no statements.
    public var isEmpty: Bool { count == 0 }

    /// All statements, in the order of the public keys of the former and then of the next.
    public var all: [Succession] {
        statements.values.flatMap(\.values).sorted {
            ($0.former.publicKey + $0.next.publicKey).lexicographicallyPrecedes($1.former.publicKey + $1.next.publicKey)
        }
    }

    /// Learns a statement. Of two with the same names, that of the earlier day is kept.
    ///
    /// - Throws: ``IdentityError/malformed(_:)`` where there is no room.
    public mutating func insert(_ statement: Succession) throws(IdentityError) {
        if let known = statements[statement.former]?[statement.next] {
            if statement.day < known.day { statements[statement.former]?[statement.next] = statement }
            return
        }
        guard count < Successions.maximumCount else {
            throw .malformed(.tooManyItems(limit: Successions.maximumCount))
        }
        statements[statement.former, default: [:]][statement.next] = statement
        formers[statement.next, default: []].insert(statement.former)
        count += 1
    }

    // MARK: What follows from them

    /// A principal and those that follow it, in order: whose word counts for what names the first. The principal alone
    /// where nobody follows, or where in doubt.
    public func chain(from principal: Principal) -> [Principal] {
        var chain = [principal]
        while let next = statements[chain[chain.count - 1]], next.count == 1, let (successor, _) = next.first {
            guard chain.count <= Successions.maximumChain, !chain.contains(successor) else { return [principal] }
            chain.append(successor)
        }
        return chain
    }

    /// All that any statements connect with a principal, itself included, whether or not they count: what was said by
    /// any of them against something is not forgotten because of a doubt.
    public func line(of principal: Principal) -> Set<Principal> {
        var (line, ahead): (Set<Principal>, [Principal]) = ([principal], [principal])
        while let next = ahead.popLast() {
            let neighbours = (statements[next].map { Array($0.keys) } ?? []) + Array(formers[next] ?? [])
            for neighbour in neighbours where line.insert(neighbour).inserted { ahead.append(neighbour) }
        }
        return line
    }

    /// The first second at which the word of a principal that is followed does not count any more, in Unix seconds: the
    /// end of the day after the change. `nil` for a principal that nobody claims to follow.
    public func end(of principal: Principal) -> Int64? {
        // Whatever counts among several: the earliest says since when the key may be in other hands.
        statements[principal]?.values.map(\.day).min().map { $0 + 2 * Day.seconds }
    }
}

// MARK: Files

extension Successions {
    /// The longest file in bytes.
    public static let maximumLength = 1 << 20

    /// Reads a file of statements, and checks every signature.
    ///
    /// - Throws: ``IdentityError/tooLarge(what:limit:)``, ``IdentityError/malformed(_:)``, and what reading one throws.
    public init(decoding bytes: [UInt8]) throws(IdentityError) {
        guard bytes.count <= Successions.maximumLength else {
            throw .tooLarge(what: "a file of successions", limit: Successions.maximumLength)
        }
        let list = try readingIPLD { () throws(IPLDError) in
            let limit = Successions.maximumCount
            guard try DagCBOR.itemCount(bytes, limit: limit + 1) <= limit + 1 else { throw .tooManyItems(limit: limit) }
            guard let list = try DagCBOR.decode(bytes).listValue else { throw .syntax(at: 0) }
            return list
        }
        try self.init(list)
    }

    /// Reads statements from a list of byte strings.
    ///
    /// - Throws: as ``init(decoding:)``.
    public init(_ list: [Value]) throws(IdentityError) {
        self.init()
        for value in list {
            guard let bytes = value.bytesValue else { throw .malformed(.syntax(at: 0)) }
            try insert(try Succession(verifying: bytes))
        }
    }

    /// The statements as a list of byte strings.
    public var value: Value { .list(all.map { .bytes($0.bytes) }) }

    /// A file of the statements: DAG-CBOR of ``value``.
    ///
    /// - Throws: ``IdentityError/malformed(_:)``, which no statements cause.
    public func encoded() throws(IdentityError) -> [UInt8] {
        try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(value) }
    }
}
