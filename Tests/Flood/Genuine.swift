import AuthAPI
import DumpIdentity
import IPLD
import LiveNode

/// People of another node, who ask there while the flood goes on, and the owner, who looks for what they asked.
struct Genuine: Sendable {
    /// What became of one request.
    struct Outcome: Sendable {
        /// The time from the person's call to their own node's answer, which comes when the owner's node has taken the request;
        /// `nil` where it was refused.
        let accepted: Duration?
        /// The time from that call until the owner had it in the first page; `nil` where it was not.
        let seen: Duration?
        /// At which place, from 1, among how many that wait.
        let place: Int
        let total: Int
    }

    private let owner: LivePerson
    private let object: ModuleObject
    /// The node on which those who ask have their accounts.
    private let home: NodeAddress

    /// People of a node who ask about an owner's object, once their node has it.
    ///
    /// - Throws: ``LiveFailure`` where it has not pulled it in 60 seconds.
    init(from home: NodeAddress, about object: ModuleObject, of owner: LivePerson) async throws {
        (self.owner, self.object, self.home) = (owner, object, home)
        let start = ContinuousClock.now
        let path = "/v1/modules/\(object.module)/objects/\(object.cid)"
        while try await owner.client.send("GET", path, at: home, accept: "*/*", limit: 1 << 20).status != 200 {
            guard ContinuousClock.now - start < .seconds(60) else { throw LiveFailure("the object was not pulled") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Asks at random moments until the flood is over.
    func run(atMost count: Int, while isFlooding: @Sendable () -> Bool) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        while isFlooding(), outcomes.count < count {
            try await Task.sleep(for: .milliseconds(Int.random(in: 100...700)))
            outcomes.append(try await ask(as: "viewer-\(outcomes.count)"))
        }
        return outcomes
    }

    /// Asks as a person with a new account, and looks into the first page of the owner's inbox until the request is there,
    /// for 10 seconds at most.
    func ask(as handle: String) async throws -> Outcome {
        let viewer = try await LivePerson(handle, at: home, owner.client)
        let (start, clock) = (ContinuousClock.now, ContinuousClock())
        let id: String?
        do {
            let sent = try await viewer.call(
                "POST", "/v1/requests",
                [
                    "module": .string(object.module.description), "object": .string(object.cid.description),
                    "fields": ["name"], "purpose": "I would like to see the car", "duration": 86_400,
                ])
            id = sent["id"]?.stringValue
        } catch {
            print("  A genuine request was refused: \(error)")
            return Outcome(accepted: nil, seen: nil, place: 0, total: 0)
        }
        let accepted = clock.now - start
        while true {
            let inbox = try? await owner.call("GET", "/v1/inbox")
            let seen = clock.now - start
            let shown = inbox?["requests"]?.listValue ?? []
            let place = shown.firstIndex { $0.mapValue?["id"]?.stringValue == id }
            let total = Int(inbox?["total"]?.intValue ?? 0)
            if let place { return Outcome(accepted: accepted, seen: seen, place: place + 1, total: total) }
            if seen > .seconds(10) { return Outcome(accepted: accepted, seen: nil, place: 0, total: total) }
        }
    }
}
