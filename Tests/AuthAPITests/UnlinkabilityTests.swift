import DumpIdentity
import IPLD
import PseudonymStore
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

/// Objects of one person under different pseudonyms share nothing that objects of different people do not share.
struct UnlinkabilityTests {
    private let market: ModuleID

    init() throws { market = try ModuleID(TestNode.market) }

    /// A node and people whose every byte is the same at each run: at the edges of random texts, chance makes equal
    /// windows now and then, and must not decide.
    private struct FixedNode {
        let node: TestNode

        init(_ client: PeerClient) async throws {
            node = try await TestNode(
                client: client, random: .seeded(7), address: NodeAddress("https://node.example"))
        }

        func owner(_ handle: String, seed: UInt8) async throws -> OwnerAgent {
            let root = try RootKey.test(seed)
            let handle = try Handle(handle)
            let key = try SecretBytes.test(1)
            let wrap = try PassphraseWrap(
                root, handle: handle, key: key, salt: [UInt8](repeating: 0, count: PasswordHash.saltLength),
                cost: .minimum)
            let vault = Vault(node: node.node, handle: handle, root: root)
            try await node.node.accounts.add(
                StoredAccount(
                    handle: handle, wrap: wrap, recovery: nil, profile: vault.seal(StoredProfile()),
                    state: vault.seal(AccountState()))
            )
            return OwnerAgent(node: node.node, session: Session(handle: handle, root: root, identifier: []))
        }
    }

    /// A body of a fixed length in which nothing is the same but its form.
    private func body(_ number: UInt8) -> Map {
        var body = Map()
        body["title"] = .string(Base64URL.encode(Hashing.sha256([number])))
        return body
    }

    private func windows(_ object: ModuleObject) -> Set<[UInt8]> {
        let bytes = object.envelope.bytes
        return Set((0...(bytes.count - 8)).map { Array(bytes[$0..<($0 + 8)]) })
    }

    @Test func `objects under different pseudonyms share no eight bytes that another person's has not`() async throws {
        try await withClient { client in
            let fixed = try await FixedNode(client)
            let (steve, stephanie) = (
                try await fixed.owner("steve", seed: 1), try await fixed.owner("stephanie", seed: 2)
            )
            let objects = [
                try await steve.publish(body(1), module: market), try await steve.publishFresh(body(2), module: market),
                try await steve.publishFresh(body(3), module: market),
            ]
            let others = windows(try await stephanie.publish(body(4), module: market))
            for (number, object) in objects.enumerated() {
                for other in objects[(number + 1)...] {
                    let shared = windows(object).intersection(windows(other))
                    #expect(!shared.isEmpty, "the form is the same")
                    #expect(shared.subtracting(others).isEmpty)
                }
            }
        }
    }

    @Test func `objects before and after a rotation share no eight bytes that another person's has not`() async throws {
        try await withClient { client in
            let fixed = try await FixedNode(client)
            let (steve, stephanie) = (
                try await fixed.owner("steve", seed: 1), try await fixed.owner("stephanie", seed: 2)
            )
            let before = windows(try await steve.publish(body(1), module: market))
            let rotation = try await steve.rotate(in: market, isVouching: false)
            let after = try await steve.publish(body(2), module: market)
            let others = windows(try await stephanie.publish(body(3), module: market))
            #expect(after.issuer == rotation.current)
            #expect(windows(after).intersection(before).subtracting(others).isEmpty)
        }
    }

    @Test func `an object of the same body is as long under every pseudonym`() async throws {
        try await withClient { client in
            let fixed = try await FixedNode(client)
            let steve = try await fixed.owner("steve", seed: 1)
            var lengths = [try await steve.publish(body(0), module: market).envelope.bytes.count]
            for number in 1...300 {
                let fresh = try await steve.publishFresh(body(UInt8(number % 256)), module: market)
                lengths.append(fresh.envelope.bytes.count)
                _ = try await fixed.node.node.objects.release(in: market, probability: 1)
            }
            #expect(Set(lengths).count == 1)
        }
    }

    @Test func `objects under different pseudonyms have one mailbox, a day, and nonces of their own`() async throws {
        try await withClient { client in
            let fixed = try await FixedNode(client)
            let steve = try await fixed.owner("steve", seed: 1)
            fixed.node.clock.advance(by: 12_345)
            var objects = [try await steve.publish(body(0), module: market)]
            for number in 1...5 { objects.append(try await steve.publishFresh(body(UInt8(number)), module: market)) }
            #expect(Set(objects.map(\.issuer)).count == 6)
            #expect(Set(objects.map(\.mailboxes)) == [[fixed.node.address]])
            #expect(Set(objects.map(\.day)) == [testTime])
            let nonces = objects.compactMap { $0.envelope.payload["nonce"]?.bytesValue }
            #expect(Set(nonces).count == 6)
        }
    }

    @Test func `the order in the log is not that of publishing`() async throws {
        try await withClient { client in
            let fixed = try await FixedNode(client)
            let steve = try await fixed.owner("steve", seed: 1)
            var published: [[UInt8]] = []
            for number in 1...30 {
                published.append(try await steve.publishFresh(body(UInt8(number)), module: market).envelope.bytes)
            }
            let service = ReleaseService(node: fixed.node.node, random: .seeded(9), logger: fixed.node.log.logger)
            var logged: [[UInt8]] = []
            while logged.count < 30 {
                await service.release(probability: 0.1)
                logged = try await fixed.node.node.objects.objects(of: market, after: 0, limit: 200).map(\.bytes)
            }
            #expect(Set(logged) == Set(published))
            let places = logged.compactMap { published.firstIndex(of: $0) }
            let rises = zip(places, places.dropFirst()).count { $0 < $1 }
            // 14.5 of 29 expected, with a standard deviation of 1.6: (n + 1) / 12 of 30.
            #expect((8...21).contains(rises), "\(places)")
        }
    }
}
