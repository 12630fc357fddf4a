import DumpIdentity
import NIOSSL
import Testing

@testable import AuthAPI

/// An address that leads, or may lead, to where a node must not call. `PORT` stands for that of the target.
struct AddressTrick: Sendable, CustomTestStringConvertible {
    let name: String
    let address: String
    /// What its name is resolved to: by default the target.
    var answer = ["127.0.0.1"]

    init(_ name: String, _ address: String, answer: [String] = ["127.0.0.1"]) {
        self.name = name
        self.address = address
        self.answer = answer
    }

    var testDescription: String { name }

    static let all = written + hosts + ranges + names + texts

    /// The target's address, written in other ways.
    static let written = [
        AddressTrick("loopback over HTTP", "http://127.0.0.1:PORT"),
        AddressTrick("loopback over HTTPS", "https://127.0.0.1:PORT"),
        AddressTrick("the end of the loopback network", "http://127.255.255.254:PORT"),
        AddressTrick("a decimal number", "http://2130706433:PORT"),
        AddressTrick("a decimal number over HTTPS", "https://2130706433:PORT"),
        AddressTrick("octal parts", "https://0177.0.0.1:PORT"),
        AddressTrick("one octal number", "https://017700000001:PORT"),
        AddressTrick("one hexadecimal number", "https://0x7f000001:PORT"),
        AddressTrick("hexadecimal parts", "https://0x7f.0x0.0x0.0x1:PORT"),
        AddressTrick("two parts", "https://127.1:PORT"),
        AddressTrick("three parts", "https://127.0.1:PORT"),
        AddressTrick("a leading zero", "https://127.0.0.01:PORT"),
        AddressTrick("many leading zeros", "https://127.000.000.001:PORT"),
        AddressTrick("a part over 255", "https://127.0.0.257:PORT"),
        AddressTrick("five parts", "https://127.0.0.0.1:PORT"),
        AddressTrick("an address with a final dot", "https://127.0.0.1.:PORT"),
        AddressTrick("zero", "http://0:PORT"),
        AddressTrick("all zeros", "https://0.0.0.0:PORT"),
        AddressTrick("all zeros of version 6", "https://[::]:PORT"),
        AddressTrick("loopback of version 6", "http://[::1]:PORT"),
        AddressTrick("loopback of version 6, long", "https://[0:0:0:0:0:0:0:1]:PORT"),
        AddressTrick("mapped, dotted", "https://[::ffff:127.0.0.1]:PORT"),
        AddressTrick("mapped", "https://[::ffff:7f00:1]:PORT"),
        AddressTrick("mapped, long", "https://[0:0:0:0:0:ffff:7f00:0001]:PORT"),
        AddressTrick("translated by RFC 2765", "https://[::ffff:0:7f00:1]:PORT"),
        AddressTrick("compatible", "https://[::7f00:1]:PORT"),
        AddressTrick("6to4", "https://[2002:7f00:1::]:PORT"),
        AddressTrick("Teredo", "https://[2001:0:7f00:1::]:PORT"),
        AddressTrick("NAT64", "https://[64:ff9b::7f00:1]:PORT"),
        AddressTrick("NAT64 of a private address", "https://[64:ff9b::a00:1]:PORT"),
        AddressTrick("local NAT64", "https://[64:ff9b:1::7f00:1]:PORT"),
        AddressTrick("a zone, encoded", "https://[fe80::1%25lo]:PORT"),
        AddressTrick("a zone", "https://[fe80::1%lo]:PORT"),
        AddressTrick("two double colons", "https://[::1::]:PORT"),
        AddressTrick("a dotted address in brackets", "https://[127.0.0.1]:PORT"),
    ]

    /// The name of this machine.
    static let hosts = [
        AddressTrick("localhost", "http://localhost:PORT"),
        AddressTrick("localhost over HTTPS", "https://localhost:PORT"),
        AddressTrick("localhost in upper case", "https://LOCALHOST:PORT"),
        AddressTrick("localhost with a final dot", "https://localhost.:PORT"),
        AddressTrick("a name under localhost", "https://a.localhost:PORT"),
        AddressTrick("localhost.localdomain", "https://localhost.localdomain:PORT"),
        AddressTrick("ip6-localhost", "https://ip6-localhost:PORT"),
    ]

