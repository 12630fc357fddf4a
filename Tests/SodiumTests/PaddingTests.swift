import Testing

@testable import Sodium

struct PaddingTests {
    private static let classes = [16, 64, 256]

    @Test(arguments: [(0, 16), (1, 16), (15, 16), (16, 64), (63, 64), (64, 256), (255, 256)])
    func `content is padded to the smallest class that holds it and its marker`(length: Int, padded: Int) throws {
        #expect(try Padding.pad(pattern(length), to: Self.classes).count == padded)
    }

    @Test(arguments: 0..<256)
    func `what was padded comes back`(length: Int) throws {
        #expect(try Padding.unpad(Padding.pad(pattern(length), to: Self.classes)) == pattern(length))
    }

    @Test(arguments: [[], [0], [0, 0, 0], [0x80], [0x80, 0], [1, 0x80, 0]] as [[UInt8]])
    func `content that looks like padding comes back`(content: [UInt8]) throws {
        #expect(try Padding.unpad(Padding.pad(content, to: Self.classes)) == content)
    }

    @Test(arguments: [256, 257, 10_000])
    func `content larger than the largest class is refused`(length: Int) {
        #expect(throws: SodiumError.invalidPadding) { try Padding.pad(pattern(length), to: Self.classes) }
    }

    @Test func `nothing is padded without a class`() {
        #expect(throws: SodiumError.invalidPadding) { try Padding.pad([], to: []) }
    }

    @Test(
        arguments: [[], [0], [0, 0, 0, 0], [1], [1, 0], [0x80, 1], [0x80, 0, 0x81, 0], [0x40, 0, 0]] as [[UInt8]])
    func `bytes without a marker followed by zeros alone are refused`(padded: [UInt8]) {
        #expect(throws: SodiumError.invalidPadding) { try Padding.unpad(padded) }
    }
}
