import DumpIdentity
import IPLD
import PseudonymStore
import Sodium
import Testing

@testable import AuthAPI

/// Which pseudonyms an account remembers, and that its record does not tell how many.
struct AccountStateTests {
    private let market: ModuleID
    private let travel: ModuleID
    private let root: RootKey

    init() throws {
        market = try ModuleID(TestNode.market)
        travel = try ModuleID(TestNode.travel)
        root = try RootKey(SecretBytes([UInt8](repeating: 1, count: 32), in: .scratch))
    }

    private func pseudonym(_ module: ModuleID, _ index: UInt64) -> AccountState.Pseudonym {
        AccountState.Pseudonym(module: module, index: index)
    }

    @Test func `a module's first pseudonym has the index 0, and stays`() {
        var state = AccountState()
        #expect(state.current(in: market) == pseudonym(market, 0))
        #expect(state.current(in: market) == pseudonym(market, 0))
        #expect(state.pseudonyms == [pseudonym(market, 0)])
    }

    @Test func `a fresh pseudonym is another one each time, and does not become the current one`() {
        var state = AccountState()
        #expect((1...3).map { _ in state.fresh(in: market) } == (1...3).map { pseudonym(market, $0) })
        #expect(state.current(in: market) == pseudonym(market, 0))
        #expect(state.fresh(in: travel) == pseudonym(travel, 1))
        #expect(
            Set(state.pseudonyms) == Set((0...3).map { pseudonym(market, $0) } + (0...1).map { pseudonym(travel, $0) }))
    }

    @Test func `a rotation makes an unused pseudonym the current one, and keeps the others`() {
        var state = AccountState()
        #expect(state.rotate(in: market) == nil)
        #expect(state == AccountState())
        _ = (state.current(in: market), state.fresh(in: market))
        let change = state.rotate(in: market)
        #expect(change?.former == pseudonym(market, 0))
        #expect(change?.next == pseudonym(market, 2))
        #expect(state.current(in: market) == pseudonym(market, 2))
        #expect(state.fresh(in: market) == pseudonym(market, 3))
        #expect(state.rotate(in: market)?.former == pseudonym(market, 2))
        #expect(state.pseudonyms == (0...4).map { pseudonym(market, $0) })
    }

    @Test func `a module has only so many pseudonyms of an account`() {
        var state = AccountState()
        for _ in 1..<ModulePseudonyms.maximum { #expect(state.fresh(in: market) != nil) }
        #expect(state.fresh(in: market) == nil)
        #expect(state.rotate(in: market) == nil)
        #expect(UInt64(state.pseudonyms.count) == ModulePseudonyms.maximum)
    }

    @Test func `the record of very many pseudonyms is as long as that of one`() async throws {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let vault = Vault(node: node.node, handle: try Handle("steve"), root: root)
            var state = AccountState()
            _ = state.current(in: market)
            let one = try vault.seal(state).count
            for _ in 1...9_000 { _ = (state.fresh(in: market), state.fresh(in: travel)) }
            #expect(try vault.seal(state).count == one)
        }
    }

    /// Stores an account whose state is `value`, and reads it.
    private func state(_ value: Value) async throws -> AccountState {
        try await withClient { client in
            let node = try await TestNode(client: client)
            let handle = try Handle("steve")
            let vault = Vault(node: node.node, handle: handle, root: root)
            let kind = SealedKind("dump/v1/account/pseudonyms", sizeClasses: [4_096])
            let sealed = try SealedValue.seal(
                value, kind: kind, key: root.profileKeys().state, context: Array(handle.string.utf8))
            let key = try SecretBytes.random(count: 32, in: .scratch)
            let wrap = try PassphraseWrap(
                root, handle: handle, key: key, salt: [UInt8](repeating: 0, count: PasswordHash.saltLength),
                cost: .minimum)
            try await node.node.accounts.add(
                StoredAccount(
                    handle: handle, wrap: wrap, recovery: nil, profile: vault.seal(StoredProfile()), state: sealed))
            // It is read, changed, and read again in the new form.
            let read = try await vault.state()
            try await vault.updateState { _ = $0.fresh(in: market) }
            var changed = read
            _ = changed.fresh(in: market)
            #expect(try await vault.state() == changed)
            return read
        }
    }

    @Test func `an account of an earlier version keeps its pseudonyms`() async throws {
        let state = try await state(["pseudonyms": [[.string(market.string), 0], [.string(travel.string), 0]]])
        #expect(state.pseudonyms == [pseudonym(market, 0), pseudonym(travel, 0)])
    }

    @Test func `an account of an earlier version without pseudonyms is read`() async throws {
        #expect(try await state(["pseudonyms": []]) == AccountState())
    }

    @Test(
        arguments: [
            ["modules": [["org.dump.market", 0, 0]]], ["modules": [["org.dump.market", 1, 1]]],
            ["modules": [["org.dump.market", -1, 0]]], ["modules": [["org.dump.market", 1, -1]]],
            ["modules": [["org.dump.market", 10_001, 0]]], ["modules": [["org.dump.market", 1]]],
            ["modules": [["market", 1, 0]]], ["pseudonyms": [["org.dump.market", 1]]], [:],
        ] as [Value])
    func `a state that this program cannot have written is refused`(value: Value) async throws {
        await #expect(throws: (any Error).self) { try await state(value) }
    }
}
