public import DumpIdentity
public import IPLD
public import Sodium

/// The inputs or the outputs of a vector.
///
/// What is read from them throws ``TestSupportError/missing(_:)`` where it is not there or of another kind.
public struct VectorFields: Sendable, Equatable {
    /// All of them, by name.
    public let map: Map

    /// The fields of a map.
    public init(_ map: Map) { self.map = map }

    /// The fields of a value that is a map; none for any other.
    public init(_ value: Value) { map = value.mapValue ?? Map() }

    /// Whether there is such a field.
    public func has(_ key: String) -> Bool { map[key] != nil }

    /// A field, whatever it is.
    public func value(_ key: String) throws(TestSupportError) -> Value { try required(map[key], key) }

    /// A text.
    public func text(_ key: String) throws(TestSupportError) -> String { try required(map[key]?.stringValue, key) }

    /// An integer.
    public func int(_ key: String) throws(TestSupportError) -> Int64 { try required(map[key]?.intValue, key) }

    /// A list.
    public func list(_ key: String) throws(TestSupportError) -> [Value] { try required(map[key]?.listValue, key) }

    /// A list of texts.
    public func texts(_ key: String) throws -> [String] {
        try list(key).map { try required($0.stringValue, key) }
    }

    /// Bytes.
    ///
    /// - Throws: also ``TestSupportError/notHexadecimal`` for bytes in any but their one form.
    public func bytes(_ key: String) throws(TestSupportError) -> [UInt8] { try bytes(of: text(key)) }

    /// A list of bytes.
    ///
    /// - Throws: also ``TestSupportError/notHexadecimal`` for bytes in any but their one form.
    public func byteStrings(_ key: String) throws -> [[UInt8]] { try texts(key).map { try bytes(of: $0) } }

    /// A principal.
    ///
    /// - Throws: also what reading it throws.
    public func principal(_ key: String) throws -> Principal { try Principal(did: text(key)) }

    /// Bytes as a secret.
    ///
    /// - Throws: also what making a secret throws.
    public func secret(_ key: String) throws -> SecretBytes { try .test(bytes(key)) }

    /// The root key of `root`.
    ///
    /// - Throws: also what making a key throws.
    public func root() throws -> RootKey { try RootKey(secret("root")) }

    /// The key pair of a seed.
    ///
    /// - Throws: also what making a key throws.
    public func signingKey(_ key: String = "seed") throws -> SigningKey { try SigningKey(seed: secret(key)) }

    /// The pseudonym of `root`, `module` and `index`.
    ///
    /// - Throws: also what making a key throws.
    public func pseudonym() throws -> PseudonymKeys {
        try root().pseudonymKeys(module: ModuleID(text("module")), index: UInt64(int("index")))
    }

    private func required<Field>(_ field: Field?, _ key: String) throws(TestSupportError) -> Field {
        guard let field else { throw .missing(key) }
        return field
    }

    /// Lower case and without white space: the vectors write bytes in one form only.
    private func bytes(of text: String) throws(TestSupportError) -> [UInt8] {
        let bytes = try hex(text)
        guard hexText(bytes) == text else { throw .notHexadecimal }
        return bytes
    }
}
