import DumpIdentity
import Testing

@testable import AuthAPI

/// What may be called, and what is an address.
struct AddressPolicyTests {
    /// Whether a policy lets a node be called that stands for an address.
    private func allows(_ policy: AddressPolicy, _ text: String, _ address: String? = nil) throws -> Bool {
        let node = try NodeAddress(text)
        let destination = try #require(Destination(node))
        guard let reach = policy.reach(of: node, at: destination) else { return false }
        if case .address(let written) = destination.host { return policy.allows(written, within: reach) }
        return policy.allows(try #require(IPAddress(address ?? "")), within: reach)
    }

    private func networks(_ texts: String...) -> [IPNetwork] { texts.compactMap(IPNetwork.init) }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.167.255.255",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1", "2001:200::1", "2a00::1", "64:ff9b::101:101",
    ]) func `an address that everyone can reach may be called over HTTPS`(address: String) throws {
        #expect(try allows(AddressPolicy(), "https://node.example", address))
        #expect(try !allows(AddressPolicy(), "http://node.example", address))
    }

    @Test func `every special range is read`() {
        #expect((SpecialAddresses.v4 + SpecialAddresses.v6).allSatisfy { IPNetwork($0) != nil })
    }

    @Test func `loopback is called where that was said, over HTTP, and where it is written as such`() throws {
        let policy = AddressPolicy(allowsLoopback: true)
        #expect(try allows(policy, "http://127.0.0.1:8001"))
        #expect(try allows(policy, "https://[::1]:8001"))
        #expect(try allows(policy, "http://localhost", "127.0.0.1"))
        #expect(try !allows(policy, "http://localhost", "10.0.0.1"))
        #expect(try !allows(policy, "http://10.0.0.1"))
        #expect(try !allows(policy, "https://10.0.0.1"))
        #expect(try !allows(policy, "https://inner.example", "127.0.0.1"))
        #expect(try !allows(policy, "http://public.example", "1.1.1.1"))
    }

    @Test func `a network that was named is called, over HTTPS alone`() throws {
        let policy = AddressPolicy(networks: networks("10.1.0.0/16", "fd00::/8"))
        #expect(try allows(policy, "https://10.1.255.255"))
        #expect(try allows(policy, "https://inner.example", "fd12::1"))
        #expect(try allows(policy, "https://inner.example", "64:ff9b::a01:1"))
        #expect(try !allows(policy, "http://10.1.0.1"))
        #expect(try !allows(policy, "https://10.2.0.0"))
        #expect(try !allows(policy, "https://inner.example", "::ffff:a01:1"))
    }

    @Test func `a peer is called over HTTP, and at the address that the operator gave`() throws {
        let peers = try ["http://10.0.0.1:80", "http://peer.example", "http://localhost:1"].map { try NodeAddress($0) }
        let policy = AddressPolicy(peers: peers)
        #expect(try allows(policy, "http://10.0.0.1:80"))
        #expect(try allows(policy, "http://peer.example", "1.1.1.1"))
        #expect(try allows(policy, "http://localhost:1", "127.0.0.1"))
        // What the peer's name stands for, the operator did not choose.
        #expect(try !allows(policy, "http://peer.example", "169.254.169.254"))
        #expect(try !allows(policy, "http://10.0.0.1:80/path"))
        #expect(try !allows(policy, "http://10.0.0.1:81"))
        #expect(try !allows(policy, "https://10.0.0.1:80"))
        #expect(try !allows(policy, "http://10.0.0.2:80"))
    }

    @Test func `the node's own address is called whatever it is`() throws {
        let policy = AddressPolicy(own: try NodeAddress("https://node.example"))
        #expect(try allows(policy, "https://node.example", "127.0.1.1"))
        #expect(try !allows(policy, "https://node.example:8443", "127.0.1.1"))
    }

    @Test(
        arguments: [
            ("0.0.0.0", [0, 0, 0, 0]), ("255.1.20.3", [255, 1, 20, 3]),
            ("::", [UInt8](repeating: 0, count: 16)), ("::1", [UInt8](repeating: 0, count: 15) + [1]),
            ("1:2:3:4:5:6:7:abcd", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0xab, 0xcd]),
            ("1::8", [0, 1] + [UInt8](repeating: 0, count: 12) + [0, 8]),
        ] as [(String, [UInt8])]) func `an address is read`(text: String, bytes: [UInt8]) throws
    {
        #expect(try #require(IPAddress(text)).bytes == bytes)
    }

    @Test(arguments: [
        "", ".", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", "01.2.3.4", "256.2.3.4", "+1.2.3.4", "1.2.3.4 ", "0x1.2.3.4",
        ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "::12345", "::g", "::+1", "::1.2.3.4", "::1%lo",
        "1:2:3:4:5:6:7::8:9", "[::1]", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:",
    ]) func `what is no address in its strict form is none`(text: String) { #expect(IPAddress(text) == nil) }

    @Test(arguments: ["10.0.0.0/8", "0.0.0.0/0", "10.0.0.1/32", "10.0.0.1", "::/0", "fd00::/8", "::1/128"])
    func `a network is read`(text: String) { #expect(IPNetwork(text) != nil) }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.1/8", "fd00::/129", "fd00::1/8",
        "10/8", "10.0.0.0/8/8", "10.0.0.0/+8",
    ]) func `what is no network is none`(text: String) { #expect(IPNetwork(text) == nil) }
}
