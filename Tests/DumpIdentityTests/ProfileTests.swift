import DumpIdentity
import IPLD
import Testing

struct ProfileTests {
    @Test(
        arguments: [
            (.name, "Ada Lovelace"), (.name, "李"), (.name, "e\u{301}"), (.email, "ada@example.org"), (.email, "ä@ö"),
            (.phoneNumber, "+41 (0)44/123-45.67"), (.phoneNumber, "1"), (.address, "Main Street 1\n8000 Zürich"),
            (.website, "https://example.org/ada?x=1#y"), (.website, "http://example.org"),
            (.name, String(repeating: "a", count: 1_000)), (.name, String(repeating: "ä", count: 500)),
        ] as [(ProfileField, String)])
    func `text that fits its field is taken as it is`(field: ProfileField, text: String) throws {
        let value = try FieldValue(.string(text), for: field)
        #expect(value.value == .string(text))
    }

    @Test(
        arguments: [
            (.name, ""), (.name, "a\nb"), (.name, "a\u{0}"), (.name, "a\u{7F}"), (.name, "a\u{85}"), (.name, "a\tb"),
            (.name, String(repeating: "a", count: 1_001)), (.name, String(repeating: "ä", count: 501)),
            (.email, "ada"), (.email, "@example.org"), (.email, "ada@"), (.email, "a@b@c"), (.email, "a d@example.org"),
            (.email, "a\u{A0}d@example.org"), (.email, "a@b\r\n"), (.phoneNumber, "+-() ./"), (.phoneNumber, "12a"),
            (.phoneNumber, "１"), (.address, "a\rb"), (.address, "a\r\nb"), (.address, ""), (.website, "example.org"),
            (.website, "javascript:alert(1)"), (.website, "HTTPS://example.org"), (.website, " https://example.org"),
            (.website, "ftp://example.org"), (.picture, "a"),
        ] as [(ProfileField, String)])
    func `text that does not fit its field is refused`(field: ProfileField, text: String) {
        #expect(throws: IdentityError.self) { try FieldValue(.string(text), for: field) }
    }

    @Test(arguments: [.null, 1, true, .float(1), ["a"], ["a": "b"], .bytes([1])] as [Value])
    func `a text field takes text alone`(value: Value) {
        for field in ProfileField.allCases where field != .picture {
            #expect(throws: IdentityError.invalidValue(field: field, reason: "not text")) {
                try FieldValue(value, for: field)
            }
        }
    }

    private static let pictures: [([UInt8], String)] = [
        (Made.png(), "image/png"), ([0xff, 0xd8, 0xff, 0xe0], "image/jpeg"), (Array("GIF87a…".utf8), "image/gif"),
        (Array("GIF89a".utf8), "image/gif"), (Array("RIFF????WEBPVP8 ".utf8), "image/webp"),
    ]

    @Test(arguments: pictures)
    func `a picture is told by its first bytes`(data: [UInt8], type: String) throws {
        let picture = try Picture(data)
        #expect(picture.mediaType == type)
        let value: Value = ["type": .string(type), "data": .bytes(data)]
        #expect(try FieldValue(value, for: .picture) == .picture(picture))
        #expect(try FieldValue(.bytes(data), for: .picture).value == value)
    }

    @Test(
        arguments: [
            [], [0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8], Array("GIF88a".utf8), Array("RIFF????WAVE".utf8),
            Array("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".utf8), Array(" GIF89a".utf8), Array("BM".utf8),
        ] as [[UInt8]])
    func `a file of another type is refused`(data: [UInt8]) {
        #expect(throws: IdentityError.self) { try Picture(data) }
        #expect(throws: IdentityError.self) {
            try FieldValue(["type": "image/png", "data": .bytes(data)], for: .picture)
        }
    }

    @Test(
        arguments: [
            ["type": "image/jpeg", "data": .bytes(Made.png())], ["data": .bytes(Made.png())], ["type": "image/png"],
            ["type": "image/png", "data": .bytes(Made.png()), "name": "me.png"],
            ["type": "image/png", "data": "iVBORw0KGgo="], ["type": "IMAGE/PNG", "data": .bytes(Made.png())], .null, 1,
        ] as [Value])
    func `a picture of another form is refused`(value: Value) {
        #expect(throws: IdentityError.self) { try FieldValue(value, for: .picture) }
    }

    @Test func `a picture has 256 KiB at most`() throws {
        #expect(try Picture(Made.png(count: 262_144)).data.count == 262_144)
        #expect(throws: IdentityError.invalidValue(field: .picture, reason: "larger than 256 KiB")) {
            try Picture(Made.png(count: 262_145))
        }
    }

    @Test func `fields have the names of OpenID Connect claims`() throws {
        let names = ["name", "email", "phone_number", "address", "picture", "website"]
        #expect(ProfileField.allCases.map(\.rawValue) == names)
        for name in names { #expect(try ProfileField(named: name).rawValue == name) }
    }

    @Test(arguments: ["", "Name", "phoneNumber", "name ", "names", "nam\u{65}\u{301}", "sub"])
    func `another name is no field`(name: String) {
        #expect(throws: IdentityError.unknownField) { try ProfileField(named: name) }
        #expect(throws: IdentityError.unknownField) { try ProfileField.list(["email", name]) }
    }

    @Test func `a list of fields is put in one order`() throws {
        #expect(try ProfileField.list(["website", "name", "email"]) == [.name, .email, .website])
        #expect(try ProfileField.list([]) == [])
        #expect(throws: IdentityError.duplicateField) { try ProfileField.list(["name", "email", "name"]) }
    }

    @Test func `a profile is read as it was written`() throws {
        var profile = Profile([.name: .text("Ada")])
        profile[.picture] = .picture(try Picture(Made.png()))
        profile[.email] = .text("ada@example.org")
        profile[.email] = nil
        let map = try #require(profile.value.mapValue)
        #expect(map.keys == ["name", "picture"])
        #expect(try Profile(map) == profile)
        #expect(try Profile(Map()) == Profile())
    }

    @Test func `a profile with an unknown or unfit field is refused`() {
        #expect(throws: IdentityError.unknownField) { try Profile(Map(["name": "Ada", "shoe_size": "38"])) }
        #expect(throws: IdentityError.self) { try Profile(Map(["name": "Ada", "email": "ada"])) }
        #expect(throws: IdentityError.self) { try Profile(Map(["name": .null])) }
    }
}
