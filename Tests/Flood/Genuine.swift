import AuthAPI
import Capabilities
import DumpIdentity
import Foundation
import IPLD
import LiveNode
import Sodium

/// Viewers of another node, who ask while the flood goes on, and the owner, who looks for what they asked.
struct Genuine: Sendable {
    /// What became of one request.
    struct Outcome: Sendable {
        /// The time from sending to the node's answer; `nil` where it was refused.
        let accepted: Duration?
        /// The time from sending until the owner had it in the first page; `nil` where it was not.
        let seen: Duration?
        /// At which place, from 1, among how many that wait.
        let place: Int
        let total: Int
    }

    let owner: LiveOwner

    /// Asks at random moments until the flood is over.
    func run(atMost count: Int, while isFlooding: @Sendable () -> Bool) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        while isFlooding(), outcomes.count < count {
            try await Task.sleep(for: .milliseconds(Int.random(in: 100...700)))
            outcomes.append(try await ask())
        }
        return outcomes
    }

    /// Sends one request as a node does for its viewer, and looks into the first page of the owner's inbox until it is
    /// there, for 10 seconds at most.
    func ask() async throws -> Outcome {
        let invocations = InvocationClient(client: owner.client) { Int64(Date().timeIntervalSince1970) }
        let key = try SigningKey(seed: SecretBytes.random(count: 32, in: .scratch))
        let terms = try RequestTerms(
            fields: [.name], purpose: "I would like to see the car", duration: 86_400, object: owner.object.cid)
        let request = try ProfileRequest.sign(
            terms, to: owner.object.issuer, expiration: invocations.expiration, with: key)
        let (start, clock) = (ContinuousClock.now, ContinuousClock())
        do {
            _ = try await invocations.send(request.invocation, proofs: [], to: owner.address)
        } catch {
            print("  A genuine request was refused: \(error)")
            return Outcome(accepted: nil, seen: nil, place: 0, total: 0)
        }
        let accepted = clock.now - start
        while true {
            let inbox = try? await owner.call("GET", "/v1/inbox")
            let seen = clock.now - start
            let shown = inbox?["requests"]?.listValue ?? []
            let place = shown.firstIndex { $0.mapValue?["id"]?.stringValue == request.cid.description }
            let total = Int(inbox?["total"]?.intValue ?? 0)
            if let place { return Outcome(accepted: accepted, seen: seen, place: place + 1, total: total) }
            if seen > .seconds(10) { return Outcome(accepted: accepted, seen: nil, place: 0, total: total) }
        }
    }
}
