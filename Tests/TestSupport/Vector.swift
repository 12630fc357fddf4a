internal import IPLD

/// One vector: inputs, and what comes out of them, or why they are refused.
public struct Vector: Sendable, CustomStringConvertible {
    /// What tells it from the others of its file.
    public let name: String
    /// What is given.
    public let input: VectorFields
    /// What must come out; empty for what is refused.
    public let output: VectorFields
    /// The name of the error, as `docs/spec.md` lists them; empty for what is accepted.
    public let error: String

    /// The name.
    public var description: String { name }

    /// Reads a vector.
    ///
    /// - Throws: ``TestSupportError`` and ``IPLDError`` for what is none.
    init(_ value: Value) throws {
        guard let map = value.mapValue else { throw TestSupportError.missing("vector") }
        var reader = MapReader(map)
        name = try reader.string("name")
        input = VectorFields(try reader.map("input"))
        output = VectorFields(try reader.optionalMap("output") ?? Map())
        error = try reader.optionalString("error") ?? ""
        try reader.finish()
    }
}
