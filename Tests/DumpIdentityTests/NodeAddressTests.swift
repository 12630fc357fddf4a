import DumpIdentity
import Testing

struct NodeAddressTests {
    private static let long = "https://" + String(repeating: "a", count: 247)

    @Test(arguments: [
        "https://node.example", "http://node.example", "http://localhost:8080", "https://127.0.0.1:1",
        "https://node.example:65535", "https://n-1.example", "https://[::1]", "http://[fe80::1]:8080",
        "https://node.example/dump", "https://node.example/Dump/v1.0/~me_-", "https://node.example:443/a", long,
    ])
    func `an absolute URL of a host is an address`(text: String) throws {
        let address = try NodeAddress(text)
        #expect(address.string == text)
        #expect("\(address)" == text)
        #expect(address.appending("/v1/invocations") == text + "/v1/invocations")
    }

    @Test(arguments: ["https://node.example/", "http://localhost:8080/", "https://node.example/dump/", "http://[::1]/"])
    func `a final slash is dropped`(text: String) throws {
        let address = try NodeAddress(text)
        #expect(address.string + "/" == text)
        #expect(try address == NodeAddress(address.string))
    }

    @Test(arguments: [
        "", "/", "node.example", "//node.example", "https:node.example", "https:/node.example", "https://", "https:///",
        "HTTPS://node.example", "ftp://node.example", "file:///etc/passwd", "wss://node.example",
        "javascript://node.example",
    ])
    func `another scheme or none is refused`(text: String) {
        #expect(throws: IdentityError.invalidAddress) { try NodeAddress(text) }
    }

    @Test(arguments: [
        "https://user@node.example", "https://user:pass@node.example", "https://Node.example", "https://.example",
        "https://nöde.example", "https://node_.example", "https://node.example:", "https://node.example:0",
        "https://node.example:65536", "https://node.example:000001", "https://node.example:80a",
        "https://node.example:-1", "https://node.example:80:80", "https://:80", "https://[::1", "https://[]",
        "https://[:]", "https://[::1]80", "https://[::1]:", "https://[::G]", "https://[::A]", "https://[fe80::1%25e]",
        "https://node example", "https://node.example\n", "https://node.example\u{0}", "https://node.example\u{301}",
        "https://node.example\\@other.example",
    ])
    func `another authority than host and port is refused`(text: String) {
        #expect(throws: IdentityError.invalidAddress) { try NodeAddress(text) }
    }

    @Test(arguments: [
        "https://node.example?a", "https://node.example/?a=1", "https://node.example/#top", "https://node.example#top",
        "https://node.example//", "https://node.example//a", "https://node.example/a//b", "https://node.example/.",
        "https://node.example/..", "https://node.example/a/../b", "https://node.example/.../b",
        "https://node.example/%2e%2e", "https://node.example/a b", "https://node.example/a;b",
        "https://node.example/ä", "https://node.example/a\\b",
    ])
    func `a query, a fragment or an unclean path is refused`(text: String) {
        #expect(throws: IdentityError.invalidAddress) { try NodeAddress(text) }
    }

    @Test(arguments: [
        "https://node.example\u{600}/", "https://node.example/\u{301}", "https://node.example\u{301}/",
        "https://node.example/a\u{301}/", "https://node.example\u{200d}/", "https://node.ex\u{600}ample/",
        "https://node.example/\u{600}/", "https://node.example\u{2215}",
    ])
    func `what is not ASCII is refused, also where it joins with a final slash`(text: String) {
        #expect(throws: IdentityError.invalidAddress) { try NodeAddress(text) }
    }

    @Test func `an address of more than 255 bytes is refused`() {
        #expect(throws: IdentityError.invalidAddress) { try NodeAddress(Self.long + "a") }
        #expect(throws: IdentityError.invalidAddress) { try NodeAddress(Self.long + "/") }
    }
}
