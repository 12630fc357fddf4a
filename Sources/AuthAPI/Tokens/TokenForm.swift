internal import Capabilities
internal import IPLD

/// A form that presents a token and an invocation by which the caller shows who it is.
///
/// Both are containers: in a text form of their own, or any other in base64url. Source: RFC 7521, section 4.2;
/// `docs/decisions/0015`.
struct TokenForm {
    /// The one accepted `client_assertion_type`.
    static let assertionType = "urn:dump:client-assertion:ucan"

    /// The token as text.
    let token: String
    /// The caller's invocation.
    let invocation: Invocation
    /// What proves the invocation.
    let proofs: [Delegation]

    /// - Throws: ``OAuthError/invalidRequest`` without a token; ``OAuthError/invalidClient`` without an invocation.
    init(_ form: URLEncodedForm) throws(OAuthError) {
        guard let token = form["token"] else { throw .invalidRequest }
        self.token = token
        guard let type = form["client_assertion_type"], type.utf8.elementsEqual(TokenForm.assertionType.utf8),
            let assertion = form["client_assertion"]
        else { throw .invalidClient }
        do {
            let container = try TokenForm.container(assertion)
            invocation = try container.invocation()
            proofs = try container.delegations()
        } catch { throw .invalidClient }
    }

    /// The delegations of the token, or `nil` where it is none.
    var delegations: [Delegation]? {
        guard let list = try? TokenForm.container(token).delegations(), !list.isEmpty else { return nil }
        return list
    }

    /// A container from text. What begins with the header of a text form is that; in base64url no container does.
    private static func container(_ text: String) throws(CapabilityError) -> Container {
        let bytes = Array(text.utf8)
        switch bytes.first.flatMap({ Container.Encoding(rawValue: $0) }) {
        case .base64, .base64URL, .gzipBase64, .gzipBase64URL: return try Container(decoding: bytes)
        default:
            guard let bytes = try? Base64URL.decode(text) else { throw .malformed }
            return try Container(decoding: bytes)
        }
    }
}
