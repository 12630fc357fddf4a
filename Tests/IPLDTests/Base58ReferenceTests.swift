import IPLD
import TestSupport
import Testing

/// Base58 held against a plain implementation that works digit by digit, as the draft describes it.
struct Base58ReferenceTests {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")

    /// A number in another base, the most significant digit first; leading zeros stay as many as they are.
    private func converted(_ digits: [Int], from base: Int, to other: Int) -> [Int] {
        var number: [Int] = []  // least significant first
        for digit in digits {
            var carry = digit
            for place in number.indices {
                carry += number[place] * base
                number[place] = carry % other
                carry /= other
            }
            while carry > 0 {
                number.append(carry % other)
                carry /= other
            }
        }
        return digits.prefix { $0 == 0 } + number.reversed()
    }

    private func encode(_ bytes: [UInt8]) -> String {
        String(converted(bytes.map(Int.init), from: 256, to: 58).map { Self.alphabet[$0] })
    }

    private func decode(_ text: String) -> [UInt8] {
        let digits = text.compactMap { Self.alphabet.firstIndex(of: $0) }
        return converted(digits, from: 58, to: 256).map { UInt8($0) }
    }

    @Test(arguments: 0...64)
    func `bytes of every length are written and read as by the reference`(count: Int) throws {
        var random = SeededGenerator(seed: 8_000 + UInt64(count))
        var all = [[UInt8](repeating: 0, count: count), [UInt8](repeating: 255, count: count)]
        // With no, some and only leading zeros, and a one behind them.
        for zeros in [0, 0, 0, 1, 2, 3, 4, 5, 8, 9, count / 2, count - 1] where (0...count).contains(zeros) {
            all.append([UInt8](repeating: 0, count: zeros) + random.bytes(count - zeros))
            all.append(([UInt8](repeating: 0, count: zeros) + [1] + random.bytes(count)).prefix(count) + [])
            all.append(
                ([UInt8](repeating: 0, count: zeros) + [1] + [UInt8](repeating: 0, count: count)).prefix(count) + [])
        }
        for bytes in all {
            let text = encode(bytes)
            #expect(Base58.encode(bytes) == text, "\(bytes)")
            #expect(Base58.encode(([9] + bytes).dropFirst()) == text)
            #expect(try Base58.decode(text) == bytes, "\(bytes)")
        }
    }

    @Test(arguments: 0...88)
    func `texts of every length are read and written as by the reference`(count: Int) throws {
        var random = SeededGenerator(seed: 9_000 + UInt64(count))
        for ones in [0, 0, 0, 1, 2, count / 2, count] where ones <= count {
            let rest = (0..<count - ones).map { _ in Self.alphabet[Int.random(in: 0..<58, using: &random)] }
            let text = String(repeating: "1", count: ones) + String(rest)
            let bytes = try Base58.decode(text)
            #expect(bytes == decode(text), "\(text)")
            #expect(Base58.encode(bytes) == text)
        }
        // The largest number of so many digits.
        let largest = String(repeating: "z", count: count)
        #expect(try Base58.decode(largest) == decode(largest))
    }

    @Test func `a foreign character is refused wherever it stands`() {
        for count in 1...24 {
            for place in 0..<count {
                for foreign in [UInt8(ascii: "0"), 0x00, 0x7F, 0x80, 0xFF] {
                    var text = [UInt8](repeating: UInt8(ascii: "2"), count: count)
                    text[place] = foreign
                    #expect(throws: IPLDError.invalidBase) { try Base58.decode(String(decoding: text, as: UTF8.self)) }
                }
            }
        }
    }

    @Test func `a did key is the reference's base58 of codec and key`() throws {
        var random = SeededGenerator(seed: 10_000)
        for zeros in 0...32 {
            let key = [UInt8](repeating: 0, count: zeros) + random.bytes(32 - zeros)
            let principal = try Principal(publicKey: key)
            #expect(principal.did == "did:key:z" + encode([0xED, 0x01] + key))
            #expect(try Principal(did: principal.did).publicKey == key)
        }
    }
}
