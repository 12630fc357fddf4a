import AsyncHTTPClient
import Capabilities
import DumpIdentity
import Foundation
import IPLD
import NIOCore
import NIOHTTP1
import PseudonymStore
import TestSupport
import Testing

@testable import AuthAPI

/// What happens, told to its owner while connected.
struct EventTests {
    /// An event as it came over the wire.
    private struct Event: Equatable {
        let name: String
        let data: Value
    }

    /// Reads the events of a stream, one after the other; signs of life are passed over.
    private final class Stream {
        private var iterator: HTTPClientResponse.Body.AsyncIterator
        private var text = ""

        init(_ response: HTTPClientResponse) { iterator = response.body.makeAsyncIterator() }

        /// The next event, or `nil` where the stream has ended.
        func next() async throws -> Event? {
            while true {
                while let end = text.range(of: "\n\n") {
                    let lines = text[..<end.lowerBound].split(separator: "\n")
                    text.removeSubrange(..<end.upperBound)
                    guard let name = lines.first(where: { $0.hasPrefix("event: ") })?.dropFirst(7),
                        let data = lines.first(where: { $0.hasPrefix("data: ") })?.dropFirst(6)
                    else { continue }
                    return Event(name: String(name), data: try DagJSON.decode(String(data)))
                }
                guard let part = try await iterator.next() else { return nil }
                text += String(buffer: part)
            }
        }
    }

    private func open(_ person: Person) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: person.node.address.appending("/v1/events"))
        request.headers.add(name: "authorization", value: "Bearer \(person.token ?? "")")
        return try await HTTPClient.shared.execute(request, timeout: .patience)
    }

    private func stream(_ person: Person) async throws -> Stream {
        let response = try await open(person)
        try #require(response.status == .ok)
        #expect(response.headers["content-type"] == ["text/event-stream"])
        #expect(response.headers["cache-control"] == ["no-store"])
        return Stream(response)
    }

    /// Ends the stream, so that the node of the test can end.
    private func logOut(_ person: Person) async throws {
        #expect(try await person.call("DELETE", "/v1/session").status == 204)
    }

    @Test func `a stream begins with counts, and tells what happens by name`() async throws {
        try await GrantScene.run { scene in
            let stream = try await stream(scene.owner)
            let first = try await stream.next()
            #expect(first == Event(name: "snapshot", data: ["waiting": 0, "active": 0, "ending": 0]))
            let approval = try await scene.approved()
            let request = Value.string(scene.request.cid.description)
            let grant = Value.string(approval.grant.cid.description)
            _ = try await scene.read([.name], under: [approval.grant.delegation])
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(approval.grant.cid)")
            let expected: [(String, Value)] = [
                ("request", ["request": request]), ("decided", ["request": request]), ("read", ["grant": grant]),
                ("revoked", ["grant": grant]),
            ]
            for (name, data) in expected {
                let event = try await stream.next()
                #expect(event?.name == name)
                #expect(event?.data == data)
            }
            try await logOut(scene.owner)
            #expect(try await stream.next() == nil)
        }
    }

    @Test func `a snapshot counts what waits, what is granted, and what ends soon`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            _ = try await scene.owner.done(
                "POST", "/v1/inbox/\(scene.request.cid)/approve",
                ["fields": ["name", "email"], "duration": .int(7 * Day.seconds), "ends": ["email": 3_600]])
            let terms = try RequestTerms(fields: [.name], purpose: "x", duration: 60, object: scene.object.cid)
            let waiting = try ProfileRequest.sign(
                terms, to: scene.pseudonym, expiration: scene.node.clock.time + 300, with: Party.stranger.key())
            _ = try await scene.send(waiting.invocation)
            let stream = try await stream(scene.owner)
            #expect(try await stream.next()?.data == ["waiting": 1, "active": 1, "ending": 1])
            try await logOut(scene.owner)
        }
    }

    // Threat: LIN-115
    @Test func `who follows hears of no other's, nor of those who are blocked`() async throws {
        try await GrantScene.run { scene in
            let other = try await scene.node.account("mallory")
            let (mine, others) = (try await stream(scene.owner), try await stream(other))
            _ = try await (mine.next(), others.next())
            #expect(try await scene.owner.call("PUT", "/v1/blocks/\(try Party.viewer.principal.did)").status == 204)
            _ = try await scene.send(scene.request.invocation)
            let terms = try RequestTerms(fields: [.name], purpose: "x", duration: 60, object: scene.object.cid)
            let next = try ProfileRequest.sign(
                terms, to: scene.pseudonym, expiration: scene.node.clock.time + 300, with: Party.stranger.key())
            _ = try await scene.send(next.invocation)
            #expect(try await mine.next()?.data == ["request": .string(next.cid.description)])
            try await logOut(scene.owner)
            try await logOut(other)
            #expect(try await others.next() == nil)
        }
    }

    @Test func `a pseudonym that is made while one follows is heard of, too`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let stream = try await stream(steve)
            _ = try await stream.next()
            let id = try CID(await steve.publish())
            let bytes = try #require(await node.node.objects.object(id, module: ModuleID(TestNode.market)))
            let object = try ModuleObject(verifying: bytes)
            let terms = try RequestTerms(fields: [.name], purpose: "x", duration: 60, object: id)
            let request = try ProfileRequest.sign(
                terms, to: object.issuer, expiration: node.clock.time + 300, with: Party.viewer.key())
            _ = try await node.post(container: Container([request.invocation.envelope.bytes]).encoded())
            #expect(try await stream.next()?.name == "request")
            try await logOut(steve)
        }
    }

    @Test func `logging out everywhere ends every stream of the account`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let credentials: Value = ["handle": "steve", "passphrase": .string(Person.passphrase)]
            let again = Person(
                node: node, token: try await node.anyone.done("POST", "/v1/session", credentials).text("token"))
            let streams = [try await stream(steve), try await stream(again)]
            #expect(try await steve.call("DELETE", "/v1/sessions").status == 204)
            for stream in streams {
                _ = try await stream.next()
                #expect(try await stream.next() == nil)
            }
            #expect(try await open(steve).status == .unauthorized)
        }
    }

    @Test func `an account has four streams, and the node so many as it may`() throws {
        let (viewer, stranger) = (try Party.viewer.principal, try Party.stranger.principal)
        let hub = EventHub(limits: .init(all: 5, perAccount: 4, waiting: 8))
        var held: [EventSubscription] = []
        for session in 0..<4 { held.append(try hub.follow([viewer], session: [UInt8(session)], blocked: [])) }
        #expect(throws: APIError.busy) { try hub.follow([viewer], session: [9], blocked: []) }
        held.append(try hub.follow([stranger], session: [10], blocked: []))
        #expect(throws: APIError.busy) { try hub.follow([try Party.third.principal], session: [11], blocked: []) }
        held.removeFirst()
        held.append(try hub.follow([viewer], session: [9], blocked: []))
        held.removeAll()
        #expect(!hub.isFollowed)
    }

    @Test func `who does not take what waits is cut off`() async throws {
        let hub = EventHub(limits: .init(all: 5, perAccount: 4, waiting: 2))
        let viewer = try Party.viewer.principal
        let slow = try hub.follow([viewer], session: [1], blocked: [])
        for _ in 0..<3 { hub.tell(.read(CID.of(dagCBOR: [0xf6])), to: viewer) }
        #expect(!hub.isFollowed)
        var count = 0
        for await _ in slow.events { count += 1 }
        #expect(count == 2)
    }
}
