import Capabilities
import DumpIdentity
import IPLD
import Testing

/// `docs/vectors/container.json`.
struct ContainerVectorTests {
    @Test(arguments: try VectorFile.read("container.json", "cases"))
    func `a container follows from its tokens`(vector: Vector) throws {
        #expect(try Self.build(vector.input) == vector.output)
    }

    @Test(arguments: try VectorFile.read("container.json", "cases"))
    func `a container holds its tokens`(vector: Vector) throws {
        let container = try Container(decoding: vector.output.bytes("bytes"))
        #expect(try Set(container.tokens) == Set(vector.input.byteStrings("tokens")))
    }

    @Test(arguments: try VectorFile.read("container.json", "refused"))
    func `a container of another form is refused`(vector: Vector) throws {
        let bytes = try vector.input.bytes("bytes")
        #expect(vectorRefusal { _ = try Container(decoding: bytes) } == vector.error)
    }

    static func build(_ input: VectorFields) throws -> VectorFields {
        VectorFields(["bytes": VectorHex.value(try Container(input.byteStrings("tokens")).encoded())])
    }
}
