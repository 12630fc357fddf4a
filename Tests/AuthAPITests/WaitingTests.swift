import Capabilities
import DumpIdentity
import IPLD
import ServiceLifecycle
import TestSupport
import Testing

@testable import AuthAPI

/// Calls that wait for an answer. That something is not there before its time is not asserted on: each test ends by
/// something that happens.
struct WaitingTests {
    private func asking(
        _ scene: GrantScene, wait: Value, request: CID? = nil, owner: Principal? = nil, nonce: UInt8 = 1
    ) throws -> Invocation {
        var arguments = Map()
        arguments["request"] = .link(request ?? scene.request.cid)
        arguments["wait"] = wait
        return try Invocation.sign(
            .profileAnswer, on: Party.viewer.principal, audience: owner ?? scene.pseudonym, arguments: arguments,
            nonce: [UInt8](repeating: nonce, count: 16), expiration: scene.node.clock.time + 300,
            with: Party.viewer.key())
    }

    /// Waits until so many calls are held.
    private func held(_ count: Int, _ node: TestNode) async throws {
        while node.node.waiting.count < count { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test(.timeLimit(.minutes(5))) func `a held call ends with the owner's decision`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            let waiting = scene.node.node.waiting
            async let other = scene.send(asking(scene, wait: 60, request: scene.object.cid, nonce: 2))
            try await held(1, scene.node)
            async let answer = scene.send(asking(scene, wait: 60))
            try await held(2, scene.node)
            _ = try await scene.owner.done("POST", "/v1/inbox/\(scene.request.cid)/deny")
            let sealed = try #require(try await answer.map["answer"]?.bytesValue)
            #expect(try Answer(opening: sealed, with: Party.viewer.key()) == .denied)
            // One that began before waits on: it was the decision that ended this one, and not its time.
            #expect(waiting.count == 1)
            waiting.close()
            #expect(try await other.map["answer"] == .null)
            #expect(waiting.count == 0)
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a denial in silence ends no held call`() async throws {
        try await GrantScene.run { scene in
            let terms = try RequestTerms(
                fields: [.name], purpose: Person.purpose, duration: Day.seconds, object: scene.object.cid)
            let other = try ProfileRequest.sign(
                terms, to: scene.pseudonym, expiration: scene.node.clock.time + 300, with: Party.viewer.key())
            for request in [scene.request, other] { _ = try await scene.send(request.invocation) }
            let waiting = scene.node.node.waiting
            async let untold = scene.send(asking(scene, wait: 60))
            async let told = scene.send(asking(scene, wait: 60, request: other.cid, nonce: 2))
            try await held(2, scene.node)
            _ = try await scene.owner.done("POST", "/v1/inbox/\(scene.request.cid)/deny", ["silent": true])
            _ = try await scene.owner.done("POST", "/v1/inbox/\(other.cid)/deny")
            #expect(try await told.map["answer"] != .null)
            #expect(waiting.count == 1)
            waiting.close()
            #expect(try await untold.map["answer"] == .null)
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a call about nothing is held and answered like one about what waits`()
        async throws
    {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            let stranger = try Party.stranger.principal
            async let waiting = scene.send(asking(scene, wait: 60))
            async let unknown = scene.send(asking(scene, wait: 60, request: scene.object.cid, nonce: 2))
            async let elsewhere = scene.send(asking(scene, wait: 60, owner: stranger, nonce: 3))
            try await held(3, scene.node)
            scene.node.node.waiting.close()
            let replies = try await [waiting, unknown, elsewhere]
            #expect(replies.allSatisfy { $0.status == 200 && $0 == replies[0] })
        }
    }

    // More than are executed at a time: were a held call one of them, nothing else would be.
    @Test(.timeLimit(.minutes(5))) func `held calls keep nobody from a turn`() async throws {
        try await GrantScene.run { scene in
            let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                for nonce in 1...6 as ClosedRange<UInt8> {
                    group.addTask { try await scene.send(asking(scene, wait: 60, nonce: nonce)) }
                }
                try await held(6, scene.node)
                _ = try await scene.send(scene.request.invocation)
                #expect(try await scene.owner.done("GET", "/v1/inbox").maps("requests").count == 1)
                #expect(scene.node.node.waiting.count == 6)
                scene.node.node.waiting.close()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.allSatisfy { $0.status == 200 && $0.map["answer"] == .null })
        }
    }

