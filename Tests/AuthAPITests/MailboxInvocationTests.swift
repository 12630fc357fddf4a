import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

/// What a mailbox takes and refuses, from principals without a session.
struct MailboxInvocationTests {
    @Test func `a request to an unknown pseudonym is answered like one to a known pseudonym`() async throws {
        try await GrantScene.run { scene in
            let known = try await scene.send(scene.request.invocation)
            let terms = try RequestTerms(fields: [.name], purpose: "x", duration: 60, object: scene.object.cid)
            let other = try ProfileRequest.sign(
                terms, to: Party.stranger.principal, expiration: testTime + 300, with: Party.viewer.key())
            let unknown = try await scene.send(other.invocation)
            #expect(unknown == known)
            #expect(known.status == 200)
            #expect(try await scene.footprint("waiting_request") == 1)
            // Replaying either is refused alike.
            let again = (try await scene.send(scene.request.invocation), try await scene.send(other.invocation))
            #expect(again.0 == again.1)
            #expect(again.0.problem == "refused")
        }
    }

    @Test(arguments: [Command.profileAnswer, .profileWithdraw])
    func `asking about a request to an unknown pseudonym is answered like one without an answer`(
        command: Command
    ) async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            let known = try await scene.send(scene.act(command))
            let unknown = try await scene.send(
                scene.act(command, on: scene.object.cid, to: Party.stranger.principal, nonce: 2))
            #expect(known.status == 200)
            #expect(known == unknown)
        }
    }

    @Test func `another viewer gets no answer`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.approved()
            let reply = try await scene.send(scene.act(.profileAnswer, by: .stranger))
            #expect(reply.status == 200)
            #expect(reply.map["answer"] == .null)
        }
    }

    @Test func `another viewer withdraws nothing`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.send(scene.request.invocation)
            #expect(try await scene.send(scene.act(.profileWithdraw, by: .stranger)).status == 200)
            #expect(try await scene.footprint("waiting_request") == 1)
            #expect(try await scene.send(scene.act(.profileWithdraw)).status == 200)
            #expect(try await scene.footprint("waiting_request") == 0)
        }
    }

    @Test(arguments: Command.all)
    func `a replayed invocation is refused`(command: Command) async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved()
            let chain = command == .profileRead ? [approval.grant.delegation] : []
            let invocation =
                switch command {
                case .profileRequest: scene.request.invocation
                case .profileRead: try scene.reading([.name], under: chain)
                default: try scene.act(command, nonce: 77)
                }
            let first = try await scene.send(invocation, chain)
            #expect(first.status == (command == .profileRequest ? 403 : 200))
            let before = try await scene.node.footprint()
            #expect(try await scene.send(invocation, chain).problem == "refused")
            #expect(try await scene.node.footprint() == before)
        }
    }

    @Test func `an invocation may be repeated with another nonce`() async throws {
        try await GrantScene.run { scene in
            let chain = [try await scene.approved().grant.delegation]
            #expect(try await scene.read([.name], under: chain, nonce: 20).status == 200)
            #expect(try await scene.read([.name], under: chain, nonce: 21).status == 200)
            #expect(try await scene.footprint("new_receipt") == 2)
        }
    }

    @Test(arguments: Malformation.allCases)
    func `what is no container with one invocation is malformed`(malformation: Malformation) async throws {
        try await GrantScene.run { scene in
            let before = try await scene.node.footprint()
            let reply = try await scene.node.post(container: malformation.bytes(scene))
            #expect(reply.status == 400)
            #expect(reply.problem == "malformed")
            #expect(try await scene.node.footprint() == before)
        }
    }

    @Test func `a container above the limit is too large`() async throws {
        try await withNode { node in
            let bytes = [UInt8](repeating: 0x40, count: Container.maximumLength + 1)
            let reply = try await node.post(container: bytes)
            #expect(reply.problem == "too-large")
            #expect(reply.status == 413)
        }
    }

    @Test(arguments: Container.Encoding.allCases)
    func `a container is taken in every encoding`(encoding: Container.Encoding) async throws {
        try await GrantScene.run { scene in
            let bytes = try Container([scene.request.invocation.envelope.bytes]).encoded(encoding)
            let reply = try await scene.node.post(container: bytes)
            #expect(reply.status == 200)
        }
    }

    @Test(arguments: ["application/json", "application/cbor", "text/plain", ""])
    func `a container of another media type is refused`(type: String) async throws {
        try await GrantScene.run { scene in
            let bytes = try Container([scene.request.invocation.envelope.bytes]).encoded()
            let reply = try await scene.node.anyone.send("POST", "/v1/invocations", (bytes, type))
            #expect(reply.problem == "unsupported-media-type")
            #expect(try await scene.footprint("waiting_request") == 0)
        }
    }
}

extension Command {
    /// The commands that a mailbox executes.
    static let all: [Command] = [.profileRequest, .profileAnswer, .profileWithdraw, .profileRead]
}

/// Bodies that are no container with one invocation.
enum Malformation: CaseIterable, Sendable {
    case empty
    case rubbish
    case truncated
    case extended
    case otherHeader
    case noToken
    case twoInvocations
    case onlyADelegation
    case brokenToken

    func bytes(_ scene: GrantScene) throws -> [UInt8] {
        let token = scene.request.invocation.envelope.bytes
        let container = try Container([token]).encoded()
        return switch self {
        case .empty: []
        case .rubbish: Array("This is no container.".utf8)
        case .truncated: Array(container.dropLast())
        case .extended: container + [0]
        case .otherHeader: [0x42] + container.dropFirst()
        case .noToken: try Container([]).encoded()
        case .twoInvocations: try Container([token, scene.act(.profileAnswer).envelope.bytes]).encoded()
        case .onlyADelegation: try Container([scene.handOn([.name]).envelope.bytes]).encoded()
        case .brokenToken: try Container([token, Array(token.dropLast())]).encoded()
        }
    }
}
