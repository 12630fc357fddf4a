import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

struct DisclosureTests {
    private static let key = GrantFixture.key
    private static let identifier = GrantFixture.disclosureID

    private func fieldKey(_ field: ProfileField, of key: [UInt8] = key) throws -> FieldKey {
        try Disclosure(key: key).fieldKey(field)
    }

    private func picture(_ size: Int) throws -> FieldValue {
        .picture(
            try Picture([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + [UInt8](repeating: 1, count: size - 8)))
    }

    @Test(arguments: ProfileField.allCases.filter { $0 != .picture })
    func `a sealed value opens with its field's key`(field: ProfileField) throws {
        let texts: [ProfileField: String] = [
            .email: "ada@example.org", .website: "https://example.org", .phoneNumber: "+49 30 1",
        ]
        let value = FieldValue.text(texts[field] ?? "Ada")
        let sealed = try fieldKey(field).seal(value)
        let opened = try fieldKey(field).open(sealed)
        #expect(opened == value)
    }

    @Test func `a picture opens with its field's key`() throws {
        let value = try picture(Picture.maximumLength)
        let sealed = try fieldKey(.picture).seal(value)
        let opened = try fieldKey(.picture).open(sealed)
        #expect(opened == value)
    }

    @Test(arguments: ProfileField.allCases)
    func `a removed field reads as nil`(field: ProfileField) throws {
        let sealed = try fieldKey(field).seal(nil)
        let opened = try fieldKey(field).open(sealed)
        #expect(opened == nil)
    }

    @Test func `every field of every grant key has a key of its own`() throws {
        var keys: Set<[UInt8]> = []
        for key in [Self.key, Self.key.altered(at: 31)] {
            for field in ProfileField.allCases { keys.insert(try fieldKey(field, of: key).bytesForHolder()) }
        }
        #expect(keys.count == 2 * ProfileField.allCases.count)
        #expect(!keys.contains(Self.key))
    }

    private static func owners() throws -> [Principal] {
        try [1, 2].map {
            try SigningKey.test($0).principal()
        }
    }

    @Test func `every field of every disclosure of every owner has a slot of its own`() throws {
        var slots: Set<[UInt8]> = []
        for identifier in [Self.identifier, Self.identifier.altered(at: 0)] {
            for owner in try Self.owners() {
                for field in ProfileField.allCases {
                    slots.insert(try Disclosure.slot(of: field, in: identifier, owner: owner))
                }
            }
        }
        #expect(slots.count == 4 * ProfileField.allCases.count)
        #expect(slots.allSatisfy { $0.count == 32 })
    }

    @Test func `a slot is always the same`() throws {
        let owner = try Self.owners()[0]
        let slots = try (0..<2).map { _ in try Disclosure.slot(of: .name, in: Self.identifier, owner: owner) }
        #expect(slots[0] == slots[1])
    }

    @Test(arguments: [0, 31, 33])
    func `a slot of an id of another length is refused`(length: Int) throws {
        let owner = try Self.owners()[0]
        #expect(throws: CapabilityError.malformed) {
            try Disclosure.slot(of: .name, in: [UInt8](repeating: 1, count: length), owner: owner)
        }
    }

    @Test(arguments: [0, 31, 33])
    func `a key of another length is refused`(length: Int) {
        let bytes = [UInt8](repeating: 1, count: length)
        #expect(throws: CapabilityError.malformed) { _ = try Disclosure(key: bytes) }
        #expect(throws: CapabilityError.malformed) { _ = try FieldKey(field: .name, bytes: bytes) }
    }

    @Test func `a field key that was handed on opens what the grant key sealed`() throws {
        let sealed = try fieldKey(.name).seal(.text("Ada"))
        let opened = try FieldKey(field: .name, bytes: fieldKey(.name).bytesForHolder()).open(sealed)
        #expect(opened == .text("Ada"))
    }

    @Test(arguments: ProfileField.allCases.filter { $0 != .name })
    func `the key of one field does not open another`(other: ProfileField) throws {
        let sealed = try fieldKey(.name).seal(.text("Ada"))
        #expect(throws: CapabilityError.malformed) { try fieldKey(other).open(sealed) }
    }

    @Test func `a ciphertext is bound to its field even under one key`() throws {
        let sealed = try fieldKey(.name).seal(.text("Ada"))
        let mislabelled = try FieldKey(field: .address, bytes: fieldKey(.name).bytesForHolder())
        #expect(throws: CapabilityError.malformed) { try mislabelled.open(sealed) }
    }

    @Test func `the key of another grant opens nothing`() throws {
        let sealed = try fieldKey(.name).seal(.text("Ada"))
        #expect(throws: CapabilityError.malformed) {
            try fieldKey(.name, of: Self.key.altered(at: 0)).open(sealed)
        }
    }

    @Test func `an altered ciphertext does not open`() throws {
        let key = try fieldKey(.name)
        let sealed = try key.seal(.text("Ada"))
        for index in stride(from: 0, to: sealed.count, by: 13) {
            #expect(throws: CapabilityError.malformed) { try key.open(sealed.altered(at: index)) }
        }
    }

    @Test func `a value that does not fit its field is refused on opening`() throws {
        let key = try fieldKey(.email)
        let sealed = try key.seal(.text("no address"))
        #expect(throws: CapabilityError.malformed) { try key.open(sealed) }
    }

    @Test func `text of any length and its removal have one length`() throws {
        let key = try fieldKey(.name)
        var lengths: Set<Int> = [try key.seal(nil).count]
        for length in [1, 10, 500, FieldValue.maximumTextLength] {
            lengths.insert(try key.seal(.text(String(repeating: "a", count: length))).count)
        }
        #expect(lengths.count == 1)
    }

    @Test func `pictures of any size and their removal have one length`() throws {
        let key = try fieldKey(.picture)
        var lengths: Set<Int> = [try key.seal(nil).count]
        for size in [8, 2_000, 50_000, Picture.maximumLength] { lengths.insert(try key.seal(picture(size)).count) }
        #expect(lengths == [263_208])
    }

    @Test(arguments: ProfileField.allCases.filter { $0 != .picture })
    func `every field of text has the same length`(field: ProfileField) throws {
        #expect(try fieldKey(field).seal(nil).count == 1_064)
    }

    @Test func `sealing twice gives different ciphertexts`() throws {
        let key = try fieldKey(.name)
        let first = try key.seal(.text("Ada"))
        let second = try key.seal(.text("Ada"))
        #expect(first != second)
    }
}
