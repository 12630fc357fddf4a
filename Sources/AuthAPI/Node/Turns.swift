internal import DumpIdentity

/// Lets one operation of an account run at a time; the others wait in order.
///
/// An approval must not disclose a profile that an edit is replacing, nor two edits finish in the wrong order. An actor,
/// because what it protects suspends.
actor Turns {
    private var waiting: [Handle: [CheckedContinuation<Void, Never>]] = [:]

    /// Runs `body` when it is the account's turn.
    nonisolated func take<Result: Sendable>(
        _ handle: Handle, _ body: () async throws -> Result
    ) async throws -> Result {
        await enter(handle)
        do {
            let result = try await body()
            await leave(handle)
            return result
        } catch {
            await leave(handle)
            throw error
        }
    }

    private func enter(_ handle: Handle) async {
        guard waiting[handle] != nil else {
            waiting[handle] = []
            return
        }
        await withCheckedContinuation { waiting[handle, default: []].append($0) }
    }

    private func leave(_ handle: Handle) {
        if waiting[handle]?.isEmpty ?? true {
            waiting[handle] = nil
        } else {
            waiting[handle]?.removeFirst().resume()
        }
    }
}
