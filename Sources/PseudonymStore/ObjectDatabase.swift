public import DumpIdentity
public import IPLD
public import Sodium

/// A module object in this node's log.
public struct LoggedObject: Sendable, Equatable {
    /// Its number in this node's log of the module, from 1.
    public let sequence: Int64
    /// The exact signed bytes.
    public let bytes: [UInt8]
}

/// Module objects, numbered for each module in the order in which this node got them, and how far each peer was read:
/// a file for each module.
///
/// What is asked of a module that is not among those that were opened throws ``StoreError/notFound``.
public struct ObjectDatabase: Sendable {
    let logs: [ModuleID: ModuleLog]

    /// Opens the files of some modules, which are made where they are not there. The one file of all modules that
    /// earlier versions kept is split before.
    ///
    /// - Parameters:
    ///   - folder: The path of the folder.
    ///   - modules: The modules that the node runs.
    ///   - prefix: What the names of the files begin with.
    /// - Throws: ``StoreError``.
    public init(folder: String, modules: [ModuleID], prefix: String = "objects") async throws(StoreError) {
        let files = ObjectFiles(folder: folder, prefix: prefix)
        try await ObjectFileSplit(files: files).run()
        var logs: [ModuleID: ModuleLog] = [:]
        for module in modules { logs[module] = try ModuleLog(path: files.path(of: module)) }
        self.logs = logs
    }

    /// A database of some modules in memory, for tests.
    ///
    /// - Throws: ``StoreError``.
    public init(inMemory modules: [ModuleID]) throws(StoreError) {
        var logs: [ModuleID: ModuleLog] = [:]
        for module in modules { logs[module] = try ModuleLog(inMemory: ()) }
        self.logs = logs
    }

    private func log(_ module: ModuleID) throws(StoreError) -> ModuleLog {
        guard let log = logs[module] else { throw .notFound }
        return log
    }

    /// Adds an object at the end of its module's log; one that is there already changes nothing.
    ///
    /// - Throws: ``StoreError``.
    public func add(_ object: ModuleObject) async throws(StoreError) {
        try await log(object.module).add([object])
    }

    /// Keeps an object that is to come into its module's log later, in no order that tells when it was published.
    ///
    /// - Throws: ``StoreError``; ``StoreError/full`` where very many wait already.
    public func hold(_ object: ModuleObject, random: RandomSource = .system) async throws(StoreError) {
        try await log(object.module).hold(object, random: random)
    }

    /// Puts each waiting object of a module into the log with a probability, from 0 to 1, and those that were drawn in
    /// random order: how many.
    ///
    /// - Throws: ``StoreError``.
    @discardableResult
    public func release(
        in module: ModuleID, probability: Double, random: RandomSource = .system
    ) async throws(StoreError) -> Int {
        try await log(module).release(probability: probability, random: random)
    }

    /// Destroys the objects of some pseudonyms that wait for the log of a module.
    ///
    /// - Throws: ``StoreError``.
    public func dropWaiting(of issuers: Set<Principal>, in module: ModuleID) async throws(StoreError) {
        try await log(module).drop(of: issuers)
    }

    /// Adds what a peer's log brought and remembers how far it was read, in one transaction.
    ///
    /// - Throws: ``StoreError``; ``StoreError/notFound`` also where an object is of another module.
    public func add(
        _ objects: [ModuleObject], from peer: NodeAddress, module: ModuleID, upTo sequence: Int64
    ) async throws(StoreError) {
        guard objects.allSatisfy({ $0.module == module }) else { throw .notFound }
        try await log(module).add(objects, from: peer, upTo: sequence)
    }

    /// How far a peer's log of a module was read.
    ///
    /// - Throws: ``StoreError``.
    public func position(in peer: NodeAddress, module: ModuleID) async throws(StoreError) -> Int64 {
        try await log(module).position(in: peer)
    }

    /// Objects of a module with numbers above `sequence`, in order: at most `limit`, and at most about `budget` bytes.
    ///
    /// - Throws: ``StoreError``.
    public func objects(
        of module: ModuleID, after sequence: Int64, limit: Int, budget: Int = 512 * 1024
    ) async throws(StoreError) -> [LoggedObject] {
        try await log(module).objects(after: sequence, limit: limit, budget: budget)
    }

    /// The exact bytes of one object, or `nil`.
    ///
    /// - Throws: ``StoreError``.
    public func object(_ cid: CID, module: ModuleID) async throws(StoreError) -> [UInt8]? {
        try await log(module).object(cid)
    }
}

/// What the files of modules are called.
struct ObjectFiles: Sendable {
    let folder: String
    let prefix: String

    /// The file of a module. A module id has only lower-case letters, digits, points and hyphens, no two points side by
    /// side, and 128 bytes at most: it is a name for a file as it is.
    func path(of module: ModuleID) -> String { "\(folder)/\(prefix)-\(module.string).sqlite" }

    /// The one file of all modules that earlier versions kept.
    var ofAllModules: String { "\(folder)/\(prefix).sqlite" }
}
