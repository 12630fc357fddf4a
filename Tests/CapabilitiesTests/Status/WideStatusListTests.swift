import IPLD
import TestSupport
import Testing

@testable import Capabilities

/// Lists of more than one bit a status.
struct WideStatusListTests {
    private static let published = "status-list/status-list.json"

    @Test(
        arguments: [
            (1, [1, 0, 0, 1, 0, 0, 1, 1]), (2, [1, 2, 0, 3]), (4, [9, 12]), (8, [0xc9]),
        ] as [(Int, [UInt8])])
    func `statuses stand from the lowest bits upwards`(bits: Int, statuses: [UInt8]) throws {
        let list = try StatusList(bytes: [0xc9], bits: bits)
        #expect(list.count == statuses.count)
        #expect(try (0..<list.count).map { try list.status(at: $0) } == statuses)
    }

    @Test(arguments: [1, 2, 4, 8])
    func `every status but 0 means revoked`(bits: Int) throws {
        for status in UInt8(0)...(.max >> UInt8(8 - bits)) {
            let list = try StatusList(bytes: [0, status], bits: bits)
            #expect(try list.isRevoked(8 / bits) == (status != 0), "\(status)")
            #expect(try !list.isRevoked(0))
        }
    }

    @Test(arguments: [0, 3, 5, 16, -1, .max, .min])
    func `there are no other sizes`(bits: Int) {
        #expect(throws: CapabilityError.malformed) { try StatusList(bytes: [0], bits: bits) }
    }

    @Test(arguments: [1, 2, 4, 8])
    func `an index outside a list is refused`(bits: Int) throws {
        var list = try StatusList(bytes: [0, 0, 0], bits: bits)
        for index in [-1, 24 / bits, .max, .min] {
            #expect(throws: CapabilityError.statusUnavailable) { try list.status(at: index) }
            #expect(throws: CapabilityError.statusUnavailable) { try list.isRevoked(index) }
            #expect(throws: CapabilityError.statusUnavailable) { try list.revoke(index) }
        }
        #expect(try list.status(at: 24 / bits - 1) == 0)
    }

    @Test(arguments: [2, 4, 8])
    func `revoking gives the status 1, whatever stood there, and changes no other`(bits: Int) throws {
        for index in 0..<(16 / bits) {
            var list = try StatusList(bytes: [0xff, 0xff], bits: bits)
            try list.revoke(index)
            for other in 0..<list.count {
                let expected: UInt8 = other == index ? 1 : .max >> UInt8(8 - bits)
                #expect(try list.status(at: other) == expected)
            }
        }
    }

    @Test(arguments: [1, 2, 4, 8])
    func `what is revoked stands in one bit a status`(bits: Int) throws {
        let list = try StatusList(bytes: [0x00, 0x18, 0xff, 0x80, 0x01, 0x02], bits: bits)
        let single = StatusList(bytes: list.revocations)
        for index in 0..<list.count { #expect(try single.isRevoked(index) == list.isRevoked(index)) }
        #expect(single.bytes.count == (list.count + 7) / 8)
    }

    @Test(
        .enabled(if: PublishedVectors.exist(published), "no published vectors beside the project"),
        arguments: ["1-bit", "2-bit", "4-bit", "8-bit"])
    func `the published lists are read whole`(name: String) throws {
        let root = try DagJSON.decode(PublishedVectors.read(Self.published))
        let vector = try #require(root.mapValue?[name]?.mapValue)
        let bits = try #require(vector["bits"]?.intValue)
        let list = try StatusList(compressed: #require(vector["lst"]?.stringValue), bits: Int(bits))
        #expect(try list.count == Int(#require(vector["size"]?.intValue)))
        let stated = try #require(vector["nonzero"]?.mapValue)
        var differing: [Int] = []
        for index in 0..<list.count where try list.status(at: index) != 0 || stated[String(index)] != nil {
            let expected = stated[String(index)] ?? 0
            if try .int(Int64(list.status(at: index))) != expected { differing.append(index) }
        }
        #expect(differing.isEmpty)
        #expect(!stated.isEmpty)
    }
}
