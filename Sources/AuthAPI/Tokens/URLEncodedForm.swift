internal import Hummingbird
internal import IPLD

/// The parameters of a form, none twice. Source: RFC 6749, appendix B; WHATWG URL, "application/x-www-form-urlencoded".
struct URLEncodedForm {
    static let mediaType = "application/x-www-form-urlencoded"
    /// The longest form in bytes: two containers, some characters of which are escaped.
    static let maximumLength = 768 * 1_024
    private static let maximumCount = 32

    private var values: [String: String] = [:]

    /// Reads a form.
    ///
    /// - Throws: ``OAuthError/invalidRequest`` for what is no form, and where a parameter stands twice (RFC 6749,
    ///   section 3.2).
    init(_ bytes: [UInt8]) throws(OAuthError) {
        let parts = bytes.split(separator: UInt8(ascii: "&"))
        guard parts.count <= URLEncodedForm.maximumCount else { throw .invalidRequest }
        for part in parts {
            let name = part.prefix { $0 != UInt8(ascii: "=") }
            let key = try URLEncodedForm.text(name)
            guard values.updateValue(try URLEncodedForm.text(part.dropFirst(name.count + 1)), forKey: key) == nil else {
                throw .invalidRequest
            }
        }
    }

    /// The value of a parameter; one without a value is as good as left out (RFC 6749, section 3.2).
    subscript(name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(OAuthError) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hex), let low = rest.popFirst().flatMap(hex) else {
                    throw .invalidRequest
                }
                decoded.append(high << 4 | low)
            default: decoded.append(byte)
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .invalidRequest }
        return text
    }

    private static func hex(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}

extension Request {
    /// The body as a form.
    ///
    /// - Throws: ``APIError/unsupportedMediaType``, ``APIError/tooLarge(limit:)``, ``OAuthError/invalidRequest``.
    func form() async throws -> URLEncodedForm {
        guard Media.isBody(headers, URLEncodedForm.mediaType) else { throw APIError.unsupportedMediaType }
        return try URLEncodedForm(try await bytes(upTo: URLEncodedForm.maximumLength))
    }
}
