import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import TestSupport
import Testing

@testable import AuthAPI

/// What a peer may send that must not be taken.
enum WrongPage: CaseIterable, Sendable {
    case rubbish
    case empty
    case json
    case list
    case withoutNext
    case objectsAreNoList
    case serverError
    case redirect
    case otherModule
    case altered
    case truncated
    case noBytes
    case itemIsNoMap
    case nextStays
    case nextGoesBack
    case nextJumpsAhead
    case numberStays
    case numbersFall
    case numberRepeats
    case noNumber
    case oneOfTwoIsAltered
    case tooLarge

    func answer(_ object: ModuleObject, _ other: ModuleObject) throws -> FakePeer.Answer {
        let good = object.envelope.bytes
        func page(_ objects: [Value], next: Int64 = 1) throws -> FakePeer.Answer {
            FakePeer.Answer(body: try DagCBOR.encode(["objects": .list(objects), "next": .int(next)]))
        }
        func item(_ bytes: [UInt8], _ sequence: Int64 = 1) -> Value {
            ["sequence": .int(sequence), "id": "x", "object": .bytes(bytes)]
        }
        return switch self {
        case .rubbish: FakePeer.Answer(body: Array("<html>Welcome</html>".utf8))
        case .empty: FakePeer.Answer()
        case .json: FakePeer.Answer(body: Array(#"{"objects":[],"next":1}"#.utf8))
        case .list: FakePeer.Answer(body: try DagCBOR.encode([1]))
        case .withoutNext: FakePeer.Answer(body: try DagCBOR.encode(["objects": [item(good)]]))
        case .objectsAreNoList: FakePeer.Answer(body: try DagCBOR.encode(["objects": 1, "next": 1]))
        case .serverError: FakePeer.Answer(status: 500)
        case .redirect: FakePeer.Answer(status: 302)
        case .otherModule: try page([item(other.envelope.bytes)])
        case .altered: try page([item(good.altered(at: good.count - 1))])
        case .truncated: try page([item(Array(good.dropLast()))])
        case .noBytes: try page([["sequence": 1]])
        case .itemIsNoMap: try page([1])
        case .nextStays: try page([item(good)], next: 0)
        case .nextGoesBack: try page([item(good)], next: -1)
        case .nextJumpsAhead: try page([item(good)], next: .max)
        case .numberStays: try page([item(good, 0)], next: 0)
        case .numbersFall: try page([item(good, 2), item(good, 1)], next: 1)
        case .numberRepeats: try page([item(good, 1), item(good, 1)])
        case .noNumber: try page([["object": .bytes(good)]])
        case .oneOfTwoIsAltered: try page([item(good), item(good.altered(at: 10), 2)], next: 2)
        case .tooLarge: FakePeer.Answer(body: [UInt8](repeating: 0, count: 2 << 20 + 1))
        }
    }
}

struct PullTests {
    private let market: ModuleID
    private let travel: ModuleID

    init() throws {
        market = try ModuleID(TestNode.market)
        travel = try ModuleID(TestNode.travel)
    }

    private func object(_ number: Int64, in module: ModuleID) throws -> ModuleObject {
        let root = try RootKey.test(42)
        var body = Map()
        body["number"] = .int(number)
        return try ModuleObject.sign(
            body: body, mailboxes: [NodeAddress("http://127.0.0.1:1")], time: testTime,
            with: root.pseudonymKeys(module: module, index: 0))
    }

    /// A page whose last object has the number `next`.
    private func page(_ objects: [ModuleObject], next: Int64) throws -> FakePeer.Answer {
        let items: [Value] = zip(objects.indices, objects).map { index, object in
            let sequence = next - Int64(objects.count - 1 - index)
            return ["sequence": .int(sequence), "object": .bytes(object.envelope.bytes)]
        }
        return FakePeer.Answer(body: try DagCBOR.encode(["objects": .list(items), "next": .int(next)]))
    }

    private func service(_ node: TestNode) -> PullService { PullService(node: node.node, logger: node.log.logger) }

    private func stored(_ node: TestNode) async throws -> [[UInt8]] {
        try await node.node.objects.objects(of: market, after: 0, limit: 200).map(\.bytes)
    }

    @Test(arguments: WrongPage.allCases)
    func `a wrong page is an error, and nothing of it is stored`(wrong: WrongPage) async throws {
        let answer = try wrong.answer(object(1, in: market), object(1, in: travel))
        try await withClient { client in
            let node = try await TestNode(client: client)
            try await FakePeer { _ in answer }.serving { address in
                await #expect(throws: (any Error).self) { try await service(node).pull(market, from: address) }
                let kept = try await stored(node)
                #expect(kept.isEmpty)
                #expect(try await node.node.objects.objects(of: travel, after: 0, limit: 9).isEmpty)
                #expect(try await node.node.objects.position(in: address, module: market) == 0)
            }
        }
    }

    @Test func `pages are pulled until there is no more`() async throws {
        let objects = try (1...3).map { try object($0, in: market) }
        let pages = [
            try page(Array(objects[..<2]), next: 7), try page(Array(objects[2...]), next: 9), try page([], next: 9),
        ]
        try await withClient { client in
            let node = try await TestNode(client: client)
            let peer = FakePeer { pages[min($0, 3) - 1] }
            try await peer.serving { address in
                try await service(node).pull(market, from: address)
                #expect(try await stored(node) == objects.map(\.envelope.bytes))
                #expect(try await node.node.objects.position(in: address, module: market) == 9)
                let asked = try peer.questions.map { try $0.invocation() }
                #expect(asked.map { $0.arguments["after"] } == [0, 7, 9])
                #expect(asked.allSatisfy { $0.arguments["module"] == .string(market.string) })
            }
        }
    }

    @Test func `what was pulled before a wrong page stays, and the next pull goes on there`() async throws {
        let objects = try (1...2).map { try object($0, in: market) }
        let pages = [
            try page([objects[0]], next: 1), FakePeer.Answer(body: [0xff]), try page([objects[1]], next: 2),
            try page([], next: 2),
        ]
        try await withClient { client in
            let node = try await TestNode(client: client)
            try await FakePeer { pages[min($0, 4) - 1] }.serving { address in
                await #expect(throws: (any Error).self) { try await service(node).pull(market, from: address) }
                #expect(try await stored(node) == [objects[0].envelope.bytes])
                try await service(node).pull(market, from: address)
                #expect(try await stored(node) == objects.map(\.envelope.bytes))
            }
        }
    }

    @Test func `a peer without the module has nothing of it`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            try await FakePeer { _ in FakePeer.Answer(status: 404) }.serving { address in
                try await service(node).pull(market, from: address)
                #expect(try await stored(node).isEmpty)
            }
        }
    }

