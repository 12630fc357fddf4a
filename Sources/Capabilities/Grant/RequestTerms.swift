public import DumpIdentity
public import IPLD

/// What a viewer asks of an owner; it travels sealed to the owner's pseudonym. Source: `docs/spec.md`, "Request".
public struct RequestTerms: Sendable, Equatable {
    /// The longest purpose in bytes.
    public static let maximumPurposeLength = 500
    /// The longest message in bytes.
    public static let maximumMessageLength = 1_000
    /// For how long a request waits where nothing else is said, in seconds: 30 days.
    public static let defaultWait: Int64 = 30 * Day.seconds
    /// The longest time that a request waits, in seconds: 90 days.
    public static let maximumWait: Int64 = 90 * Day.seconds

    /// The fields asked for.
    public let fields: [ProfileField]
    /// Why, in the viewer's words.
    public let purpose: String
    /// For how long, in seconds.
    public let duration: Int64
    /// The object that gave rise to it.
    public let object: CID
    /// What else the viewer has to say to the owner.
    public let message: String?
    /// What the viewer shows of itself.
    public let inReturn: InReturn
    /// How long it waits for an answer, in seconds, counted from the end of its invocation.
    public let wait: Int64
    /// The grant that it asks to renew.
    public let renews: CID?

    /// Terms of a request.
    ///
    /// - Throws: ``CapabilityError/invalidClaim`` for no field, an empty or too long purpose or message, a duration outside
    ///   1 second to 400 days, a wait outside 1 second to 90 days.
    public init(
        fields: [ProfileField], purpose: String, duration: Int64, object: CID, message: String? = nil,
        inReturn: InReturn = .nothing, wait: Int64 = RequestTerms.defaultWait, renews: CID? = nil
    ) throws(CapabilityError) {
        guard !fields.isEmpty, (1...RequestTerms.maximumPurposeLength).contains(purpose.utf8.count),
            message.map({ (1...RequestTerms.maximumMessageLength).contains($0.utf8.count) }) ?? true,
            (1...Grant.maximumDuration).contains(duration), (1...RequestTerms.maximumWait).contains(wait)
        else { throw .invalidClaim }
        self.fields = ProfileField.allCases.filter(fields.contains)
        self.purpose = purpose
        self.duration = duration
        self.object = object
        self.message = message
        self.inReturn = inReturn
        self.wait = wait
        self.renews = renews
    }

    /// The terms as IPLD.
    public var value: Value {
        var map = Map()
        map["fields"] = .list(fields.map { .string($0.rawValue) })
        map["purpose"] = .string(purpose)
        map["duration"] = .int(duration)
        map["object"] = .link(object)
        map["message"] = message.map { .string($0) }
        map["in_return"] = inReturn.value
        map["wait"] = .int(wait)
        map["renews"] = renews.map { .link($0) }
        return .map(map)
    }

    /// Reads terms. Those of earlier versions have the first four fields alone.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/invalidClaim``.
    public init(_ value: Value) throws(CapabilityError) {
        guard let map = value.mapValue else { throw .malformed }
        var reader = MapReader(map)
        let parts = try readingIPLD { () throws(IPLDError) in
            let parts = (
                fields: try reader.list("fields"), purpose: try reader.string("purpose"),
                duration: try reader.int("duration"), object: try reader.link("object"),
                message: try reader.optionalString("message"), inReturn: try reader.optionalMap("in_return"),
                wait: try reader.optionalInt("wait"), renews: try reader.optionalLink("renews")
            )
            try reader.finish()
            return parts
        }
        try self.init(
            fields: try ProfileField.list(values: parts.fields), purpose: parts.purpose, duration: parts.duration,
            object: parts.object, message: parts.message,
            inReturn: parts.inReturn.map { map throws(CapabilityError) in try InReturn(map) } ?? .nothing,
            wait: parts.wait ?? RequestTerms.defaultWait, renews: parts.renews)
    }
}

/// What a viewer shows of itself with a request.
public enum InReturn: Sendable, Equatable {
    /// Nothing.
    case nothing
    /// What the owner's own records say of the viewer's pseudonym: the viewer points to it, and cannot add to it.
    case history
    /// A grant on fields of the viewer's own profile. It is made when the owner has approved, and not before.
    case grant(Offer)

    /// What the viewer's grant will open.
    public struct Offer: Sendable, Equatable {
        /// The fields.
        public let fields: [ProfileField]
        /// For how long, in seconds, from when the grant is made.
        public let duration: Int64
        /// Where the grant is fetched, and the fields are read: the viewer's node.
        public let home: NodeAddress

        /// An offer.
        ///
        /// - Throws: ``CapabilityError/invalidClaim`` for no field, or a duration outside 1 second to 400 days.
        public init(fields: [ProfileField], duration: Int64, home: NodeAddress) throws(CapabilityError) {
            guard !fields.isEmpty, (1...Grant.maximumDuration).contains(duration) else { throw .invalidClaim }
            self.fields = ProfileField.allCases.filter(fields.contains)
            self.duration = duration
            self.home = home
        }
    }

    /// What may be shown, by name.
    public enum Kind: String, Sendable {
        case nothing
        case history
        case grant
    }

    /// Which of them it is.
    public var kind: Kind {
        switch self {
        case .nothing: .nothing
        case .history: .history
        case .grant: .grant
        }
    }

    /// What is offered, where a grant is.
    public var offer: Offer? { if case .grant(let offer) = self { offer } else { nil } }

    /// As it stands in terms; `nil` for nothing.
    var value: Value? {
        switch self {
        case .nothing: nil
        case .history: ["kind": .string(kind.rawValue)]
        case .grant(let offer):
            [
                "kind": .string(kind.rawValue), "fields": .list(offer.fields.map { .string($0.rawValue) }),
                "duration": .int(offer.duration), "home": .string(offer.home.string),
            ]
        }
    }

    init(_ map: Map) throws(CapabilityError) {
        var reader = MapReader(map)
        let kind = try readingIPLD { () throws(IPLDError) in try reader.string("kind") }
        switch Kind(rawValue: kind) {
        case .history:
            try readingIPLD { () throws(IPLDError) in try reader.finish() }
            self = .history
        case .grant:
            let parts = try readingIPLD { () throws(IPLDError) in
                let parts = (
                    fields: try reader.list("fields"), duration: try reader.int("duration"),
                    home: try reader.string("home")
                )
                try reader.finish()
                return parts
            }
            self = .grant(
                try Offer(
                    fields: try ProfileField.list(values: parts.fields), duration: parts.duration,
                    home: try usingIdentity { () throws(IdentityError) in try NodeAddress(parts.home) }))
        case .nothing, nil: throw .malformed
        }
    }
}

extension ProfileField {
    /// Reads a list of names of fields.
    ///
    /// - Throws: ``CapabilityError/malformed`` for what is none, or stands twice.
    static func list(values: [Value]) throws(CapabilityError) -> [ProfileField] {
        let names = values.compactMap(\.stringValue)
        guard names.count == values.count else { throw .malformed }
        return try usingIdentity { () throws(IdentityError) in try ProfileField.list(names) }
    }
}
