import IPLD
import TestSupport
import Testing

/// What the tests of other targets rely on.
struct TestSupportTests {
    @Test(arguments: [
        ("", []), ("00", [0]), ("a0", [0xA0]), ("A0fF", [0xA0, 0xFF]), (" 01 02\n\t03 ", [1, 2, 3]),
    ])
    func `hexadecimal is read in either case, with white space between bytes`(text: String, bytes: [UInt8]) throws {
        #expect(try hex(text) == bytes)
    }

    @Test(arguments: ["0", "0g", "0x00", "0 0", "00 1", "00-01", "é0", "\u{FF11}\u{FF11}", "+1", "-1"])
    func `what is not hexadecimal is refused`(text: String) {
        #expect(throws: TestSupportError.notHexadecimal) { try hex(text) }
    }

    @Test func `every byte is written in two digits of lower case`() throws {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(hexText([0x00, 0x0A, 0xA0, 0xFF]) == "000aa0ff")
        #expect(try hex(hexText(bytes)) == bytes)
    }

    /// The first numbers of SplitMix64 from zero, as other programs give them.
    @Test func `the generator gives the numbers of SplitMix64`() {
        var random = SeededGenerator(seed: 0)
        #expect(random.next() == 0xE220_A839_7B1D_CDAF)
        #expect(random.next() == 0x6E78_9E6A_A1B9_65F4)
        #expect(random.next() == 0x06C4_5D18_8009_454F)
    }

    @Test(arguments: ["6A", "6a 6a", "6"])
    func `a vector writes bytes in one form only`(text: String) {
        let fields = VectorFields(["other": .string(text)])
        #expect(throws: TestSupportError.notHexadecimal) { try fields.bytes("other") }
        #expect(throws: TestSupportError.missing("bytes")) { try fields.bytes("bytes") }
    }
}
