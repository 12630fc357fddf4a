import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

/// Fields that end before the grant that opens them.
struct FieldEndTests {
    private static let day = Day.seconds

    private func approve(_ scene: GrantScene, _ ends: Value, duration: Int64 = 7 * day) async throws -> Reply {
        _ = try await scene.send(scene.request.invocation)
        return try await scene.owner.call(
            "POST", "/v1/inbox/\(scene.request.cid)/approve",
            ["fields": ["name", "email"], "duration": .int(duration), "ends": ends])
    }

    private func grant(_ scene: GrantScene) async throws -> Delegation {
        let sealed = try #require(await scene.send(scene.act(.profileAnswer)).map["answer"]?.bytesValue)
        guard case .approved(let approval) = try Answer(opening: sealed, with: Party.viewer.key()) else {
            throw CapabilityError.malformed
        }
        return approval.grant.delegation
    }

    // Threat: LIN-111
    @Test func `a field is read up to its end, and the others after it`() async throws {
        try await GrantScene.run { scene in
            let reply = try await approve(scene, ["email": .int(Self.day)])
            #expect(reply.map["until"] == ["email": .int(testTime + Self.day)])
            #expect(reply.map["expires"] == .int(testTime + 7 * Self.day))
            let grant = try await grant(scene)
            scene.node.clock.advance(by: Self.day)
            #expect(try await scene.read([.name, .email], under: [grant], nonce: 20).status == 200)
            scene.node.clock.advance(by: 1)
            for fields: [ProfileField] in [[.email], [.name, .email]] {
                let refused = try await scene.read(fields, under: [grant], nonce: 21)
                #expect(refused.text == ReadRefusalTests.refusal)
            }
            let handedOn = [grant, try scene.handOn([.name, .email])]
            #expect(try await scene.read([.email], by: .component, under: handedOn, nonce: 22).status == 403)
            #expect(try await scene.read([.name], under: [grant], nonce: 23).status == 200)
            #expect(try await scene.footprint("new_receipt") == 2)
        }
    }

    // Threat: LIN-111
    @Test func `an edit of the profile leaves a field alone that has ended`() async throws {
        try await GrantScene.run { scene in
            _ = try await approve(scene, ["email": .int(Self.day)])
            let grant = try await grant(scene)
            let before = try await scene.read([.email], under: [grant], nonce: 20)
            scene.node.clock.advance(by: Self.day + 1)
            try await scene.owner.setProfile(["email": "new@example.org", "name": "Stefan"])
            // Seen with the clock put back: the node would not give it out otherwise.
            scene.node.clock.advance(by: -Self.day)
            #expect(try await scene.read([.email], under: [grant], nonce: 21) == before)
        }
    }

    @Test(
        arguments: [
            ["email": 0], ["email": -1], ["email": .int(7 * day)], ["phone_number": .int(day)], ["age": .int(day)],
            ["name": .int(day), "email": .int(day)], ["email": .int(.max)],
        ] as [Value])
    func `ends that cannot be are refused, and nothing is decided`(ends: Value) async throws {
        try await GrantScene.run { scene in
            let reply = try await approve(scene, ends)
            #expect(reply.problem == "unacceptable")
            #expect(try await scene.footprint("waiting_request") == 1)
            #expect(try await scene.footprint("disclosed_field") == 0)
        }
    }

    @Test(arguments: [[], "x", ["email": "1"], ["email": .null]] as [Value])
    func `ends of another shape are malformed`(ends: Value) async throws {
        try await GrantScene.run { scene in
            let reply = try await approve(scene, ends)
            #expect(reply.problem == "malformed")
            #expect(try await scene.footprint("waiting_request") == 1)
        }
    }
}
