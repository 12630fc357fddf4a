internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

extension MailboxService {
    /// The longest time that a call is held until there is an answer, in seconds.
    static let maximumWait: Int64 = 60

    /// A viewer's question for an answer, as far as it was looked at.
    private struct Question: Sendable {
        let name: RequestName
        /// For how many seconds it may be held.
        let wait: Int64
        let answer: [UInt8]?
    }

    /// Gives the answer to a request, for which the call may be held. It is held outside the queue: it keeps nobody from
    /// a turn.
    func answer(
        _ invocation: Invocation, proofs: [Delegation], from source: RequestSource
    ) async throws -> Value {
        let start = ContinuousClock.now
        let question = try await node.queue.run(source) {
            try await look(at: invocation, proofs: proofs)
        }
        var sealed = question.answer
        // Held whether or not there is such a request: what will never have an answer is told like what waits.
        if sealed == nil, question.wait > 0,
            let held = node.waiting.hold(question.name.held, for: .source(source))
        {
            defer { held.release() }
            // Again, because it may have come before the call was held.
            sealed = try await answer(to: question.name, from: source)
            if sealed == nil {
                await held.wait(until: start + .seconds(question.wait))
                sealed = try await answer(to: question.name, from: source)
            }
        }
        return ["answer": sealed.map { .bytes($0) } ?? .null]
    }

    private func look(at invocation: Invocation, proofs: [Delegation]) async throws -> Question {
        let verified = try await verify(invocation, proofs: proofs)
        let nonce = try nonce(of: invocation)
        var reader = MapReader(invocation.arguments)
        let name = try requestName(verified, &reader)
        let wait = try reader.optionalInt("wait") ?? 0
        try reader.finish()
        guard (0...MailboxService.maximumWait).contains(wait) else {
            throw APIError.malformed("wait is a number of 0 to \(MailboxService.maximumWait)")
        }
        let answer = try await node.pseudonyms.answer(to: name, nonce: nonce, now: node.clock())
        return Question(name: name, wait: wait, answer: answer)
    }

    private func answer(to name: RequestName, from source: RequestSource) async throws -> [UInt8]? {
        try await node.queue.run(source) { try await node.pseudonyms.answer(to: name) }
    }
}
