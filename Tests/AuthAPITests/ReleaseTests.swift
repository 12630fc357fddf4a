import DumpIdentity
import IPLD
import PseudonymStore
import Synchronization
import TestSupport
import Testing

@testable import AuthAPI

/// When waiting objects are released.
struct ReleaseTests {
    private func service(
        _ node: TestNode, pause: @escaping @Sendable (Double) async throws -> Void = { _ in }
    ) -> ReleaseService {
        ReleaseService(node: node.node, random: .seeded(1), logger: node.log.logger, pause: pause)
    }

    @Test(
        arguments: [
            (0, 0.5, 1), (0.2, 0.5, 1), (1, 0.5, 0.4), (10, 1, 1 / 10.5), (300, 30, 1 / 10.5), (3_000, 30, 1 / 100.5),
        ] as [(Double, Double, Double)])
    func `tick and probability follow from the mean delay`(mean: Double, tick: Double, probability: Double) {
        let schedule = ReleaseSchedule(meanDelay: mean)
        #expect(schedule.tick == tick)
        #expect(abs(schedule.probability - probability) < 1e-12)
    }

    @Test(arguments: [10, 300, 86_400] as [Double])
    func `objects wait as long in the mean as was said`(mean: Double) {
        let schedule = ReleaseSchedule(meanDelay: mean)
        // Half a tick to the first one, and as many more as are drawn without success.
        let expected = schedule.tick * (0.5 + (1 - schedule.probability) / schedule.probability)
        #expect(abs(expected - mean) < mean * 1e-9)
    }

    @Test func `a node releases what waits, at every tick of its schedule`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let root = try RootKey.test(1)
            let market = try ModuleID(TestNode.market)
            for index in 0..<20 {
                let keys = try root.pseudonymKeys(module: market, index: UInt64(index))
                let object = try ModuleObject.sign(body: Map(), mailboxes: [node.address], time: testTime, with: keys)
                try await node.node.objects.hold(object)
            }
            let pauses = Mutex<[Double]>([])
            let objects = node.node.objects
            try await service(node) { seconds in
                pauses.withLock { $0.append(seconds) }
                // The service ends when nothing waits any more.
                if try await objects.objects(of: market, after: 0, limit: 200).count == 20 { throw CancellationError() }
            }.run()
            #expect(pauses.withLock { Set($0) } == [30])
            #expect(pauses.withLock { $0.count } > 3)
        }
    }

    @Test func `a service that is cancelled ends`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let task = Task { try await ReleaseService(node: node.node, logger: node.log.logger).run() }
            task.cancel()
            try await task.value
        }
    }
}