    @Test(arguments: [-1, 61, .int(.max), "1", .null, .float(1)] as [Value])
    func `a wait outside its bounds is malformed`(wait: Value) async throws {
        try await GrantScene.run { scene in
            let reply = try await scene.send(asking(scene, wait: wait))
            #expect(reply.problem == "malformed")
        }
    }

    @Test(arguments: ["-1", "61", "x", "", "1.5"])
    func `a viewer waits for no other time`(wait: String) async throws {
        try await withNode { node in
            let id = "bafyreic4jatmsu2lvmbtnc2pkq55jcnizjmu7szgsulcys53clivvdy74a"
            let reply = try await node.account("steve").call("GET", "/v1/requests/\(id)?wait=\(wait)")
            #expect(reply.problem == "malformed")
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a viewer waits for the answer across two nodes`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask().text("id")
            async let shown = meeting.stephanie.done("GET", "/v1/requests/\(id)?wait=60")
            try await held(1, meeting.steve.node)
            _ = try await meeting.approve(id)
            #expect(try await shown.text("state") == "approved")
        }
    }

    @Test(.timeLimit(.minutes(5))) func `events tell how a request stands, and its answer`() async throws {
        try await Meeting.run { meeting in
            let id = try await meeting.ask().text("id")
            async let reply = meeting.stephanie.call("GET", "/v1/requests/\(id)/events")
            try await held(1, meeting.steve.node)
            _ = try await meeting.approve(id, fields: ["name"])
            let stream = try await reply
            #expect(stream.status == 200 && stream.mediaType == "text/event-stream")
            let states = try stream.text.split(separator: "\n").filter { $0.hasPrefix("data: ") }
                .map { try DagJSON.decode(Array($0.dropFirst(6).utf8)).mapValue?.text("state") }
            #expect(states == ["pending", "narrowed"])
            let unknown = try await meeting.stephanie.call("GET", "/v1/requests/\(meeting.object)/events")
            #expect(unknown.problem == "not-found")
        }
    }

    @Test func `there is room for so many calls of one caller, and in all`() {
        let calls = HeldCalls(perCaller: 2, total: 3)
        let (a, b) = (HeldCalls.Caller.source(.unknown), RequestSource("127.0.0.1").map { HeldCalls.Caller.source($0) })
        let first = calls.hold([1], for: a)
        #expect(first != nil && calls.hold([1], for: a) != nil && calls.hold([2], for: a) == nil)
        #expect(b.flatMap { calls.hold([1], for: $0) } != nil)
        #expect(b.flatMap { calls.hold([1], for: $0) } == nil)
        first?.release()
        first?.release()
        #expect(calls.count == 2)
        #expect(calls.hold([1], for: a) != nil)
    }

    @Test(.timeLimit(.minutes(5))) func `what happens while a call begins to wait is not missed`() async throws {
        let calls = HeldCalls()
        let held = try #require(calls.hold([1], for: .source(.unknown)))
        calls.wake([2])
        calls.wake([1])
        await held.wait(until: .now + .seconds(3_600))
    }

    @Test(.timeLimit(.minutes(5))) func `a node that stops ends what is held, and holds nothing more`() async throws {
        let calls = HeldCalls()
        let held = try #require(calls.hold([1], for: .source(.unknown)))
        calls.close()
        await held.wait(until: .now + .seconds(3_600))
        #expect(calls.hold([1], for: .source(.unknown)) == nil)
    }

    @Test(.timeLimit(.minutes(5))) func `a node that is told to stop answers what it holds`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let (running, continuation) = AsyncStream.makeStream(of: Int.self)
            let listen = ListenAddress(host: "127.0.0.1", port: node.port)
            let server = NodeServer(node: node.node, listen: listen, logger: node.log.logger) { continuation.yield($0) }
            let group = ServiceGroup(configuration: .init(services: [server], logger: node.log.logger))
            try await whileRunning(running) {
                defer { continuation.finish() }
                try await group.run()
            } body: {
                let scene = try await GrantScene(node)
                async let answer = scene.send(asking(scene, wait: 60))
                try await held(1, node)
                // One that would be held for longer than the test may take.
                let long = try #require(node.node.waiting.hold([1], for: .source(.unknown)))
                await group.triggerGracefulShutdown()
                await long.wait(until: .now + .seconds(3_600))
                #expect(try await answer.map["answer"] == .null)
            }
        }
    }
}