    /// Addresses of other networks that are not everyone's.
    static let ranges = [
        "0.255.255.255", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255", "[fe80::1]", "[febf::1]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]",
        "[100::1]", "[2001:2::1]", "[2001:10::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]", "[4000::1]",
    ].map { AddressTrick("the address \($0)", "https://\($0):PORT") }

    /// Names whose owner decides what they stand for.
    static let names = [
        AddressTrick("a name of the target", "https://inner.example:PORT"),
        AddressTrick("a name over HTTP", "http://public.example:PORT", answer: ["93.184.216.34"]),
        AddressTrick("a name of version 6", "https://inner.example:PORT", answer: ["::1"]),
        AddressTrick("a name of a mapped address", "https://inner.example:PORT", answer: ["::ffff:7f00:1"]),
        AddressTrick("a name of a translated address", "https://inner.example:PORT", answer: ["64:ff9b::7f00:1"]),
        AddressTrick("a name of all zeros", "https://inner.example:PORT", answer: ["0.0.0.0"]),
        AddressTrick("the last of two addresses", "https://two.example:PORT", answer: ["93.184.216.34", "127.0.0.1"]),
        AddressTrick("the first of two addresses", "https://two.example:PORT", answer: ["127.0.0.1", "93.184.216.34"]),
        AddressTrick(
            "the last of many addresses", "https://many.example:PORT",
            answer: (1...64).map { "93.184.216.\($0)" } + ["10.0.0.1"]),
        AddressTrick("a name of metadata", "https://metadata.google.internal:PORT", answer: ["169.254.169.254"]),
        AddressTrick("a name with an address in it", "https://127.0.0.1.nip.example:PORT"),
        AddressTrick("a name without a dot", "https://router:PORT", answer: ["192.168.1.1"]),
        AddressTrick("a name in punycode", "https://xn--n3h.example:PORT"),
        AddressTrick("a name with a final dot", "https://inner.example.:PORT"),
        AddressTrick("a name in upper case", "https://INNER.example:PORT"),
        AddressTrick("a name with an empty label", "https://inner..example:PORT"),
        AddressTrick("a label of 64 bytes", "https://\(String(repeating: "a", count: 64)).example:PORT"),
        AddressTrick("a label that ends with a hyphen", "https://a-.example:PORT"),
    ]

    /// Texts that readers of URLs disagree about.
    static let texts = [
        AddressTrick("a user before the host", "https://public.example@127.0.0.1:PORT"),
        AddressTrick("a user and a password", "https://public.example:443@127.0.0.1:PORT"),
        AddressTrick("a host before the user", "https://127.0.0.1:PORT@public.example"),
        AddressTrick("a fragment before the host", "https://public.example#@127.0.0.1:PORT"),
        AddressTrick("a query before the host", "https://public.example?@127.0.0.1:PORT"),
        AddressTrick("a backslash before the host", "https://public.example\\@127.0.0.1:PORT"),
        AddressTrick("full-width digits", "https://１２７.０.０.１:PORT"),
        AddressTrick("circled digits", "https://①②⑦.⓪.⓪.①:PORT"),
        AddressTrick("an ideographic full stop", "https://127。0。0。1:PORT"),
        AddressTrick("a soft hyphen", "https://local\u{ad}host:PORT"),
        AddressTrick("letters of another alphabet", "https://lоcalhost:PORT"),
        AddressTrick("an encoded host", "https://%31%32%37.0.0.1:PORT"),
        AddressTrick("an encoded NUL", "https://127.0.0.1%00.example:PORT"),
        AddressTrick("a NUL", "https://127.0.0.1\0.example:PORT"),
        AddressTrick("a line end", "https://public.example\r\nHost: 127.0.0.1:PORT"),
        AddressTrick("a space before", " https://127.0.0.1:PORT"),
        AddressTrick("a tab within", "https://127.0.\t0.1:PORT"),
        AddressTrick("one slash", "https:/127.0.0.1:PORT"),
        AddressTrick("three slashes", "https:///127.0.0.1:PORT"),
        AddressTrick("no scheme", "//127.0.0.1:PORT"),
        AddressTrick("a scheme in upper case", "HTTPS://127.0.0.1:PORT"),
        AddressTrick("a file", "file:///etc/passwd"),
        AddressTrick("gopher", "gopher://127.0.0.1:PORT/_GET"),
        AddressTrick("ftp", "ftp://127.0.0.1:PORT"),
        AddressTrick("a Unix socket", "http+unix://%2Ftmp%2Fsocket"),
        AddressTrick("a path that climbs", "https://127.0.0.1:PORT/a/../b"),
        AddressTrick("port 0", "https://127.0.0.1:0"),
        AddressTrick("a port over 65,535", "https://127.0.0.1:65536"),
        AddressTrick("a port that comes round", "https://127.0.0.1:4295032831"),
        AddressTrick("a port with a sign", "https://127.0.0.1:+PORT"),
        AddressTrick("no port after the colon", "https://127.0.0.1:"),
        AddressTrick("two ports", "https://127.0.0.1:PORT:443"),
    ]
}

