internal import IPLD
internal import Sodium

/// Whose a session is, when it began, and when it was last used. It is stored sealed under the session's token: a reader
/// of the file cannot tell who is logged in, nor since when.
///
/// Source: `docs/spec.md`, "Sessions".
public struct SessionDetails: Sendable, Equatable {
    static let kind = SealedKind("dump/v1/session/details", sizeClasses: [128])

    /// The account.
    public let handle: Handle
    /// When it began, in Unix seconds.
    public let started: Int64
    /// When it was last used, in Unix seconds; a use may be noted late.
    public var used: Int64

    /// Details of a session.
    public init(handle: Handle, started: Int64, used: Int64) {
        self.handle = handle
        self.started = started
        self.used = used
    }

    fileprivate var value: Value {
        ["handle": .string(handle.string), "started": .int(started), "used": .int(used)]
    }

    fileprivate init(_ value: Value) throws(IdentityError) {
        var reader = MapReader(value.mapValue ?? Map())
        do {
            handle = try Handle(reader.string("handle"))
            started = try reader.int("started")
            used = try reader.int("used")
            try reader.finish()
        } catch let error as IPLDError { throw .malformed(error) } catch { throw .invalidHandle }
    }
}

extension SessionToken {
    /// The details, sealed under the token: 168 bytes.
    ///
    /// - Throws: ``IdentityError/crypto(_:)``.
    public borrowing func seal(_ details: SessionDetails) throws(IdentityError) -> [UInt8] {
        try SealedValue.seal(details.value, kind: SessionDetails.kind, key: try detailsKey())
    }

    /// The details that the token sealed.
    ///
    /// - Throws: ``IdentityError/crypto(_:)`` where the token is another, ``IdentityError/malformed(_:)``.
    public borrowing func open(details: [UInt8]) throws(IdentityError) -> SessionDetails {
        try SessionDetails(SealedValue.open(details, kind: SessionDetails.kind, key: try detailsKey()))
    }

    private borrowing func detailsKey() throws(IdentityError) -> SecretBytes {
        do {
            return try Hashing.deriveKey(from: secret, message: Derivation.message(Derivation.sessionDetails))
        } catch { throw .crypto(error) }
    }
}
