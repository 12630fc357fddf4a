import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import Testing

@testable import AuthAPI

/// Edits of a profile that are interrupted, or cross each other.
struct ProfileEditTests {
    private func session(_ person: Person) async throws -> Session {
        let token = try Base64URL.decode(try #require(person.token))
        return try await AccountService(node: person.node.node).session(token: token)
    }

    /// What a viewer reads of the owner's name.
    private func name(_ scene: GrantScene, _ approval: Answer.Approval, nonce: UInt8) async throws -> FieldValue? {
        let reply = try await scene.read([.name], under: [approval.grant.delegation], nonce: nonce)
        let ciphertext = try #require(reply.map["fields"]?.mapValue?["name"]?.bytesValue)
        return try Disclosure(key: approval.key).fieldKey(.name).open(ciphertext)
    }

    private func logIn(_ scene: GrantScene) async throws {
        let body: Value = ["handle": "steve", "passphrase": .string(Person.passphrase)]
        _ = try await scene.node.anyone.done("POST", "/v1/session", body)
    }

    @Test func `an interrupted edit is finished at the next log-in`() async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved()
            // The edit stops after the profile was written.
            let vault = Vault(node: scene.node.node, session: try await session(scene.owner))
            try await vault.updateProfile { stored in
                stored.profile[.name] = .text("S. Example")
                stored.isAhead = true
            }
            #expect(try await name(scene, approval, nonce: 20) == .text("Steve Example"))
            try await logIn(scene)
            #expect(try await name(scene, approval, nonce: 21) == .text("S. Example"))
            #expect(try await !vault.profile().isAhead)
        }
    }

    @Test func `a log-in without an interrupted edit writes nothing`() async throws {
        try await GrantScene.run { scene in
            _ = try await scene.approved()
            let before = try await scene.node.node.accounts.account(Handle("steve"))?.profile
            try await logIn(scene)
            #expect(try await scene.node.node.accounts.account(Handle("steve"))?.profile == before)
        }
    }

    @Test func `an edit does not bring back what was revoked`() async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved()
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(approval.grant.cid)")
            try await scene.owner.setProfile(["name": "S. Example"])
            #expect(try await scene.footprint("disclosed_field") == 0)
        }
    }

    @Test func `edits at one time are each done or refused whole`() async throws {
        try await GrantScene.run { scene in
            let approval = try await scene.approved(["name", "email", "phone_number"])
            let values: [(ProfileField, String)] = [
                (.name, "N"), (.email, "e@example.org"), (.phoneNumber, "1"), (.website, "http://x.example"),
                (.address, "A"),
            ]
            let done = try await withThrowingTaskGroup(of: (ProfileField, String)?.self) { group in
                for (field, text) in values {
                    group.addTask {
                        let body: Value = ["fields": .map([field: text].map)]
                        let reply = try await scene.owner.call("PATCH", "/v1/profile", body)
                        #expect(reply.status == 200 || reply.problem == "conflict", "\(reply.text)")
                        return reply.status == 200 ? (field, text) : nil
                    }
                }
                return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
            }
            #expect(!done.isEmpty)
            let profile = try await scene.owner.done("GET", "/v1/profile")["fields"]?.mapValue ?? Map()
            for (field, text) in done { #expect(profile.text(field.rawValue) == text) }
            #expect(try await name(scene, approval, nonce: 30) == .text(profile.text("name")))
        }
    }
}

extension [ProfileField: String] {
    /// The texts by field name.
    fileprivate var map: Map {
        reduce(into: Map()) { $0[$1.key.rawValue] = .string($1.value) }
    }
}
