import Capabilities
import DumpIdentity
import IPLD
import NIOCore
import PseudonymStore
import Sodium
import TestSupport
import Testing

@testable import AuthAPI

/// The feed over HTTP.
struct RevocationFeedTests {
    @Test func `a follower hears of a revocation before it is acknowledged, under a name that tells nobody else`()
        async throws
    {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            var feed = try await FeedReading(scene.node)
            #expect(feed.status == 200)
            #expect(feed.headers["content-type"] == "text/event-stream")
            #expect(feed.headers["cache-control"] == "no-store")
            let first = try await feed.untilAlive(scene.node)
            #expect(first.map(\.type) == ["snapshot", "alive"])
            #expect(first.flatMap(\.statement.names).isEmpty)

            #expect(try await scene.owner.call("DELETE", "/v1/grants/\(grant.cid)").status == 204)
            var next = try await feed.next(scene.node)
            while next?.type == "alive" { next = try await feed.next(scene.node) }
            let event = try #require(next)
            #expect(event.type == "revoked")
            #expect(event.statement.names == [RevocationName(grant.cid, by: grant.owner)])
            #expect(event.id == event.statement.position.text)
            for secret in [grant.cid.digest, grant.owner.publicKey, grant.viewer.publicKey] {
                #expect(!event.statement.bytes.indices.contains { event.statement.bytes[$0...].starts(with: secret) })
            }
        }
    }

    @Test func `what was told is not told again`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            for _ in 0..<3 { _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)") }
            #expect(scene.node.node.feed.position.sequence == 1)
        }
    }

    @Test func `a viewer's taking back is told as well, and a refused revocation is not`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant.delegation
            let chain = [grant, try scene.handOn([.name])]
            for (party, status) in [(Party.stranger, 403), (.viewer, 200)] {
                let revocation = try Revocation.sign(chain[1].cid, path: chain.map(\.cid), with: party.key())
                #expect(try await scene.send(revocation.invocation, chain).status == status)
                #expect(scene.node.node.feed.position.sequence == (party == .viewer ? 1 : 0))
            }
            var feed = try await FeedReading(scene.node)
            let names = try await feed.untilAlive(scene.node).flatMap(\.statement.names)
            #expect(names == [try #require(RevocationName(chain[1].cid, by: Party.viewer.principal))])
        }
    }

    // Threat: STR-144
    @Test func `what a viewer gave back is told once, also after a restart`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            #expect(try await scene.send(scene.returning(grant, nonce: 1), []).status == 403)
            #expect(scene.node.node.feed.position.sequence == 0)
            for nonce in 2...3 as ClosedRange<UInt8> {
                let invocation = try scene.returning(grant, nonce: nonce)
                #expect(try await scene.send(invocation, [grant.delegation]).status == 200)
            }
            #expect(scene.node.node.feed.position.sequence == 1)
            let end = [try #require(RevocationName(grant.cid, by: grant.owner))]
            var feed = try await FeedReading(scene.node)
            #expect(try await feed.untilAlive(scene.node).flatMap(\.statement.names) == end)
            #expect(try await scene.node.restarted().node.pseudonyms.revocationNames() == end)
        }
    }

    @Test func `the end of an account is told at once`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            let body: Value = ["passphrase": .string(Person.passphrase)]
            #expect(try await scene.owner.call("DELETE", "/v1/account", body).status == 200)
            var feed = try await FeedReading(scene.node)
            #expect(
                try await feed.untilAlive(scene.node).flatMap(\.statement.names) == [
                    RevocationName(grant.cid, by: grant.owner)
                ])
        }
    }

    @Test func `a follower goes on where it left off, and begins anew after a restart of the node`() async throws {
        try await GrantScene.run { scene in
            let feed = scene.node.node.feed
            for byte in 1...3 as ClosedRange<UInt8> { try scene.node.revoke([byte]) }
            let start = feed.position
            let second = try FeedPosition(epoch: start.epoch, sequence: 1)
            var reading = try await FeedReading(scene.node, after: second.text)
            let events = try await reading.untilAlive(scene.node)
            #expect(events.map(\.type) == ["revoked", "revoked", "alive"])
            #expect(events.map(\.statement.position.sequence) == [2, 3, 3])

            // Up to date: nothing but a sign of life.
            reading = try await FeedReading(scene.node, after: start.text)
            #expect(try await reading.untilAlive(scene.node).map(\.type) == ["alive"])

            for other in ["none", "\(start.text)0", try FeedPosition(other: start).text] {
                reading = try await FeedReading(scene.node, after: other)
                #expect(try await reading.untilAlive(scene.node).map(\.type) == ["snapshot", "alive"])
            }
        }
    }

    @Test func `after a restart all that was ever revoked stands in the snapshot, in no order of time`() async throws {
        try await GrantScene.run { scene in
            let grant = try await scene.approved().grant
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(grant.cid)")
            let again = try await scene.node.restarted()
            #expect(again.node.feed.position.epoch != scene.node.node.feed.position.epoch)
            #expect(again.node.feed.position.sequence == 0)
            let subscription = try again.node.feed.follow(
                after: nil, from: .unknown, at: testTime, with: again.node.key)
            #expect(subscription.first.count == 2)
            let name = try #require(RevocationName(grant.cid, by: grant.owner))
            #expect(try await again.node.pseudonyms.revocationNames() == [name])
            let lines = String(buffer: subscription.first[0].bytes).split(separator: "\n")
            let data = try #require(lines.first { $0.hasPrefix("data: ") }).dropFirst(6)
            let statement = try RevocationStatement(verifying: Base64URL.decode(data), by: [again.node.principal])
            #expect(statement.content == .snapshot([name], piece: 1, of: 1))
        }
    }

    // MARK: Bounds

    @Test func `there is a bound on followers, and one that leaves makes room`() async throws {
        try await GrantScene.run { scene in
            let node = scene.node.node
            let feed = try RevocationFeed(
                random: .system, limits: .init(followers: 3, followersPerSource: 2))
            feed.load([])
            let follow = { (source: String) in
                try feed.follow(after: nil, from: try #require(RequestSource(source)), at: testTime, with: node.key)
            }
            var held = [try follow("192.0.2.1"), try follow("192.0.2.1")]
            #expect(throws: APIError.busy) { try follow("192.0.2.1") }
            held.append(try follow("192.0.2.2"))
            #expect(throws: APIError.busy) { try follow("192.0.2.3") }
            held.removeFirst()
            #expect(feed.followerCount == 2)
            held.append(try follow("192.0.2.3"))
            #expect(held.count == 3)
        }
    }

    @Test func `a follower that does not take what waits is cut off behind it, and goes on from there`() async throws {
        try await GrantScene.run { scene in
            let node = scene.node.node
            let feed = try RevocationFeed(random: .system, limits: .init(waiting: 4))
            feed.load([])
            let slow = try feed.follow(after: nil, from: .unknown, at: testTime, with: node.key)
            for byte in 1...10 as ClosedRange<UInt8> { feed.publish([try .test(byte)], with: node.key) }
            #expect(feed.followerCount == 0)
            var count = 0
            for await _ in slow.frames { count += 1 }
            #expect(count == 4)
            let last = try FeedPosition(epoch: feed.position.epoch, sequence: 4)
            let again = try feed.follow(after: last, from: .unknown, at: testTime, with: node.key)
            #expect(again.first.count == 6 + 1)
        }
    }

    @Test func `who is behind what is kept gets a snapshot`() async throws {
        try await GrantScene.run { scene in
            let node = scene.node.node
            let feed = try RevocationFeed(random: .system, limits: .init(events: 3))
            feed.load([])
            for byte in 1...5 as ClosedRange<UInt8> { feed.publish([try .test(byte)], with: node.key) }
            for (sequence, frames) in [(1, 2), (2, 4), (3, 3), (5, 1)] as [(Int64, Int)] {
                let last = try FeedPosition(epoch: feed.position.epoch, sequence: sequence)
                let follower = try feed.follow(after: last, from: .unknown, at: testTime, with: node.key)
                #expect(follower.first.count == frames)
            }
        }
    }

    @Test func `nobody follows a feed that does not know what was revoked before, or that has ended`() async throws {
        try await GrantScene.run { scene in
            let node = scene.node.node
            let feed = try RevocationFeed(random: .system)
            #expect(throws: APIError.busy) {
                try feed.follow(after: nil, from: .unknown, at: testTime, with: node.key)
            }
            feed.load([])
            let follower = try feed.follow(after: nil, from: .unknown, at: testTime, with: node.key)
            feed.close()
            for await _ in follower.frames { Issue.record("nothing comes after the end") }
            #expect(throws: APIError.busy) {
                try feed.follow(after: nil, from: .unknown, at: testTime, with: node.key)
            }
        }
    }

    @Test func `what is revoked at once is split, and none is left out`() async throws {
        try await GrantScene.run { scene in
            let node = scene.node.node
            let feed = try RevocationFeed(random: .system, limits: .init(names: 4))
            feed.load([try .test(1)])
            let names = try (1...10 as ClosedRange<UInt8>).map { try RevocationName.test($0) }
            feed.publish(names, with: node.key)
            #expect(feed.position.sequence == 3)
        }
    }

    @Test func `the order of revocations stands in no file`() async throws {
        // Two nodes with the same revocations in another order have the same snapshot to give.
        try await GrantScene.run { scene in
            let (node, epoch) = (scene.node.node, RandomSource.fixed(5))
            let frames = try [[1, 2, 3], [3, 1, 2]].map { (order: [UInt8]) in
                let feed = try RevocationFeed(random: epoch, limits: .init(events: 0))
                feed.load([])
                for byte in order { feed.publish([try .test(byte)], with: node.key) }
                return try feed.follow(after: nil, from: .unknown, at: testTime, with: node.key).first
            }
            #expect(frames[0] == frames[1])
        }
    }
}

extension RevocationName {
    static func test(_ byte: UInt8) throws -> RevocationName {
        try RevocationName(bytes: Hashing.sha256([byte]))
    }
}

extension FeedPosition {
    /// The same number in another epoch.
    fileprivate init(other: FeedPosition) throws {
        try self.init(epoch: other.epoch.altered(at: 3), sequence: other.sequence)
    }
}

extension TestNode {
    /// Tells in the feed what no file knows of.
    fileprivate func revoke(_ bytes: [UInt8]) throws {
        node.feed.publish(try bytes.map { try .test($0) }, with: node.key)
    }
}