    @Test func `a peer that is down is an error`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let address = try NodeAddress("http://127.0.0.1:\(FreePort.next())")
            await #expect(throws: PeerError.unreachable) { try await service(node).pull(market, from: address) }
        }
    }

    @Test func `a peer that sends rubbish does not keep the node from pulling another`() async throws {
        let good = try object(1, in: market)
        let pages = [try page([good], next: 1), try page([], next: 1)]
        let (came, continuation) = AsyncStream.makeStream(of: Void.self)
        // Asked a second time, the peers know that the first page was stored, or told of.
        let rubbish = FakePeer { number in
            if number == 2 { continuation.yield() }
            return FakePeer.Answer(body: [0xff])
        }
        let peer = FakePeer { number in
            if number == 2 { continuation.yield() }
            return pages[min(number, 2) - 1]
        }
        try await withClient { client in
            try await rubbish.serving { first in
                try await peer.serving { second in
                    let node = try await TestNode(peers: [first, second], client: client)
                    let task = Task { try await service(node).run() }
                    for await _ in came.prefix(2) {}
                    task.cancel()
                    _ = await task.result
                    #expect(try await stored(node) == [good.envelope.bytes])
                    #expect(node.log.text.contains("cannot be pulled from"))
                }
            }
        }
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (8, 128), (9, 256), (10, 300), (1_000, 300)] as [(Int, Double)])
    func `pauses after failures grow to five minutes`(failures: Int, seconds: Double) {
        #expect(PullService.pause(afterFailures: failures) == seconds)
    }
}
