internal import DumpIdentity
internal import IPLD

/// What an account remembers beside its profile: which pseudonyms it has.
struct AccountState: Equatable {
    /// A pseudonym of the account.
    struct Pseudonym: Hashable {
        let module: ModuleID
        let index: UInt64
    }

    /// The modules in which the account has pseudonyms, in the order of their first use.
    var modules: [ModulePseudonyms] = []
    /// The names of its sessions, the oldest first; some may have ended.
    var sessions: [[UInt8]] = []

    /// All pseudonyms of the account. Each goes on being answered, whether or not anything is published under it.
    var pseudonyms: [Pseudonym] { modules.flatMap(\.all) }

    /// The pseudonym under which the account publishes and asks in a module.
    mutating func current(in module: ModuleID) -> Pseudonym {
        let range = modules[place(of: module)]
        return Pseudonym(module: module, index: range.current)
    }

    /// A pseudonym that was never used; `nil` where the module has as many as there may be.
    mutating func fresh(in module: ModuleID) -> Pseudonym? {
        modules[place(of: module)].take().map { Pseudonym(module: module, index: $0) }
    }

    /// Makes a pseudonym that was never used the current one; `nil` where the module has none to be followed, or as many
    /// as there may be.
    mutating func rotate(in module: ModuleID) -> (former: Pseudonym, next: Pseudonym)? {
        guard modules.contains(where: { $0.module == module }) else { return nil }
        let former = current(in: module)
        guard let next = modules[place(of: module)].rotate() else { return nil }
        return (former, Pseudonym(module: module, index: next))
    }

    private mutating func place(of module: ModuleID) -> Int {
        if let place = modules.firstIndex(where: { $0.module == module }) { return place }
        modules.append(ModulePseudonyms(module: module))
        return modules.endIndex - 1
    }
}

/// The pseudonyms of an account in one module: the indices from 0 up to, not including, `next`.
///
/// Two numbers, however many they are: a list of them would grow, and with its size class tell who uses many.
struct ModulePseudonyms: Equatable {
    /// The most pseudonyms of one account in one module: each is asked for whenever the inbox is looked at.
    static let maximum: UInt64 = 10_000

    let module: ModuleID
    private(set) var next: UInt64 = 1
    private(set) var current: UInt64 = 0

    init(module: ModuleID) { self.module = module }

    var all: [AccountState.Pseudonym] {
        (0..<next).map { AccountState.Pseudonym(module: module, index: $0) }
    }

    /// Takes the next index.
    mutating func take() -> UInt64? {
        guard next < ModulePseudonyms.maximum else { return nil }
        defer { next += 1 }
        return next
    }

    /// Takes the next index as the current one.
    mutating func rotate() -> UInt64? {
        guard let index = take() else { return nil }
        current = index
        return index
    }

    // MARK: As it is stored

    /// `[module, next, current]`.
    var value: Value { [.string(module.string), .int(Int64(next)), .int(Int64(current))] }

    init(_ value: Value) throws {
        guard let parts = value.listValue, parts.count == 3, let module = parts[0].stringValue,
            let next = parts[1].intValue.flatMap(UInt64.init(exactly:)),
            let current = parts[2].intValue.flatMap(UInt64.init(exactly:)),
            current < next, next <= ModulePseudonyms.maximum
        else { throw IPLDError.wrongKind(field: "modules") }
        self.module = try ModuleID(module)
        self.next = next
        self.current = current
    }

    /// Reads the list of `[module, index]` that earlier versions stored, with index 0 alone.
    static func reading(pairs: [Value]) throws -> [ModulePseudonyms] {
        try pairs.map { pair in
            guard let parts = pair.listValue, parts.count == 2, let module = parts[0].stringValue, parts[1] == 0 else {
                throw IPLDError.wrongKind(field: "pseudonyms")
            }
            return ModulePseudonyms(module: try ModuleID(module))
        }
    }
}
