import Capabilities
import Testing

struct CommandTests {
    private static let longest = "/" + String(repeating: "a", count: 255)

    @Test(arguments: ["/", "/a", "/profile/read", "/ucan/revoke", "/crud/create/a-b_c.d", "/é", "/1/2", longest])
    func `a command is read as it is written`(text: String) throws {
        #expect(try Command(text).string == text)
        #expect(try Command(text).description == text)
    }

    @Test(arguments: [
        "", "profile", "profile/read", "//", "/profile/", "/profile//read", "//profile", "/Profile", "/profile/reaD",
        "/É", "/\u{1d400}", "/ǅ", "/a/ǈ", "/\u{1f88}", "/\u{24b6}", "/a b", "/a\t", "/a\u{a0}b", "/a\n", "/a\u{0}",
        "/a\u{85}", " /a",
        longest + "a",
    ])
    func `what is no command is refused`(text: String) {
        #expect(throws: CapabilityError.malformed) { try Command(text) }
    }

    @Test(arguments: [
        ("/", "/"), ("/", "/a"), ("/", "/profile/read"), ("/profile", "/profile"), ("/profile", "/profile/read"),
        ("/profile/read", "/profile/read"), ("/profile/read", "/profile/read/name"),
    ])
    func `a command covers itself and what lies below it`(wide: String, narrow: String) throws {
        #expect(try Command(wide).covers(Command(narrow)))
    }

    @Test(arguments: [
        ("/profile", "/"), ("/profile/read", "/profile"), ("/profile", "/profiles"), ("/profile", "/profile-read"),
        ("/profile/read", "/profile/readall"), ("/profile/read", "/profile/request"), ("/a", "/b"), ("/a/b", "/a/c"),
        ("/é", "/e\u{301}"), ("/e\u{301}", "/é"), ("/e", "/e\u{301}"),
    ])
    func `a command covers nothing else`(one: String, other: String) throws {
        #expect(try !Command(one).covers(Command(other)))
    }

    @Test func `commands are told apart by their bytes`() throws {
        let (composed, decomposed) = (try Command("/é"), try Command("/e\u{301}"))
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(try composed == Command("/é"))
    }

    @Test(arguments: [
        (Command.profileRequest, "/profile/request"), (.profileAnswer, "/profile/answer"),
        (.profileWithdraw, "/profile/withdraw"), (.profileReturn, "/profile/return"), (.profileRead, "/profile/read"),
        (.revoke, "/ucan/revoke"),
    ])
    func `the known commands are the ones that reading gives`(known: Command, text: String) throws {
        #expect(try known == Command(text))
    }
}
