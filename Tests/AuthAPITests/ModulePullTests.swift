import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

/// Another node reads a module's log by an invocation of its own. Threat: STR-95
struct ModulePullTests {
    /// An invocation of a pull, with one thing changed.
    struct Pull: Sendable {
        var command = Command.modulePull
        var subject: Principal?
        var audience: Principal?
        var hasAudience = true
        var lifetime: Int64? = 300
        var module = TestNode.market
        var after: Value = 0
        var limit: Value = 100
        var more: (String, Value)?

        func signed(for node: TestNode) throws -> Invocation {
            var arguments = Map()
            arguments["module"] = .string(module)
            arguments["after"] = after
            arguments["limit"] = limit
            if let more { arguments[more.0] = more.1 }
            return try Invocation.sign(
                command, on: subject ?? Party.stranger.principal,
                audience: hasAudience ? audience ?? node.node.principal : nil, arguments: arguments,
                nonce: [UInt8](repeating: 1, count: 16), expiration: lifetime.map { node.clock.time + $0 },
                with: Party.stranger.key())
        }
    }

    @Test func `a pull is answered with the page that everyone may read`() async throws {
        try await GrantScene.run { scene in
            let page = try await scene.send(Pull().signed(for: scene.node))
            #expect(page.status == 200)
            #expect(page.map["next"] == 1)
            #expect(page.map.maps("objects").count == 1)
            var anyone = scene.node.anyone
            anyone.form = .cbor
            let open = try await anyone.call("GET", "/v1/modules/\(TestNode.market)/objects")
            #expect(open.map == page.map)
        }
    }

    @Test func `a pull may be repeated, and stores nothing`() async throws {
        try await GrantScene.run { scene in
            let before = try await scene.node.footprint()
            let pull = try Pull().signed(for: scene.node)
            let first = try await scene.send(pull)
            #expect(try await scene.send(pull) == first)
            #expect(try await scene.send(pull).status == 200)
            #expect(try await scene.node.footprint() == before)
        }
    }

    @Test func `a pull of what is not run is told so`() async throws {
        try await GrantScene.run { scene in
            let reply = try await scene.send(Pull(module: "org.dump.other").signed(for: scene.node))
            #expect(reply.status == 404)
        }
    }

    @Test(arguments: [
        Pull(audience: try? Party.component.principal), Pull(hasAudience: false), Pull(lifetime: nil),
        Pull(lifetime: 601), Pull(lifetime: -1), Pull(subject: try? Party.viewer.principal), Pull(after: -1),
        Pull(limit: 0), Pull(limit: 201),
    ]) func `a pull that is not another node's to this one is refused`(pull: Pull) async throws {
        try await GrantScene.run { scene in
            let reply = try await scene.send(pull.signed(for: scene.node))
            #expect(reply.problem == "refused")
        }
    }

    @Test(arguments: [Pull(after: "0"), Pull(limit: .null), Pull(more: ("more", 1)), Pull(module: "no module")])
    func `arguments of another shape are malformed or unacceptable`(pull: Pull) async throws {
        try await GrantScene.run { scene in
            let reply = try await scene.send(pull.signed(for: scene.node))
            #expect([400, 422].contains(reply.status))
        }
    }

    @Test func `a pull names the peer and is signed by the node`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let page = try DagCBOR.encode(["objects": .list([]), "next": 0])
            let peer = FakePeer { _ in FakePeer.Answer(body: page) }
            try await peer.serving { address in
                let service = PullService(node: node.node, logger: node.log.logger)
                try await service.pull(ModuleID(TestNode.market), from: address)
                let question = try #require(peer.questions.first).invocation()
                #expect(question.command == .modulePull)
                #expect(question.issuer == node.node.principal)
                #expect(question.subject == node.node.principal)
                let name = try Party.stranger.principal
                #expect(question.audience == name)
                #expect(question.envelope.isSigned(by: node.node.principal))
                #expect(question.expiration == node.clock.time + InvocationClient.lifetime)
            }
        }
    }
}
