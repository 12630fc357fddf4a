import Capabilities
import DumpIdentity
import Foundation
import IPLD
import Sodium
import Testing

/// Tokens that no node would make.
struct UCANInspectOddTests {
    private static let time: Int64 = 1_800_000_000

    private func key(_ number: UInt8) throws -> SigningKey {
        try SigningKey(seed: SecretBytes([UInt8](repeating: number, count: 32), in: .scratch), in: .scratch)
    }

    private func delegation(_ from: UInt8, _ to: UInt8, subject: UInt8? = 1) throws -> Delegation {
        let subject = try subject.map { try key($0).principal() }
        return try Delegation.sign(
            to: key(to).principal(), subject: subject, command: .profileRead, policy: .empty,
            expiration: Self.time, with: key(from))
    }

    private func inspect(_ bytes: [UInt8]) async throws -> JSONObject {
        let scratch = try Scratch()
        let file = try scratch.write(Data(bytes), to: "token")
        let outcome = try await Command.run("ucan", "inspect", file, "--at", "\(Self.time)")
        try #require(outcome.code == 0, "\(outcome.error)")
        return outcome.json
    }

    @Test func `an older tag is read, and not verified`() async throws {
        let payload: Value = ["iss": "x"]
        let token = try Envelope.sign(try #require(payload.mapValue), tag: "ucan/dlg@1.0.0-rc.1", with: key(1))
        let shown = try #require(try await inspect(token.bytes).objects("tokens").first)
        #expect(shown.text("tag") == "ucan/dlg@1.0.0-rc.1" && shown.text("kind") == "unknown")
        #expect(shown.text("signature") == "not checked" && shown.text("reason") == "the tag is not supported")
    }

    @Test func `an older varsig header is told of`() async throws {
        let header: [UInt8] = [0x34, 0xed, 0x01, 0x71]
        let signed: Value = ["h": .bytes(header), Delegation.tag: ["iss": "x"]]
        let bytes = try DagCBOR.encode([.bytes([UInt8](repeating: 0, count: 64)), signed])
        let shown = try #require(try await inspect(bytes).objects("tokens").first)
        #expect(shown.text("signature") == "not checked")
        #expect(shown.text("reason") == "the varsig header is not supported")
        #expect(shown.object("payload").text("iss") == "x")
    }

    @Test func `delegations in any order are put into a chain`() async throws {
        let chain = try [delegation(1, 2), delegation(2, 3, subject: nil), delegation(3, 4)]
        for tokens in [chain, chain.reversed(), [chain[1], chain[0], chain[2]]] {
            let shown = try await inspect(try wrapped(tokens)).object("chain")
            #expect(shown.flag("verified") == true)
            #expect(shown.texts("order") == chain.map(\.cid.description))
        }
    }

    @Test func `delegations that make no chain are told of`() async throws {
        let apart = try await inspect(try wrapped([delegation(1, 2), delegation(3, 4)])).object("chain")
        #expect(apart.flag("verified") == false && apart.text("reason") == "the delegations do not make one chain")
        let ring = try await inspect(try wrapped([delegation(1, 2), delegation(2, 1)])).object("chain")
        #expect(ring.flag("verified") == false)
        let rootless = try await inspect(try wrapped([delegation(2, 3)])).object("chain")
        #expect(rootless.text("error") == "InvalidClaim")
    }

    @Test func `an invocation is judged with its proofs, and without`() async throws {
        let proof = try delegation(1, 2)
        let invocation = try Invocation.sign(
            .profileRead, on: key(1).principal(), arguments: Map(), proofs: [proof.cid], nonce: [1],
            expiration: Self.time, with: key(2))
        let whole = try Container([proof.envelope.bytes, invocation.envelope.bytes]).encoded()
        #expect(try await inspect(whole).object("chain").flag("verified") == true)
        let alone = try await inspect(invocation.envelope.bytes).object("chain")
        #expect(alone.flag("verified") == false && alone.text("error") == "UnavailableProof")
    }

    private func wrapped(_ delegations: [Delegation]) throws -> [UInt8] {
        // Not `encoded()`: that would put them in order.
        let list: Value = ["ctn-v1": .list(delegations.map { .bytes($0.envelope.bytes) })]
        return [0x40] + (try DagCBOR.encode(list))
    }
}
