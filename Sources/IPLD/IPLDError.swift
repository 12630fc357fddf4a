/// Why bytes or text were refused, or a value could not be written.
///
/// Positions count bytes from the start of the input (when writing: of the output so far). No case carries input text;
/// field names are those of our own schemas.
public enum IPLDError: Error, Equatable, Sendable {
    /// The input ends inside an item, or a length promises more than there is.
    case truncated(at: Int)
    /// Something follows the one item that was expected.
    case trailingBytes(at: Int)
    /// The item can be read, but this is not its one canonical encoding.
    case notCanonical(at: Int)
    /// The input breaks the grammar of CBOR or JSON.
    case syntax(at: Int)
    /// A CBOR item of indefinite length, or a stray break.
    case indefiniteLength(at: Int)
    /// A map key that is not a string.
    case keyNotString(at: Int)
    /// A map key that should have stood earlier.
    case keysOutOfOrder(at: Int)
    /// A map that has one key twice; in JSON the position is the start of the map.
    case duplicateKey(at: Int)
    /// A float of 16 or 32 bits.
    case floatWidth(at: Int)
    /// NaN, an infinity, or a number too large for a 64-bit float.
    case notFinite(at: Int)
    /// A CBOR tag other than 42.
    case unsupportedTag(at: Int)
    /// A CBOR simple value other than false, true and null.
    case unsupportedSimple(at: Int)
    /// An integer that does not fit 64 bits with a sign.
    case integerOutOfRange(at: Int)
    /// A string that is not UTF-8.
    case invalidUTF8(at: Int)
    /// A JSON escape for one half of a surrogate pair, without the other half.
    case loneSurrogate(at: Int)
    /// A JSON map under the key "/" that is neither a link nor bytes; the position is the start of the map.
    case reservedKey(at: Int)
    /// Not a well-formed CIDv1 in its one accepted encoding.
    case invalidCID
    /// Lists and maps nested deeper than `limit`.
    case tooDeep(limit: Int)
    /// An input, or one token of it, longer than `limit` bytes.
    case tooLarge(limit: Int)
    /// More values than `limit`, keys of maps included.
    case tooManyItems(limit: Int)
    /// Text that is not the one encoding of some bytes in the expected base.
    case invalidBase
    /// Not a did:key of an Ed25519 public key.
    case invalidDID
    /// A public key of the wrong size.
    case invalidPublicKey(count: Int)
    /// A required field is absent, or was read before.
    case missingField(String)
    /// A field holds a value of another kind.
    case wrongKind(field: String)
    /// A map holds this many fields beyond those known.
    case unknownFields(count: Int)
}

extension IPLDError: CustomStringConvertible {
    /// What is wrong, as part of a plain English sentence.
    public var description: String {
        switch self {
        case .truncated(let at): "the data ends too early, at byte \(at)"
        case .trailingBytes(let at): "there is more data than expected, from byte \(at)"
        case .notCanonical(let at): "the data is not written in its one canonical form, at byte \(at)"
        case .syntax(let at): "the data is malformed at byte \(at)"
        case .indefiniteLength(let at): "an item has no definite length, at byte \(at)"
        case .keyNotString(let at): "a map key is not a string, at byte \(at)"
        case .keysOutOfOrder(let at): "map keys are out of order, at byte \(at)"
        case .duplicateKey(let at): "a map has the same key twice, at byte \(at)"
        case .floatWidth(let at): "a float is not 64 bits wide, at byte \(at)"
        case .notFinite(let at): "a number is not finite, at byte \(at)"
        case .unsupportedTag(let at): "a tag is not supported, at byte \(at)"
        case .unsupportedSimple(let at): "a simple value is not supported, at byte \(at)"
        case .integerOutOfRange(let at): "an integer does not fit 64 bits, at byte \(at)"
        case .invalidUTF8(let at): "a string is not valid UTF-8, at byte \(at)"
        case .loneSurrogate(let at): "half of a surrogate pair stands alone, at byte \(at)"
        case .reservedKey(let at): "a map uses the reserved key \"/\" but is neither a link nor bytes, at byte \(at)"
        case .invalidCID: "a content identifier is malformed"
        case .tooDeep(let limit): "lists and maps are nested deeper than \(limit)"
        case .tooLarge(let limit): "the input is longer than \(limit) bytes"
        case .tooManyItems(let limit): "there are more than \(limit) values"
        case .invalidBase: "the text is not canonical in the expected base"
        case .invalidDID: "the identifier is not a did:key of an Ed25519 public key"
        case .invalidPublicKey(let count): "a public key has \(count) bytes instead of 32"
        case .missingField(let name): "the field \"\(name)\" is missing"
        case .wrongKind(let field): "the field \"\(field)\" holds a value of the wrong kind"
        case .unknownFields(let count): "there are \(count) unknown fields"
        }
    }
}
