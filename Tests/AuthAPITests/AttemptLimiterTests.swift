import AsyncHTTPClient
import AuthAPI
import DumpIdentity
import HTTPTypes
import Hummingbird
import IPLD
import NIOCore
import NIOHTTP1
import Testing

@testable import AuthAPI

struct AttemptLimiterTests {
    private func isAllowed(_ limiter: AttemptLimiter, _ handle: String?, _ source: String) throws -> Bool {
        let source = try #require(RequestSource(source))
        let handle = try handle.map { try Handle($0) }
        do { try limiter.begin(handle, from: source) } catch { return false }
        return true
    }

    @Test func `an account has ten guesses at once, then one a minute`() throws {
        let clock = TestClock()
        let limiter = AttemptLimiter { clock.time }
        for number in 0..<10 { #expect(try isAllowed(limiter, "steve", "192.0.2.\(number)")) }
        #expect(try !isAllowed(limiter, "steve", "192.0.2.200"))
        #expect(try isAllowed(limiter, "eve", "192.0.2.200"))
        clock.advance(by: 59)
        #expect(try !isAllowed(limiter, "steve", "192.0.2.201"))
        clock.advance(by: 1)
        #expect(try isAllowed(limiter, "steve", "192.0.2.202"))
        #expect(try !isAllowed(limiter, "steve", "192.0.2.203"))
    }

    @Test func `a source has sixty guesses at once, then one every ten seconds`() throws {
        let clock = TestClock()
        let limiter = AttemptLimiter { clock.time }
        for number in 0..<60 { #expect(try isAllowed(limiter, "account-\(number)", "192.0.2.1")) }
        #expect(try !isAllowed(limiter, "steve", "192.0.2.1"))
        #expect(try !isAllowed(limiter, nil, "192.0.2.1"))
        #expect(try isAllowed(limiter, "steve", "192.0.2.2"))
        clock.advance(by: 9)
        #expect(try !isAllowed(limiter, nil, "192.0.2.1"))
        clock.advance(by: 1)
        #expect(try isAllowed(limiter, nil, "192.0.2.1"))
    }

    @Test func `it is said how long to wait, and waiting so long is enough`() throws {
        let clock = TestClock()
        let limiter = AttemptLimiter { clock.time }
        for _ in 0..<10 { _ = try isAllowed(limiter, "steve", "192.0.2.1") }
        clock.advance(by: 13)
        #expect(throws: APIError.tooManyAttempts(retryAfter: 47)) {
            try limiter.begin(Handle("steve"), from: .unknown)
        }
        clock.advance(by: 47)
        #expect(try isAllowed(limiter, "steve", "192.0.2.1"))
    }

    @Test func `a refused guess is not counted`() throws {
        let clock = TestClock()
        let limiter = AttemptLimiter { clock.time }
        for _ in 0..<100 { _ = try isAllowed(limiter, "steve", "192.0.2.1") }
        clock.advance(by: 60)
        #expect(try isAllowed(limiter, "steve", "192.0.2.1"))
    }

    @Test func `a right guess gives the account all of its guesses again, and the source this one`() throws {
        let clock = TestClock()
        let limiter = AttemptLimiter { clock.time }
        let source = try #require(RequestSource("192.0.2.1"))
        for _ in 0..<59 { _ = try isAllowed(limiter, nil, "192.0.2.1") }
        for _ in 0..<9 { _ = try isAllowed(limiter, "steve", "192.0.2.2") }
        #expect(try isAllowed(limiter, "steve", "192.0.2.1"))
        limiter.succeeded(try Handle("steve"), from: source)
        for _ in 0..<10 { #expect(try isAllowed(limiter, "steve", "192.0.2.3")) }
        #expect(try isAllowed(limiter, nil, "192.0.2.1"))
        #expect(try !isAllowed(limiter, nil, "192.0.2.1"))
    }

    @Test func `its memory is bounded, and who has guessed most is forgotten last`() throws {
        let clock = TestClock()
        let limiter = AttemptLimiter(maximumCount: 100) { clock.time }
        for _ in 0..<10 { _ = try isAllowed(limiter, "steve", "192.0.2.1") }
        for number in 0..<1_000 {
            _ = try isAllowed(limiter, "account-\(number)", "10.0.\(number / 256).\(number % 256)")
            #expect(limiter.count <= 100)
        }
        #expect(try !isAllowed(limiter, "steve", "192.0.2.2"))
    }

    @Test func `whoever has all guesses again is forgotten first`() throws {
        let clock = TestClock()
        let limiter = AttemptLimiter(maximumCount: 4) { clock.time }
        _ = try isAllowed(limiter, "first", "192.0.2.1")
        _ = try isAllowed(limiter, "second", "192.0.2.2")
        clock.advance(by: 60)
        _ = try isAllowed(limiter, "third", "192.0.2.3")
        #expect(limiter.count == 2)
    }

    // MARK: Sources

    @Test(
        arguments: [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("192.0.2.1", "192.0.2.2", false), ("::ffff:192.0.2.1", "192.0.2.1", true),
            ("fe80::1%eth0", "fe80::2", true), ("::1", "127.0.0.1", false),
        ])
    func `an IPv4 address counts as it is, and of an IPv6 address the first half`(
        first: String, second: String, isSame: Bool
    ) throws {
        let (first, second) = (try #require(RequestSource(first)), try #require(RequestSource(second)))
        #expect((first == second) == isSame)
    }

    @Test(arguments: ["", "x", "unknown", "192.0.2", "192.0.2.1.1", "192.0.2.1 ", "2001:db8", "_hidden"])
    func `what is no address is no source`(text: String) {
        #expect(RequestSource(text) == nil)
    }

    @Test(
        arguments: [
            "192.0.2.1", "198.51.100.7, 192.0.2.1", "x,192.0.2.1", "192.0.2.1:8080", "[::ffff:192.0.2.1]:80",
            "[::ffff:192.0.2.1]", " 192.0.2.1 ",
        ])
    func `a proxy's header is read from its end`(text: String) throws {
        let name = try #require(HTTPField.Name("X-Forwarded-For"))
        #expect(RequestSource(forwarded: [name: text]) == RequestSource("192.0.2.1"))
        var twice = HTTPFields()
        twice.append(HTTPField(name: name, value: "198.51.100.7"))
        twice.append(HTTPField(name: name, value: text))
        #expect(RequestSource(forwarded: twice) == RequestSource("192.0.2.1"))
    }

    @Test(arguments: ["", ",", "192.0.2.1,", "192.0.2.1, unknown"])
    func `a header without an address at its end is none`(text: String) throws {
        let name = try #require(HTTPField.Name("X-Forwarded-For"))
        #expect(RequestSource(forwarded: [name: text]) == nil)
        #expect(RequestSource(forwarded: [:]) == nil)
    }

    // MARK: At a node

    @Test func `too many guesses are told with the time to wait`() throws {
        let response = Problem(.tooManyAttempts(retryAfter: 47)).response
        #expect(response.status.code == 429)
        #expect(response.headers[.retryAfter] == "47")
    }

    @Test(arguments: ["steve", "nobody"])
    func `after ten wrong guesses nothing is hashed any more, whether or not there is the account`(
        handle: String
    ) async throws {
        try await withClient { client in
            let counter = CountingHasher()
            try await TestNode(hasher: counter.hasher, client: client).serving { node in
                _ = try await node.joined("steve")
                let (_, code) = try await node.joined("eve")
                let before = counter.costs.count
                for _ in 0..<10 {
                    #expect(try await node.logIn(handle, "another passphrase").problem == "wrong-credentials")
                }
                let reply = try await node.logIn(handle)
                #expect(reply.status == 429 && reply.problem == "too-many-attempts")
                #expect(reply.map.text("detail").contains("60 seconds"))
                #expect(try await node.recover(handle, code).status == 429)
                #expect(counter.costs.count == before + 10)
                node.clock.advance(by: 60)
                #expect(try await node.logIn(handle, "another passphrase").status == 401)
                #expect(try await node.logIn(handle, "another passphrase").status == 429)
            }
        }
    }

    @Test func `guesses of all kinds count together, and a right one clears them`() async throws {
        try await withNode { node in
            let (steve, _) = try await node.joined("steve")
            let (_, other) = try await node.joined("eve")
            for _ in 0..<3 {
                #expect(try await node.logIn("steve", "another passphrase").status == 401)
                #expect(try await node.recover("steve", other).status == 401)
                #expect(
                    try await steve.confirmed("POST", "/v1/account/recovery-code", "another passphrase").status == 401)
            }
            #expect(try await node.logIn("steve").status == 201)
            for _ in 0..<10 { #expect(try await node.logIn("steve", "another passphrase").status == 401) }
            for path in ["recovery-code", "rotate"] {
                #expect(try await steve.confirmed("POST", "/v1/account/\(path)").problem == "too-many-attempts")
            }
            #expect(try await steve.confirmed("DELETE", "/v1/account").problem == "too-many-attempts")
            #expect(try await node.recover("steve", other).problem == "too-many-attempts")
            #expect(try await steve.isLoggedIn)
        }
    }

    /// A wrong guess at an account of its own, with the header of a proxy.
    private func guess(_ node: TestNode, _ number: Int, forwarded: String) async throws -> Int {
        var request = HTTPClientRequest(url: node.address.appending("/v1/session"))
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "x-forwarded-for", value: forwarded)
        request.body = .bytes(Array(#"{"handle":"account-\#(number)","passphrase":"a wrong passphrase"}"#.utf8))
        let response = try await HTTPClient.shared.execute(request, timeout: .patience)
        _ = try await response.body.collect(upTo: 1 << 20)
        return Int(response.status.code)
    }

    @Test(arguments: [false, true])
    func `the header counts behind a proxy alone`(isBehindProxy: Bool) async throws {
        try await withClient { client in
            try await TestNode(isBehindProxy: isBehindProxy, client: client).serving { node in
                for number in 0..<60 {
                    #expect(try await guess(node, number, forwarded: "203.0.113.\(number), 192.0.2.1") == 401)
                }
                let same = try await guess(node, 60, forwarded: "192.0.2.1")
                let other = try await guess(node, 61, forwarded: "192.0.2.2")
                #expect(same == 429)
                #expect(other == (isBehindProxy ? 401 : 429))
            }
        }
    }
}
