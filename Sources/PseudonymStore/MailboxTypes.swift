public import Capabilities
internal import DumpIdentity
public import IPLD
internal import Sodium

/// How a request is known in the database: by a hash of its CID, and with a tag that only its viewer's key and the CID
/// together give. Neither tells a reader of the file who asked.
public struct RequestName: Sendable, Equatable {
    /// The length of a viewer's tag in bytes.
    static let tagLength = 32

    /// The primary key, 32 bytes.
    public let identifier: [UInt8]
    /// What the viewer's later invocations must match, 32 bytes.
    public let viewerTag: [UInt8]

    /// The name of a viewer's request.
    public init(request: CID, viewer: Principal) {
        identifier = RequestName.identifier(of: request)
        viewerTag = Hashing.blake2b(
            Derivation.message("dump/v1/request/viewer", context: request.digest + viewer.publicKey))
    }

    /// The primary key of a request, whoever asked.
    public static func identifier(of request: CID) -> [UInt8] {
        Hashing.blake2b(Derivation.message("dump/v1/request/id", context: request.digest))
    }
}

/// An invocation's nonce as it is remembered until the invocation expires: by a hash, so that it names nobody.
public struct UsedNonce: Sendable, Equatable {
    /// The primary key, 32 bytes.
    public let identifier: [UInt8]
    /// The end of the hour in which the invocation expires, in Unix seconds.
    public let keptUntil: Int64

    /// The nonce of an invocation that expires.
    public init(_ invocation: Invocation, expiration: Int64) {
        identifier = Hashing.blake2b(
            Derivation.message("dump/v1/nonce", context: invocation.issuer.publicKey + invocation.nonce))
        keptUntil = (expiration / 3_600 + 1) * 3_600
    }
}

/// A sealed thing under a name.
public struct StoredItem: Sendable, Equatable {
    /// The name.
    public let identifier: [UInt8]
    /// The ciphertext.
    public let sealed: [UInt8]

    /// An item to be stored.
    public init(identifier: [UInt8], sealed: [UInt8]) {
        self.identifier = identifier
        self.sealed = sealed
    }
}

/// What a pseudonym keeps for itself: sealed records on a shelf whose name only its storage key gives.
public struct StoredRecord: Sendable, Equatable {
    /// The record's name.
    public let identifier: [UInt8]
    /// The shelf's name.
    public let shelf: [UInt8]
    /// The ciphertext.
    public let sealed: [UInt8]

    /// A record to be stored.
    public init(identifier: [UInt8], shelf: [UInt8], sealed: [UInt8]) {
        self.identifier = identifier
        self.shelf = shelf
        self.sealed = sealed
    }
}

/// An owner's decision on a request, to be stored in one piece.
public struct Decision: Sendable {
    /// Who was asked.
    public let pseudonym: Principal
    /// The name of the request.
    public let request: [UInt8]
    /// The answer, sealed to the viewer; `nil` where the owner does not tell.
    public let answer: [UInt8]?
    /// What the owner keeps of it.
    public let record: StoredRecord
    /// The disclosed fields, by slot; none where the request was denied.
    public let fields: [StoredItem]
    /// Further records that are stored with it.
    public let further: [StoredRecord]

    /// A decision.
    public init(
        pseudonym: Principal, request: [UInt8], answer: [UInt8]?, record: StoredRecord, fields: [StoredItem],
        further: [StoredRecord] = []
    ) {
        self.further = further
        self.pseudonym = pseudonym
        self.request = request
        self.answer = answer
        self.record = record
        self.fields = fields
    }
}

/// Where the status of a grant stands.
public struct StatusPlace: Sendable, Equatable {
    /// The list.
    public let list: String
    /// The index in the list.
    public let index: Int
    /// What was claimed for the index when it was allocated: it shows that the grant is of this node.
    public let claim: [UInt8]

    /// A place.
    public init(list: String, index: Int, claim: [UInt8]) {
        self.list = list
        self.index = index
        self.claim = claim
    }
}

/// What the revocation of a grant changes, to be stored in one piece.
public struct RevocationChange: Sendable {
    /// The signed revocation.
    public let revocation: Revocation
    /// The slots of the disclosure, which are destroyed.
    public let slots: [[UInt8]]
    /// Where the status stands.
    public let place: StatusPlace
    /// The owner's record, as it is after the revocation; `nil` where the owner's storage key is not at hand.
    public let record: StoredRecord?

    /// A change.
    public init(revocation: Revocation, slots: [[UInt8]], place: StatusPlace, record: StoredRecord?) {
        self.revocation = revocation
        self.slots = slots
        self.place = place
        self.record = record
    }
}

/// A request that its owner does not want.
public struct DroppedRequest: Sendable, Equatable {
    /// Who was asked.
    public let pseudonym: Principal
    /// The request's name.
    public let identifier: [UInt8]

    /// A request to be dropped.
    public init(pseudonym: Principal, identifier: [UInt8]) {
        self.pseudonym = pseudonym
        self.identifier = identifier
    }
}

/// What is destroyed when a pseudonym ends, all of it in one piece.
public struct PseudonymEnd: Sendable {
    /// The pseudonym; its mailbox goes.
    public let pseudonym: Principal
    /// The names of the requests that wait for it.
    public let requests: [[UInt8]]
    /// The names of the receipts that its owner has not seen.
    public let receipts: [[UInt8]]
    /// The shelf of those that its owner has seen.
    public let receiptShelf: [UInt8]
    /// The revocations of its live grants, which are stored.
    public let revocations: [RevocationChange]
    /// The names of the requests that it answered; the answers go.
    public let answers: [[UInt8]]
    /// Its shelves, whose records go.
    public let shelves: [[UInt8]]

    /// An end.
    public init(
        pseudonym: Principal, requests: [[UInt8]], receipts: [[UInt8]], receiptShelf: [UInt8],
        revocations: [RevocationChange], answers: [[UInt8]], shelves: [[UInt8]]
    ) {
        self.pseudonym = pseudonym
        self.requests = requests
        self.receipts = receipts
        self.receiptShelf = receiptShelf
        self.revocations = revocations
        self.answers = answers
        self.shelves = shelves
    }
}
