import Capabilities
import DumpIdentity
import IPLD
import TestSupport
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

    @Test(arguments: try VectorFile.read("container.json", "opens"))
    func `a container in another encoding or order reads as its tokens`(vector: Vector) throws {
        let container = try Container(decoding: vector.input.bytes("bytes"))
        #expect(try Set(container.tokens) == Set(vector.output.byteStrings("tokens")))
    }

    @Test(arguments: try VectorFile.read("container.json", "refused"))
    func `a container of another form is refused`(vector: Vector) throws {
        let bytes = try vector.input.bytes("bytes")
        #expect(vectorRefusal { _ = try Container(decoding: bytes) } == vector.error)
    }

    static func build(_ input: VectorFields) throws -> VectorFields {
        let encoding: Container.Encoding =
            switch input.has("encoding") ? try input.text("encoding") : "" {
            case "base64": .base64
            case "base64url": .base64URL
            default: .bytes
            }
        let bytes = try Container(input.byteStrings("tokens")).encoded(encoding)
        return VectorFields(["bytes": .hex(bytes)])
    }
}
