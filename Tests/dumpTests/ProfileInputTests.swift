import Foundation
import Testing

/// What is not an acceptable change of the profile is refused by name, and nothing is changed.
@Suite(.oneNode, .timeLimit(.minutes(10))) struct ProfileInputTests {
    private func refused(_ changes: [String], _ words: String..., code: Int32 = 1) async throws {
        let stage = try Stage.current
        let before = try await stage.steve.json("profile", "show").object("fields")
        let outcome = try await stage.steve.run(["profile", "set"] + changes)
        outcome.isRefusal(code: code)
        for word in words { #expect(outcome.error.contains(word)) }
        let after = try await stage.steve.json("profile", "show").object("fields")
        #expect(after.count == before.count && after.text("name") == before.text("name"))
        #expect(after.text("name") == "Steve Example" && after.text("email") == "steve@example.org")
    }

    @Test(arguments: [
        ("age=41", "unknown profile field; there are: name, email"), ("Name=S", "unknown profile field"),
        ("=S", "unknown profile field"), ("na\u{0301}me=S", "unknown profile field"),
        ("email=steve", "email: not an e-mail address"), ("email=a@b@c", "email: not an e-mail address"),
        ("email=a b@c", "email: not an e-mail address"), ("website=ftp://example.org", "website: not an http"),
        ("phone_number=call me", "phone_number: not a telephone number"),
        ("name=a\tb", "name: holds control characters"), ("name=a\u{1b}[2J", "name: holds control characters"),
        ("name=a\nb", "name: holds control characters"), ("address=a\rb", "address: holds control characters"),
    ]) func `a field that cannot be is named with the reason`(_ change: String, _ words: String) async throws {
        try await refused([change], words)
        // What is right beside it is not stored either.
        try await refused(["name=Somebody Else", change].filter { $0 == change || !change.hasPrefix("name") }, words)
    }

    @Test func `a text of more than 1000 bytes is refused`() async throws {
        try await refused(["name=\(String(repeating: "é", count: 501))"], "name: longer than 1000 bytes")
    }

    @Test func `a field that is set twice is refused`() async throws {
        try await refused(["name=A", "name=B"], "a profile field is named twice")
        try await refused(["name=A", "name="], "a profile field is named twice")
    }

    @Test(arguments: [256 * 1_024 + 1, 1_000_000]) func `a picture of more than 256 KiB is refused by its file`(
        _ size: Int
    ) async throws {
        let png = Data([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) + Data(count: size - 8)
        let file = try Stage.current.scratch.write(png, to: "\(size).png")
        try await refused(["picture=@\(file)"], file, "larger than 262144 bytes")
    }

    @Test(arguments: ["<svg/>", "GIF88a", "%PDF-1.7"]) func `a picture that is no image is refused by its file`(
        _ content: String
    ) async throws {
        let file = try Stage.current.scratch.write(content, to: "\(UUID().uuidString).png")
        try await refused(["picture=@\(file)"], file, "not a PNG, JPEG, GIF or WebP image")
    }

    @Test func `a file that is not there is refused by its name`() async throws {
        try await refused(["picture=@no-such.png"], "no-such.png: it cannot be read")
        try await refused(["name=@no-such.txt"], "no-such.txt: it cannot be read")
    }

    @Test func `a file that is not text is refused by its name`() async throws {
        let file = try Stage.current.scratch.write(Data([0xff, 0xfe, 0x00]), to: "utf16.txt")
        try await refused(["name=@\(file)"], file, "not text")
    }

    @Test func `the end of the last line of a text file is no part of the value`() async throws {
        let stage = try Stage.current
        let file = try stage.scratch.write("+49 351 2\n", to: "phone.txt")
        let outcome = try await stage.steve.run("profile", "set", "phone_number=@\(file)")
        #expect(outcome.code == 0, "\(outcome.error)")
    }

    @Test func `a profile is changed, shown and emptied field by field`() async throws {
        let stage = try Stage.current
        let person = stage.stephanie
        let file = try stage.scratch.write("Lane 1\n01069 Dresden", to: "address.txt")
        #expect(try await person.text("profile", "set", "name=Stephanie", "address=@\(file)").contains("Stephanie"))
        let fields = try await person.json("profile", "show").object("fields")
        #expect(fields.count == 2 && fields.text("address") == "Lane 1\n01069 Dresden")
        // An address has lines; a table has one for each field.
        #expect(try await person.text("profile", "show").contains("Lane 1 01069 Dresden"))
        #expect(try await person.json("profile", "set", "name=", "address=").object("fields").count == 0)
        #expect(try await person.text("profile", "set", "website=") == "No field is set.")
    }
}
