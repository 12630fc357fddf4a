public import Logging
internal import PseudonymStore
public import ServiceLifecycle
public import Sodium

/// When waiting objects are released: at each tick, each of them with the same probability.
///
/// Whether an object is drawn does not depend on how long it has waited. So nothing of times is stored, a restart changes
/// nothing, and the order in which objects come into the log tells nothing of the order in which they were published.
struct ReleaseSchedule: Equatable {
    /// The seconds between two ticks.
    let tick: Double
    /// The probability with which a waiting object is released at a tick.
    let probability: Double

    /// A schedule for a mean delay in seconds; 0 releases everything at the next tick.
    ///
    /// An object waits half a tick on average for its first one, and 1/p - 1 ticks more.
    init(meanDelay: Double) {
        tick = min(max(meanDelay / 10, 0.5), 30)
        probability = min(1, 1 / (meanDelay / tick + 0.5))
    }
}

/// Releases into the logs what was published under pseudonyms of its own, at random.
public struct ReleaseService: Service {
    let node: Node
    let random: RandomSource
    let logger: Logger
    let pause: @Sendable (Double) async throws -> Void

    /// A service for a node.
    ///
    /// - Parameters:
    ///   - node: The node.
    ///   - random: Draws who is released, and in which order.
    ///   - logger: Told where a release fails.
    ///   - pause: Waits for some seconds.
    public init(
        node: Node, random: RandomSource = .system, logger: Logger,
        pause: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
    ) {
        self.node = node
        self.random = random
        self.logger = logger
        self.pause = pause
    }

    /// Runs until graceful shutdown.
    public func run() async throws {
        let schedule = ReleaseSchedule(meanDelay: node.configuration.freshDelay)
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await pause(schedule.tick) } catch { return }
                await release(probability: schedule.probability)
            }
        }
    }

    /// One tick. What fails in one module does not keep the others waiting, and is tried again at the next tick.
    func release(probability: Double) async {
        for module in node.configuration.modules {
            do {
                _ = try await node.objects.release(in: module, probability: probability, random: random)
            } catch {
                if Task.isCancelled { return }
                logger.error(
                    "Waiting objects could not be released",
                    metadata: ["module": "\(module)", "reason": "\(error)"])
            }
        }
    }
}
