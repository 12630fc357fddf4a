internal import Capabilities
internal import Logging
internal import ServiceLifecycle

/// Gives the followers of the feed signs of life, and ends their connections when the node ends: a connection that never
/// ends by itself would keep it from ending.
struct FeedPulse: Sendable {
    /// The time between two signs of life.
    static let interval = Duration.seconds(5)

    let node: Node
    let logger: Logger

    /// Runs until graceful shutdown, or until the task is cancelled.
    func run() async {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: FeedPulse.interval)) != nil {
                do throws(CapabilityError) { try node.feed.pulse(at: node.clock(), with: node.key) } catch {
                    logger.error("A sign of life could not be signed", metadata: ["error": "\(error.name)"])
                }
            }
        }
        node.feed.close()
    }
}
