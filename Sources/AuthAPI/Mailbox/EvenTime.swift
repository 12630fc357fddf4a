/// Has an operation end at a multiple of a fixed time after its beginning, whatever it does and however it ends: so that
/// the time of an answer does not tell what was looked up or written for it.
enum EvenTime {
    /// Longer than what a mailbox does takes on a small machine, and not felt by who asks.
    static let step = Duration.milliseconds(25)

    /// Runs `body`, and waits for the next step.
    ///
    /// - Throws: what `body` throws, at the same time at which it would have returned.
    static func run<Success: Sendable>(_ body: () async throws -> Success) async throws -> Success {
        let clock = ContinuousClock()
        let start = clock.now
        let result: Result<Success, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        let steps = ((clock.now - start) / step).rounded(.down) + 1
        // Who went away does not wait.
        try? await clock.sleep(until: start + step * steps)
        return try result.get()
    }
}
