public import IPLD

/// What one profile field holds: text, or a picture.
public enum FieldValue: Sendable, Equatable {
    /// At most 1,000 bytes of text without control characters.
    case text(String)
    /// An image file of at most 256 KiB.
    case picture(Picture)

    /// The longest text, in bytes of UTF-8.
    public static let maximumTextLength = 1_000

    /// The value as IPLD: a string, or `{"type": media type, "data": bytes}`.
    public var value: Value {
        switch self {
        case .text(let text): .string(text)
        case .picture(let picture): ["type": .string(picture.mediaType), "data": .bytes(picture.data)]
        }
    }

    /// Reads the value of a field.
    ///
    /// - Throws: ``IdentityError/invalidValue(field:reason:)``, ``IdentityError/tooLarge(what:limit:)``.
    public init(_ value: Value, for field: ProfileField) throws(IdentityError) {
        switch (field, value) {
        case (.picture, .map(let map)):
            guard let data = map["data"]?.bytesValue, let type = map["type"]?.stringValue, map.count == 2 else {
                throw .invalidValue(field: field, reason: "a picture has a type and data")
            }
            let picture = try Picture(data)
            guard picture.mediaType.hasSameBytes(as: type) else {
                throw .invalidValue(field: field, reason: "the picture is not of the type that it states")
            }
            self = .picture(picture)
        case (.picture, .bytes(let data)): self = .picture(try Picture(data))
        case (.picture, _): throw .invalidValue(field: field, reason: "not an image")
        case (_, .string(let text)):
            try FieldValue.check(text, for: field)
            self = .text(text)
        default: throw .invalidValue(field: field, reason: "not text")
        }
    }

    private static func check(_ text: String, for field: ProfileField) throws(IdentityError) {
        guard text.utf8.count <= maximumTextLength else {
            throw .invalidValue(field: field, reason: "longer than \(maximumTextLength) bytes")
        }
        guard !text.isEmpty else { throw .invalidValue(field: field, reason: "empty; remove the field instead") }
        // A postal address has lines; nothing else has control characters.
        let allowed: Set<Unicode.Scalar> = field == .address ? ["\n"] : []
        let isClean = text.unicodeScalars.allSatisfy {
            allowed.contains($0) || $0.properties.generalCategory != .control
        }
        guard isClean else { throw .invalidValue(field: field, reason: "holds control characters") }
        switch field {
        case .email:
            let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
            let hasSpace = text.unicodeScalars.contains { $0.properties.isWhitespace }
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !hasSpace else {
                throw .invalidValue(field: field, reason: "not an e-mail address")
            }
        case .website:
            guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
                throw .invalidValue(field: field, reason: "not an http or https address")
            }
        case .phoneNumber:
            let isNumber = text.utf8.allSatisfy { $0.isDigit || "+-() ./".utf8.contains($0) }
            guard isNumber, text.utf8.contains(where: \.isDigit) else {
                throw .invalidValue(field: field, reason: "not a telephone number")
            }
        case .name, .address, .picture: break
        }
    }
}

/// An image file, told by its first bytes.
public struct Picture: Sendable, Equatable {
    /// The largest file in bytes: 256 KiB.
    public static let maximumLength = 256 * 1024

    /// The file.
    public let data: [UInt8]
    /// Its media type: `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    public let mediaType: String

    /// Takes an image file.
    ///
    /// - Throws: ``IdentityError/invalidValue(field:reason:)`` where it is too large or no image of these types.
    public init(_ data: [UInt8]) throws(IdentityError) {
        guard data.count <= Picture.maximumLength else {
            throw .invalidValue(field: .picture, reason: "larger than 256 KiB")
        }
        guard let mediaType = Picture.mediaType(of: data) else {
            throw .invalidValue(field: .picture, reason: "not a PNG, JPEG, GIF or WebP image")
        }
        self.data = data
        self.mediaType = mediaType
    }

    private static func mediaType(of data: [UInt8]) -> String? {
        if data.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return "image/png" }
        if data.starts(with: [0xff, 0xd8, 0xff]) { return "image/jpeg" }
        if data.starts(with: "GIF87a".utf8) || data.starts(with: "GIF89a".utf8) { return "image/gif" }
        if data.starts(with: "RIFF".utf8), data.dropFirst(8).starts(with: "WEBP".utf8) { return "image/webp" }
        return nil
    }
}

/// A person's profile: some of the six fields.
public struct Profile: Sendable, Equatable {
    /// The fields that are set.
    public private(set) var fields: [ProfileField: FieldValue]

    /// A profile of these fields.
    public init(_ fields: [ProfileField: FieldValue] = [:]) { self.fields = fields }

    /// The value of a field; setting `nil` removes it.
    public subscript(field: ProfileField) -> FieldValue? {
        get { fields[field] }
        set { fields[field] = newValue }
    }

    /// The profile as a map from field names to values.
    public var value: Value {
        var map = Map()
        for (field, value) in fields { map[field.rawValue] = value.value }
        return .map(map)
    }

    /// Reads a profile.
    ///
    /// - Throws: ``IdentityError/unknownField``, ``IdentityError/invalidValue(field:reason:)``.
    public init(_ map: Map) throws(IdentityError) {
        fields = [:]
        for entry in map.entries {
            let field = try ProfileField(named: entry.key)
            fields[field] = try FieldValue(entry.value, for: field)
        }
    }
}
