internal import Capabilities
internal import Sodium
internal import Synchronization

/// The feed of a node's revocations: numbers them, keeps the last ones, and tells those who follow.
///
/// The order in which revocations came ties the pseudonyms of a person together. So it stands in no file: numbers and
/// kept events live in memory, under an epoch that is drawn at each start. Source: `docs/spec.md`, "Revocation feed";
/// `docs/decisions/0014`.
final class RevocationFeed: Sendable {
    /// How much is kept, and for how many.
    struct Limits: Sendable {
        /// The most events that are kept for those who come back.
        var events = 4_096
        /// The most names in one event: what one call revokes at once may take several.
        var names = 64
        /// The most events that wait for one follower; with more it is cut off, and comes back.
        var waiting = 256
        /// The most followers.
        var followers = 1_024
        /// The most followers from one source.
        var followersPerSource = 64
    }

    let limits: Limits
    private let state: Mutex<State>

    private struct State {
        var position: FeedPosition
        /// All that was ever revoked here.
        var names: Set<RevocationName> = []
        /// The last events, of which the first is numbered `position.sequence - kept.count + 1`.
        var kept: [FeedFrame] = []
        /// All that was revoked up to `position`, until something is added.
        var snapshot: [FeedFrame]?
        var followers: [Int: Follower] = [:]
        var nextFollower = 0
        var isLoaded = false
        var isClosed = false
    }

    private struct Follower {
        let source: RequestSource
        let continuation: AsyncStream<FeedFrame>.Continuation
    }

    init(random: RandomSource, limits: Limits = Limits()) throws(CapabilityError) {
        self.limits = limits
        let epoch = random.bytes(FeedPosition.epochLength)
        state = Mutex(State(position: try FeedPosition(epoch: epoch, sequence: 0)))
    }

    /// How many follow.
    var followerCount: Int { state.withLock { $0.followers.count } }

    /// Where the feed stands.
    var position: FeedPosition { state.withLock { $0.position } }

    /// Begins with what was revoked before the start. Nobody can follow before that.
    func load(_ names: some Sequence<RevocationName>) {
        state.withLock { state in
            state.names.formUnion(names)
            state.snapshot = nil
            state.isLoaded = true
        }
    }

    // MARK: Telling

    /// Tells those who follow what was revoked, and keeps it; what was told before is not told again.
    func publish(_ names: [RevocationName], with key: borrowing SigningKey) {
        state.withLock { state in
            let new = Set(names).subtracting(state.names).sorted()
            guard !new.isEmpty else { return }
            state.names.formUnion(new)
            state.snapshot = nil
            for start in stride(from: 0, to: new.count, by: limits.names) {
                let part = Array(new[start..<min(start + limits.names, new.count)])
                do { try add(part, to: &state, with: key) } catch {
                    // What could not be told must not be passed over by those who come back: all begin anew.
                    state.kept = []
                    endAll(&state)
                }
            }
        }
    }

    private func add(
        _ names: [RevocationName], to state: inout State, with key: borrowing SigningKey
    ) throws(CapabilityError) {
        let sequence = state.position.sequence + 1
        state.position = try FeedPosition(epoch: state.position.epoch, sequence: sequence)
        let frame = try FeedFrame(
            RevocationStatement.sign(.revoked(names), at: state.position, with: key), isPlace: true)
        state.kept.append(frame)
        if state.kept.count > limits.events { state.kept.removeFirst() }
        tell(frame, &state)
    }

    /// Gives all that follow a sign of life, at a time in Unix seconds.
    func pulse(at time: Int64, with key: borrowing SigningKey) throws(CapabilityError) {
        try state.withLock { state throws(CapabilityError) in
            guard !state.followers.isEmpty else { return }
            tell(try RevocationFeed.alive(at: state.position, time, with: key), &state)
        }
    }

    private static func alive(
        at position: FeedPosition, _ time: Int64, with key: borrowing SigningKey
    ) throws(CapabilityError) -> FeedFrame {
        FeedFrame(try RevocationStatement.sign(.alive(time), at: position, with: key), isPlace: false)
    }

    private func tell(_ frame: FeedFrame, _ state: inout State) {
        for (name, follower) in state.followers {
            // Who has not taken what waits is cut off behind it, and comes back from there.
            if case .enqueued = follower.continuation.yield(frame) { continue }
            follower.continuation.finish()
            state.followers[name] = nil
        }
    }

    private func endAll(_ state: inout State) {
        for follower in state.followers.values { follower.continuation.finish() }
        state.followers = [:]
    }

    /// Ends all connections, and takes no others.
    func close() {
        state.withLock { state in
            state.isClosed = true
            endAll(&state)
        }
    }

    // MARK: Following

    /// Begins to follow, from where somebody left off, or with a snapshot where that is not known any more.
    ///
    /// - Throws: ``APIError/busy`` where there are too many already, or the feed is closed or not loaded;
    ///   ``CapabilityError``, which nothing here causes.
    func follow(
        after last: FeedPosition?, from source: RequestSource, at time: Int64, with key: borrowing SigningKey
    ) throws -> FeedSubscription {
        try state.withLock { state in
            guard state.isLoaded, !state.isClosed, state.followers.count < limits.followers,
                state.followers.values.count(where: { $0.source == source }) < limits.followersPerSource
            else { throw APIError.busy }
            var first = try backlog(after: last, &state, with: key)
            first.append(try RevocationFeed.alive(at: state.position, time, with: key))
            let (frames, continuation) = AsyncStream.makeStream(
                of: FeedFrame.self, bufferingPolicy: .bufferingOldest(limits.waiting))
            let name = state.nextFollower
            state.nextFollower += 1
            state.followers[name] = Follower(source: source, continuation: continuation)
            return FeedSubscription(first: first, frames: frames) { [weak self] in self?.leave(name) }
        }
    }

    private func leave(_ name: Int) {
        state.withLock { state in
            state.followers[name]?.continuation.finish()
            state.followers[name] = nil
        }
    }

    private func backlog(
        after last: FeedPosition?, _ state: inout State, with key: borrowing SigningKey
    ) throws(CapabilityError) -> [FeedFrame] {
        if let last, last.epoch == state.position.epoch, last.sequence <= state.position.sequence {
            let missing = state.position.sequence - last.sequence
            if missing <= Int64(state.kept.count) { return Array(state.kept.suffix(Int(missing))) }
        }
        if let snapshot = state.snapshot { return snapshot }
        let names = state.names.sorted()
        let length = RevocationStatement.maximumNames
        let pieces = max(1, (names.count + length - 1) / length)
        var frames: [FeedFrame] = []
        for piece in 0..<pieces {
            let part = Array(names[piece * length..<min((piece + 1) * length, names.count)])
            let statement = try RevocationStatement.sign(
                .snapshot(part, piece: piece + 1, of: pieces), at: state.position, with: key)
            frames.append(FeedFrame(statement, isPlace: piece + 1 == pieces))
        }
        state.snapshot = frames
        return frames
    }
}
