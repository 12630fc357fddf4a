internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

extension OwnerAgent {
    /// The pseudonym for a module, which the account remembers from now on.
    func pseudonym(for module: ModuleID) async throws -> AccountState.Pseudonym {
        try await changingState { $0.current(in: module) }
    }

    /// A pseudonym for a module that was never used and is never given again.
    private func freshPseudonym(for module: ModuleID) async throws -> AccountState.Pseudonym {
        let fresh = try await changingState { $0.fresh(in: module) }
        guard let fresh else {
            throw APIError.conflict("an account has at most \(ModulePseudonyms.maximum) pseudonyms in a module")
        }
        return fresh
    }

    /// Changes the account's state in its turn, and gives what the change gives.
    func changingState<Result: Sendable>(_ change: (inout AccountState) -> Result) async throws -> Result {
        try await node.turns.take(session.handle) {
            var result: Result?
            try await vault.updateState { result = change(&$0) }
            guard let result else { throw APIError.failed }
            return result
        }
    }

    /// Publishes an object through a module.
    func publish(_ body: Map, module: ModuleID) async throws -> ModuleObject {
        try await add(body, as: try await pseudonym(for: module))
    }

    /// Adds an object of a pseudonym to the log.
    func add(_ body: Map, as pseudonym: AccountState.Pseudonym) async throws -> ModuleObject {
        let object = try sign(body, as: pseudonym)
        // The mailbox first: an object must not be seen before it can be answered.
        try await openMailbox(object.issuer)
        try await node.objects.add(object)
        return object
    }

    /// Publishes an object through a module under a pseudonym of its own. It waits to be released into the log: there it
    /// would stand beside what the same person published just before.
    func publishFresh(_ body: Map, module: ModuleID) async throws -> ModuleObject {
        // The state first: should anything fail after it, an index is lost, and none is used twice.
        let object = try sign(body, as: try await freshPseudonym(for: module))
        try await openMailbox(object.issuer)
        do {
            try await node.objects.hold(object, random: node.random)
        } catch {
            throw error == .full ? APIError.conflict("too many objects wait; try again later") : APIError(error)
        }
        return object
    }

    private func sign(_ body: Map, as pseudonym: AccountState.Pseudonym) throws -> ModuleObject {
        try ModuleObject.sign(
            body: body, mailboxes: [node.configuration.publicAddress], time: node.clock(), with: try keys(pseudonym),
            random: node.random)
    }
}
