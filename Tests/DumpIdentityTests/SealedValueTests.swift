import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

struct SealedValueTests {
    private static let kind = SealedKind("example/v1/value", sizeClasses: [64, 256])
    private static let value: Value = ["name": "Ada", "number": 7]

    @Test func `what is sealed to a principal opens with its key`() throws {
        let key = try Made.key()
        let sealed = try SealedValue.seal(Self.value, kind: Self.kind, to: key.principal())
        #expect(try SealedValue.open(sealed, kind: Self.kind, with: key) == Self.value)
    }

    @Test func `what is sealed to a principal opens with no other key`() throws {
        let sealed = try SealedValue.seal(Self.value, kind: Self.kind, to: Made.key().principal())
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            let other = try Made.key(from: 1)
            _ = try SealedValue.open(sealed, kind: Self.kind, with: other)
        }
    }

    @Test(arguments: ["example/v1/valu", "example/v2/value", "example/v1/value2", ""])
    func `what is sealed does not open as another kind`(label: String) throws {
        let other = SealedKind(label, sizeClasses: [64, 256])
        let box = try SealedValue.seal(Self.value, kind: Self.kind, to: Made.key().principal())
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            let key = try Made.key()
            _ = try SealedValue.open(box, kind: other, with: key)
        }
        let secret = try Made.secret()
        let sealed = try SealedValue.seal(Self.value, kind: Self.kind, key: secret)
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            let secret = try Made.secret()
            _ = try SealedValue.open(sealed, kind: other, key: secret)
        }
    }

    @Test func `what is sealed under a key opens for its key and context alone`() throws {
        let secret = try Made.secret()
        let sealed = try SealedValue.seal(Self.value, kind: Self.kind, key: secret, context: [1, 2])
        #expect(try SealedValue.open(sealed, kind: Self.kind, key: secret, context: [1, 2]) == Self.value)
        for context: [UInt8] in [[], [1], [2, 1], [1, 2, 0], [0, 1, 2]] {
            #expect(throws: IdentityError.crypto(.notAuthentic)) {
                let secret = try Made.secret()
                _ = try SealedValue.open(sealed, kind: Self.kind, key: secret, context: context)
            }
        }
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            let other = try Made.secret(from: 1)
            _ = try SealedValue.open(sealed, kind: Self.kind, key: other, context: [1, 2])
        }
    }

    @Test func `altered or truncated bytes do not open`() throws {
        let secret = try Made.secret()
        let sealed = try SealedValue.seal(Self.value, kind: Self.kind, key: secret)
        let box = try SealedValue.seal(Self.value, kind: Self.kind, to: Made.key().principal())
        for index in sealed.indices {
            for bytes in [sealed.altered(at: index), Array(sealed.prefix(index))] {
                #expect(throws: IdentityError.crypto(.notAuthentic)) {
                    let secret = try Made.secret()
                    _ = try SealedValue.open(bytes, kind: Self.kind, key: secret)
                }
            }
        }
        for index in box.indices {
            // The highest bit of an X25519 key is ignored (RFC 7748, section 5), but the nonce follows from it.
            for bytes in [box.altered(at: index, by: 0x80), Array(box.prefix(index))] {
                #expect(throws: IdentityError.crypto(.notAuthentic)) {
                    let key = try Made.key()
                    _ = try SealedValue.open(bytes, kind: Self.kind, with: key)
                }
            }
        }
    }

    @Test func `all values of a size class are equally long`() throws {
        let secret = try Made.secret()
        let to = try Made.key().principal()
        var lengths: [Set<Int>] = [[], []]
        for count in 0...40 {
            let value = Value.string(String(repeating: "a", count: count))
            lengths[0].insert(try SealedValue.seal(value, kind: Self.kind, key: secret).count)
            lengths[1].insert(try SealedValue.seal(value, kind: Self.kind, to: to).count)
        }
        lengths[0].insert(try SealedValue.seal(.null, kind: Self.kind, key: secret).count)
        #expect(lengths == [[64 + 40], [64 + 48]])
    }

    @Test(arguments: [(61, 64), (62, 256), (252, 256)])
    func `a value takes the smallest class with room for the marker`(count: Int, length: Int) throws {
        let secret = try Made.secret()
        // A string of 24 to 255 bytes takes two more.
        let value = Value.string(String(repeating: "a", count: count))
        let sealed = try SealedValue.seal(value, kind: Self.kind, key: secret)
        #expect(sealed.count == length + 40)
        #expect(try SealedValue.open(sealed, kind: Self.kind, key: secret) == value)
    }

    @Test func `a value larger than the largest class is refused`() throws {
        let value = Value.string(String(repeating: "a", count: 254))
        #expect(throws: IdentityError.crypto(.invalidPadding)) {
            let secret = try Made.secret()
            _ = try SealedValue.seal(value, kind: Self.kind, key: secret)
        }
    }

    @Test func `content that is not padded or not one value is refused`() throws {
        let context = Array("example/v1/value\u{0}".utf8)
        for content: [UInt8] in [[], [0, 0], [0xf6], [0xf6, 0xf6, 0x80, 0], [0x18, 0x01, 0x80]] {
            #expect(throws: IdentityError.self) {
                let secret = try Made.secret()
                let sealed = try AEAD.seal(content, key: secret, context: context)
                _ = try SealedValue.open(sealed, kind: Self.kind, key: secret)
            }
        }
    }

    @Test(
        arguments: [
            ["example/v1/value"], ["example/v1/value", 1, 2], "example/v1/value", [1, "example/v1/value"],
            ["example/v1/value": 1],
        ] as [Value])
    func `a box that does not hold label and value is refused`(content: Value) throws {
        let padded = try Padding.pad(DagCBOR.encode(content), to: [64])
        let box = try Sealing.seal(padded, to: Made.key().publicKey)
        #expect(throws: IdentityError.crypto(.notAuthentic)) {
            let key = try Made.key()
            _ = try SealedValue.open(box, kind: Self.kind, with: key)
        }
    }
}
