public import DumpIdentity
public import IPLD
public import Sodium

/// The key of a node in its data folder, and how it is changed for another.
///
/// The files are `node.key`, `node.successions` and, during a change, `node.key.next`. At every moment `node.key` is
/// there and whole. Source: `docs/spec.md`, "Changing the key of a node".
public enum NodeKeyFile {
    /// The seed of the node's key, as in every key file.
    public static let name = "node.key"
    /// The statements of former keys, ``Successions``. They are public.
    public static let successionsName = "node.successions"
    /// The next key, while it takes the place of the former.
    static let nextName = "node.key.next"
    /// For how long a statement is kept, in seconds: no grant lasts longer than 400 days.
    static let retention = 401 * Day.seconds

    /// What has been done of a change, each on disk before the next is begun.
    public enum Step: CaseIterable, Sendable {
        /// The next key stands beside the former. Nothing else knows of it.
        case nextKeyWritten
        /// The statement that one follows the other is stored: from here on the change is completed.
        case statementWritten
        /// The next key has taken the place of the former, whose bytes have still to be overwritten.
        case keyReplaced
    }

    /// The node's key, after a change that was interrupted has been completed or undone.
    ///
    /// - Throws: ``StoreError/notFound`` where there is none; what reading a file throws.
    public static func open(in folder: DataFolder) throws(StoreError) -> SigningKey {
        let key = try PrivateFile.readKey(folder.file(name))
        let path = folder.file(nextName)
        // Half a file of an interrupted writing: it may hold a part of a key.
        try PrivateFile.destroy(path + PrivateFile.temporarySuffix)
        let next: SigningKey
        do { next = try PrivateFile.readKey(path) } catch {
            guard error == .notFound else { throw error }
            return key
        }
        let statements = try readSuccessions(in: folder)
        guard try statements.chain(from: principal(key, folder)).contains(try principal(next, folder)) else {
            // Nobody was told of it.
            try PrivateFile.destroy(path)
            return key
        }
        try PrivateFile.replace(folder.file(name), by: path)
        return next
    }

    /// The statements of the keys that the node had before this one.
    ///
    /// - Throws: ``StoreError/malformedFile(file:)`` where they do not all lead to it: then it is not the newest key, or
    ///   another node's.
    public static func successions(
        in folder: DataFolder, to principal: Principal
    ) throws(StoreError) -> Successions {
        let statements = try readSuccessions(in: folder)
        guard statements.all.allSatisfy({ statements.chain(from: $0.former).last == principal }) else {
            throw .malformedFile(file: folder.file(successionsName))
        }
        return statements
    }

    /// Gives the node another key, and destroys the former. Interrupted anywhere, it is completed or undone by
    /// ``open(in:)``; `after` is called between the steps.
    ///
    /// - Throws: ``StoreError/full`` where the key was changed 16 times within 401 days; ``StoreError/notFound`` where
    ///   there is no key; what reading and writing files throws, and what `after` throws.
    public static func rotate(
        in folder: DataFolder, time: Int64, after: (Step) throws(StoreError) -> Void = { _ in }
    ) throws(StoreError) -> Succession {
        let key = try open(in: folder)
        var statements = try successions(in: folder, to: principal(key, folder))
            .keptSince(time - retention)
        guard statements.count < Successions.maximumChain else { throw .full }
        let path = folder.file(nextName)
        try PrivateFile.createKey(path)
        try after(.nextKeyWritten)
        let next = try PrivateFile.readKey(path)
        let statement: Succession
        do {
            statement = try Succession.sign(from: key, to: next, time: time)
            try statements.insert(statement)
            try write(try statements.encoded(), to: folder)
        } catch { throw error as? StoreError ?? .malformedFile(file: folder.file(successionsName)) }
        try after(.statementWritten)
        try PrivateFile.replace(folder.file(name), by: path) { () throws(StoreError) in try after(.keyReplaced) }
        return statement
    }

    // MARK: -

    private static func write(_ bytes: [UInt8], to folder: DataFolder) throws(StoreError) {
        try PrivateFile.write(bytes, to: folder.file(successionsName), replacing: true)
    }

    private static func readSuccessions(in folder: DataFolder) throws(StoreError) -> Successions {
        let path = folder.file(successionsName)
        let bytes: [UInt8]
        do { bytes = try PrivateFile.read(path) } catch {
            guard error == .notFound else { throw error }
            return Successions()
        }
        do { return try Successions(decoding: bytes) } catch { throw .malformedFile(file: path) }
    }

    private static func principal(
        _ key: borrowing SigningKey, _ folder: DataFolder
    ) throws(StoreError) -> Principal {
        do { return try key.principal() } catch { throw .notAKey(file: folder.file(name)) }
    }
}

extension Successions {
    /// Without the oldest, as far as they are of days before a time.
    fileprivate func keptSince(_ time: Int64) -> Successions {
        var kept = Successions()
        let oldestFirst = all.sorted { chain(from: $0.former).count > chain(from: $1.former).count }
        for statement in oldestFirst.drop(while: { $0.day < time }) {
            // There were no more before.
            try? kept.insert(statement)
        }
        return kept
    }
}
