public import IPLD

extension ModuleObject {
    /// The only key of the body of an object with which a pseudonym vouches for the one before it.
    public static let successionKey = "succeeds"

    /// The body of such an object.
    public static func body(vouchingBy succession: Succession) -> Map {
        var body = Map()
        body[successionKey] = .bytes(succession.bytes)
        return body
    }

    /// The succession that the object holds, checked; `nil` where its body is none, whatever else it is.
    ///
    /// It says that the object's issuer follows another pseudonym, by the word of both. Who shows a statement about
    /// others says nothing with it. Source: `docs/spec.md`, "Module object".
    ///
    /// - Throws: ``IdentityError/malformed(_:)`` also where the statement is not of the object's issuer as the next;
    ///   ``IdentityError/invalidSignature``, and what reading a succession throws.
    public func succession() throws(IdentityError) -> Succession? {
        guard body.entries.count == 1, let bytes = body[ModuleObject.successionKey]?.bytesValue else { return nil }
        let succession = try Succession(verifying: bytes)
        guard succession.next == issuer else { throw .malformed(.wrongKind(field: ModuleObject.successionKey)) }
        return succession
    }
}