/// No address that comes from others leads a node to where it must not call. Threat: STR-50
@Suite(.timeLimit(.minutes(5))) struct ServerSideRequestForgeryTests {
    private func client(_ policy: AddressPolicy, _ answer: [String], breakers: HostBreakers = HostBreakers())
        -> PeerClient
    {
        PeerClient(
            policy, patience: .seconds(60), connectPatience: .seconds(60),
            resolver: { _ in answer.compactMap(IPAddress.init) }, breakers: breakers)
    }

    @Test(arguments: AddressTrick.all)
    func `no trick with an address reaches its target`(trick: AddressTrick) async throws {
        let target = ScriptedServer()
        try await target.serving { port in
            let text = trick.address.replacing("PORT", with: "\(port)")
            await #expect(throws: (any Error).self) {
                // What is no address of a node is refused when it is read; the rest before anything is connected to.
                let node: NodeAddress
                do { node = try NodeAddress(text) } catch { throw PeerError.addressRefused }
                await #expect(throws: PeerError.addressRefused) {
                    try await client(AddressPolicy(), trick.answer).send("GET", "/", at: node, accept: "*/*")
                }
                throw PeerError.addressRefused
            }
        }
        #expect(target.connections == 0)
    }

    @Test func `there are at least thirty tricks, each with a name of its own`() {
        let names = AddressTrick.all.map(\.name) + AnswerTrick.all.map(\.name)
        print("Tricks with addresses: \(AddressTrick.all.count), with answers: \(AnswerTrick.all.count)")
        #expect(AddressTrick.all.count >= 30)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: ["http://127.0.0.1:PORT", "http://localhost:PORT", "http://inner.example:PORT"])
    func `the target is reached where addresses are not checked`(address: String) async throws {
        let target = ScriptedServer()
        try await target.serving(.text("HTTP/1.1 204 No Content\r\n\r\n")) { port in
            let node = try NodeAddress(address.replacing("PORT", with: "\(port)"))
            let response = try await client(.unrestricted, ["127.0.0.1"]).send("GET", "/", at: node, accept: "*/*")
            #expect(response.status == 204)
        }
        #expect(target.connections == 1)
    }

    @Test func `a name is resolved once, and the connection is made to what was checked`() async throws {
        let asked = Counter()
        let (checked, other) = (ScriptedServer(), ScriptedServer())
        let security = try TestCertificate.server()
        try await checked.serving(.text("HTTP/1.1 204 No Content\r\n\r\n"), host: "127.0.0.2", security: security) {
            port in
            try await other.serving(port: port, security: security) { _ in
                let client = PeerClient(
                    AddressPolicy(networks: ["127.0.0.2"].compactMap(IPNetwork.init)), patience: .seconds(60),
                    connectPatience: .seconds(60),
                    // What is asked a second time is told the other address.
                    resolver: { _ in [asked.next() == 1 ? .v4(0x7f00_0002) : .v4(0x7f00_0001)] },
                    trust: .certificates([try TestCertificate.certificate()]))
                let node = try NodeAddress("https://\(TestCertificate.name):\(port)")
                #expect(try await client.send("GET", "/", at: node, accept: "*/*").status == 204)
                #expect(asked.count == 1)
                await #expect(throws: PeerError.addressRefused) {
                    try await client.send("GET", "/", at: node, accept: "*/*")
                }
                #expect(checked.text.contains("host: \(TestCertificate.name):\(port)\r\n"))
            }
        }
        #expect(checked.connections == 1)
        #expect(other.connections == 0)
    }

    @Test func `a name that is never resolved is given up`() async throws {
        let client = PeerClient(
            AddressPolicy(), patience: .milliseconds(100),
            resolver: { _ in
                // Until the caller goes away.
                for await _ in AsyncStream<Void>(unfolding: { try? await Task.sleep(for: .seconds(3_600)) }) {}
                return []
            })
        await #expect(throws: PeerError.unreachable) {
            try await client.send("GET", "/", at: NodeAddress("https://slow.example"), accept: "*/*")
        }
    }

    @Test func `a name without an address is unreachable`() async throws {
        let client = client(AddressPolicy(), [])
        await #expect(throws: PeerError.unreachable) {
            try await client.send("GET", "/", at: NodeAddress("https://nowhere.example"), accept: "*/*")
        }
    }

    @Test func `the resolver of the system takes names for what they are`() async {
        #expect(await SystemResolver.resolve("localhost").contains(.v4(0x7f00_0001)))
        #expect(await SystemResolver.resolve("no such name").isEmpty)
        // This is why such names are not asked for.
        #expect(await SystemResolver.resolve("2130706433") == [.v4(0x7f00_0001)])
    }

    @Test func `a path that could begin another request is not sent`() async throws {
        let target = ScriptedServer()
        try await target.serving { port in
            let node = try NodeAddress("http://127.0.0.1:\(port)")
            for path in ["", "a", "/a b", "/a\r\nHost: b", "/a#b", "/ä", "/a\\b"] {
                await #expect(throws: PeerError.addressRefused) {
                    try await client(.unrestricted, []).send("GET", path, at: node, accept: "*/*")
                }
            }
        }
        #expect(target.connections == 0)
    }
}
