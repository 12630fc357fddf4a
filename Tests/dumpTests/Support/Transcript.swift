import Foundation

/// The lines that something says, as they come.
actor Transcript {
    /// The lines so far.
    private(set) var lines: [String] = []
    /// What was said of the next line.
    private var unfinished = ""
    private var isFinished = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// The lines of a stream.
    init(_ stream: AsyncStream<String>) {
        Task { await follow(stream) }
    }

    /// The lines that are written into the other end of a pipe.
    init(_ pipe: Pipe) {
        let (stream, continuation) = AsyncStream<Data>.makeStream()
        let handle = pipe.fileHandleForReading
        // A thread of its own: one that waits must not be missing where tests run.
        Thread.detachNewThread {
            while case let data = handle.availableData, !data.isEmpty { continuation.yield(data) }
            // Not left to the last reference: processes keep theirs, and hundreds are started.
            try? handle.close()
            continuation.finish()
        }
        Task { await follow(stream) }
    }

    /// Waits for a line; `nil` where all has been said without it.
    func first(where isWanted: @Sendable (String) -> Bool = { _ in true }) async -> String? {
        while !lines.contains(where: isWanted), !isFinished, !Task.isCancelled { await wait() }
        return lines.first(where: isWanted)
    }

    /// Waits until there are that many lines; whether there are.
    func reaches(_ count: Int, where isWanted: @Sendable (String) -> Bool = { _ in true }) async -> Bool {
        while lines.count(where: isWanted) < count, !isFinished, !Task.isCancelled { await wait() }
        return lines.count(where: isWanted) >= count
    }

    /// All lines, once all has been said.
    func whole() async -> [String] {
        while !isFinished, !Task.isCancelled { await wait() }
        return lines
    }

    /// Waits until something was said, which need not end its line.
    func untilSaid(_ text: String) async {
        while !unfinished.hasSuffix(text), !lines.contains(where: { $0.hasSuffix(text) }), !isFinished,
            !Task.isCancelled
        { await wait() }
    }

    private func follow(_ stream: AsyncStream<String>) async {
        for await line in stream {
            lines.append(line)
            wake()
        }
        isFinished = true
        wake()
    }

    private func follow(_ stream: AsyncStream<Data>) async {
        var rest = Data()
        for await data in stream {
            rest += data
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(String(decoding: rest[..<end], as: UTF8.self))
                rest = Data(rest[(end + 1)...])
            }
            unfinished = String(decoding: rest, as: UTF8.self)
            wake()
        }
        if !rest.isEmpty { lines.append(unfinished) }
        isFinished = true
        wake()
    }

    /// Waits for anything new, or for the end of the test's time.
    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting.append($0) }
        } onCancel: {
            Task { await wake() }
        }
    }

    private func wake() {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
