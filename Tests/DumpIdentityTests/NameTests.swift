import DumpIdentity
import Testing

/// Module ids and handles.
struct NameTests {
    private static let label63 = "a" + String(repeating: "b", count: 62)

    @Test(arguments: [
        "org.dump", "org.dump.market", "a.b", "org.d-u-m-p.m4rket", "a.b.c.d.e.f.g.h.i.j", "org.\(label63)",
        "\(label63).\(label63)", "a.\(label63).\(label63.dropLast())",
    ])
    func `a reverse domain name is a module id`(text: String) throws {
        let module = try ModuleID(text)
        #expect(module.string == text)
        #expect("\(module)" == text)
    }

    @Test(arguments: [
        "", ".", "org", "org.", ".org", "org..dump", "Org.dump", "org.Dump", "org.dump market", "org.-dump",
        "org.dump-", "org.4dump", "org.dump_market", "org.dümp", "org.dump\n", " org.dump", "org.dump/market",
        "org.dump\u{0}", "a.b.c.d.e.f.g.h.i.j.k", "org.\(label63)b", "ab.\(label63).\(label63)", "org.dump\u{301}",
        "org.\u{FF44}ump",
    ])
    func `anything else is no module id`(text: String) {
        #expect(throws: IdentityError.invalidModuleID) { try ModuleID(text) }
    }

    @Test(arguments: ["al", "alice", "a1", "a-b_c", "a--", "a" + String(repeating: "9", count: 31)])
    func `a short name in lower case is a handle`(text: String) throws {
        let handle = try Handle(text)
        #expect(handle.string == text)
        #expect("\(handle)" == text)
    }

    @Test(arguments: [
        "", "a", "Alice", "1alice", "-alice", "_alice", "al ice", "alice\n", "al.ice", "al/ice", "alicé",
        "alice\u{301}", "alice\u{0}", "a" + String(repeating: "9", count: 32),
    ])
    func `anything else is no handle`(text: String) {
        #expect(throws: IdentityError.invalidHandle) { try Handle(text) }
    }
}
