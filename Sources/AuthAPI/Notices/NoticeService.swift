internal import DumpIdentity
public import ServiceLifecycle
public import Sodium

/// Tells owners who are away that something waits, and nothing else: a POST of the same few bytes to a URL of their own.
public struct NoticeService: Service {
    /// The body of every notice.
    static let text = "Something waits."
    /// The seconds between two ticks.
    static let tick = 30.0
    /// At each tick a notice goes out with the probability of one in so many: after five minutes in the mean.
    static let odds: UInt32 = 10

    let node: Node
    let random: RandomSource
    let pause: @Sendable (Double) async throws -> Void

    /// A service for a node; `random` draws when a notice goes out, `pause` waits for some seconds.
    public init(
        node: Node, random: RandomSource = .system,
        pause: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
    ) {
        self.node = node
        self.random = random
        self.pause = pause
    }

    /// Runs until graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await pause(NoticeService.tick) } catch { return }
                await send(oneIn: NoticeService.odds)
            }
        }
    }

    /// A URL without its path, and the path, which is `/` where there is none.
    static func parts(of url: NodeAddress) -> (host: NodeAddress, path: String)? {
        let scheme = url.string.hasPrefix("https://") ? "https://" : "http://"
        let authority = url.string.dropFirst(scheme.count).prefix { $0 != "/" }
        guard let host = try? NodeAddress(scheme + authority) else { return nil }
        let path = url.string.dropFirst(host.string.count)
        return (host, path.isEmpty ? "/" : String(path))
    }

    /// One tick. What cannot be delivered is not tried again, and not logged: the URL names a person.
    func send(oneIn odds: UInt32) async {
        let urls = node.notices.draw(oneIn: odds, at: node.clock(), random: random)
        await withDiscardingTaskGroup { group in
            for url in urls {
                guard let (host, path) = NoticeService.parts(of: url) else { continue }
                group.addTask {
                    _ = try? await node.client.send(
                        "POST", path, at: host, body: (Array(NoticeService.text.utf8), "text/plain"), accept: "*/*",
                        limit: 64 * 1024)
                }
            }
        }
    }
}
