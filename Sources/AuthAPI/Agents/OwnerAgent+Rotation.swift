internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

/// What a change of a pseudonym brought.
struct PseudonymRotation {
    /// Who published and asked until now; it goes on being answered.
    let former: Principal
    /// Who publishes and asks from now on.
    let current: Principal
    /// The object in which the current one vouches for the former; `nil` where nothing links them.
    let succession: CID?
}

extension OwnerAgent {
    /// A part of the pseudonyms of the account, by module. A new one comes at the end of its module.
    func pseudonyms(_ page: Page) async throws -> (values: [Value], next: Value) {
        let (items, next) = try page.cut(try await listedPseudonyms(), at: \.place)
        return (try items.map(shownValue), next)
    }

    /// All of them, as their owner is shown them.
    func pseudonyms() async throws -> [Value] { try await listedPseudonyms().map(shownValue) }

    private typealias ListedPseudonym = (
        place: PagePlace, range: ModulePseudonyms, pseudonym: AccountState.Pseudonym
    )

    private func listedPseudonyms() async throws -> [ListedPseudonym] {
        var all: [ListedPseudonym] = []
        for (module, range) in try await vault.state().modules.enumerated() {
            for pseudonym in range.all {
                // There are at most 10,000 in a module.
                let number = UInt64(module) << 32 | pseudonym.index
                all.append((PagePlace(number: number, name: [UInt8](repeating: 0, count: 32)), range, pseudonym))
            }
        }
        return all
    }

    private func shownValue(_ item: ListedPseudonym) throws -> Value {
        [
            "module": .string(item.range.module.string),
            "pseudonym": .string(try keys(item.pseudonym).principal.did),
            "current": .bool(item.pseudonym.index == item.range.current),
        ]
    }

    /// Makes a new pseudonym the current one of a module. It vouches for the one before it, in an object of its own, or
    /// is linked with it by nothing.
    ///
    /// - Throws: ``APIError/conflict(_:)`` where there is none to be followed, or as many as there may be.
    func rotate(in module: ModuleID, isVouching: Bool) async throws -> PseudonymRotation {
        // The state first: should vouching fail, the change stands, and nothing was said that is not so.
        let change = try await changingState { $0.rotate(in: module) }
        guard let change else {
            throw APIError.conflict("there is no pseudonym in this module yet, or there are as many as there may be")
        }
        let (former, next) = (try keys(change.former).principal, try keys(change.next).principal)
        let object = isVouching ? try await vouch(for: change.former, by: change.next) : nil
        return PseudonymRotation(former: former, current: next, succession: object?.cid)
    }

    private func vouch(
        for former: AccountState.Pseudonym, by next: AccountState.Pseudonym
    ) async throws -> ModuleObject {
        let succession = try Succession.sign(
            from: try keys(former).signing, to: try keys(next).signing, time: node.clock())
        return try await add(ModuleObject.body(vouchingBy: succession), as: next)
    }
}
