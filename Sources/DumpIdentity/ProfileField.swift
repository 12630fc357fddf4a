internal import IPLD

/// A field of a profile, by its name among the OpenID Connect standard claims.
///
/// Source: OpenID Connect Core 1.0, section 5.1.
public enum ProfileField: String, CaseIterable, Hashable, Sendable {
    case name
    case email
    case phoneNumber = "phone_number"
    case address
    case picture
    case website

    /// A field by its name.
    ///
    /// - Throws: ``IdentityError/unknownField``.
    public init(named name: String) throws(IdentityError) {
        guard let field = ProfileField.allCases.first(where: { $0.rawValue.hasSameBytes(as: name) }) else {
            throw .unknownField
        }
        self = field
    }

    /// A list of names as fields, in the order of this type's cases.
    ///
    /// - Throws: ``IdentityError/unknownField``, ``IdentityError/duplicateField``.
    public static func list(_ names: [String]) throws(IdentityError) -> [ProfileField] {
        var fields: Set<ProfileField> = []
        for name in names {
            guard try fields.insert(ProfileField(named: name)).inserted else { throw .duplicateField }
        }
        return allCases.filter(fields.contains)
    }

    /// All names, for people to read.
    static var allNames: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
