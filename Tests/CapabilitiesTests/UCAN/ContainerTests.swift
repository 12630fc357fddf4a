import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

struct ContainerTests {
    private func container(_ value: Value, header: UInt8 = 0x40) throws -> [UInt8] {
        try [header] + DagCBOR.encode(value)
    }

    @Test(arguments: [[], [[1]], [[1], [2, 3]], [[], [0]]] as [[[UInt8]]])
    func `tokens come back`(tokens: [[UInt8]]) throws {
        #expect(try Container(decoding: Container(tokens).encoded()).tokens == tokens)
    }

    @Test func `tokens are written in bytewise order, and none twice`() throws {
        let tokens: [[UInt8]] = [[2], [1, 0], [1], [2], [0xff], [], [1, 0]]
        let written = try Container(tokens).encoded()
        #expect(try Container(decoding: written).tokens == [[], [1], [1, 0], [2], [0xff]])
    }

    @Test func `the same tokens in any order are the same container`() throws {
        #expect(try Container([[1], [2], [3]]).encoded() == Container([[3], [1], [2], [1]]).encoded())
    }

    @Test func `a container has the published form`() throws {
        let bytes: [UInt8] = [0x40, 0xa1, 0x66, 0x63, 0x74, 0x6e, 0x2d, 0x76, 0x31, 0x81, 0x41, 0x07]
        #expect(try Container([[7]]).encoded() == bytes)
        #expect(try Container(decoding: bytes).tokens == [[7]])
    }

    @Test(arguments: [0x00, 0x3f, 0x41, 0x44, 0x4c, 0x4e, 0x51, 0xa1, 0xa3, 0xff] as [UInt8])
    func `a header that names no encoding is refused`(header: UInt8) throws {
        let bytes = try container(["ctn-v1": []], header: header)
        #expect(throws: CapabilityError.malformed) { try Container(decoding: bytes) }
    }

    @Test(
        arguments: [
            [:], [], .null, ["ctn-v2": []], ["ctn-v1": [], "x": 1], ["ctn-v1": [:]], ["ctn-v1": .null],
            ["ctn-v1": ["a"]], ["ctn-v1": [.bytes([1]), .null]],
        ] as [Value])
    func `another shape is refused`(value: Value) throws {
        let bytes = try container(value)
        #expect(throws: CapabilityError.malformed) { try Container(decoding: bytes) }
    }

    @Test func `a truncated or longer container is refused`() throws {
        let bytes = try Container([[1, 2, 3], [4]]).encoded()
        for length in bytes.indices {
            #expect(throws: CapabilityError.malformed) { try Container(decoding: Array(bytes.prefix(length))) }
        }
        #expect(throws: CapabilityError.malformed) { try Container(decoding: bytes + [0]) }
    }

    @Test func `a container of the most tokens is read, and one more is refused`() throws {
        let most = (0..<Container.maximumTokens).map { [UInt8($0)] }
        #expect(try Container(decoding: Container(most).encoded()).tokens.count == 64)
        let more = try container(["ctn-v1": .list((most + [[0xff]]).map { .bytes($0) })])
        #expect(throws: CapabilityError.limitExceeded) { try Container(decoding: more) }
    }

    @Test func `a container of more tokens is not written`() {
        let more = (0...Container.maximumTokens).map { [UInt8($0)] }
        #expect(throws: CapabilityError.limitExceeded) { try Container(more).encoded() }
    }

    @Test func `a container above the limit in bytes is refused`() throws {
        let overhead = try Container([[UInt8](repeating: 0, count: 1 << 17)]).encoded().count - 1 << 17
        let fitting = [UInt8](repeating: 0, count: Container.maximumLength - overhead)
        #expect(try Container(decoding: Container([fitting]).encoded()).tokens == [fitting])
        let larger = try container(["ctn-v1": [.bytes(fitting + [0])]])
        #expect(throws: CapabilityError.limitExceeded) { try Container(decoding: larger) }
        #expect(throws: CapabilityError.limitExceeded) { try Container([fitting + [0]]).encoded() }
    }

    @Test func `delegations and the invocation are told apart`() throws {
        let chain = try Delegation.chain(2)
        let invocation = try Invocation.test(by: .component, proofs: chain)
        let container = Container([invocation.envelope.bytes] + chain.map(\.envelope.bytes))
        #expect(try container.delegations() == chain)
        #expect(try container.invocation() == invocation)
    }

    @Test func `there has to be exactly one invocation`() throws {
        let chain = try Delegation.chain(1)
        let first = try Invocation.test(by: .owner).envelope.bytes
        let second = try Invocation.test(by: .viewer).envelope.bytes
        #expect(throws: CapabilityError.malformed) { try Container(chain.map(\.envelope.bytes)).invocation() }
        #expect(throws: CapabilityError.malformed) { try Container([first, second]).invocation() }
    }

    @Test func `a token that is no envelope is refused`() throws {
        let container = try Container([Delegation.chain(1)[0].envelope.bytes, [0xa0]])
        #expect(throws: CapabilityError.malformed) { try container.delegations() }
        #expect(throws: CapabilityError.malformed) { try container.invocation() }
    }

    @Test func `a malformed delegation or invocation is refused`() throws {
        let delegation = try Delegation.chain(1)[0].envelope.resigned(by: .owner) { $0["nonce"] = nil }
        let invocation = try Invocation.test(by: .owner).envelope.resigned(by: .owner) { $0["nonce"] = nil }
        #expect(throws: CapabilityError.malformed) { try Container([delegation]).delegations() }
        #expect(throws: CapabilityError.malformed) { try Container([invocation]).invocation() }
    }
}
