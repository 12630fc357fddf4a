internal import Capabilities
internal import DumpIdentity
internal import Foundation
internal import IPLD
internal import PseudonymStore

/// The log-in that is kept in a person's folder: where, as whom, and the session token. A private file.
struct LogInFile {
    let node: NodeAddress
    let handle: Handle
    let token: String

    private static func path(_ folder: String) -> String { folder + "/session.json" }

    static func read(_ options: PersonOptions) throws(CommandError) -> LogInFile {
        let path = path(options.folder)
        return try reading(path) {
            let bytes: [UInt8]
            do { bytes = try PrivateFile.read(path) } catch StoreError.notFound {
                throw CommandError("you are not logged in; use: dump login HANDLE --node URL")
            }
            var reader = MapReader(try DagJSON.decode(bytes).mapValue ?? Map())
            return LogInFile(
                node: try NodeAddress(reader.string("node")), handle: try Handle(reader.string("handle")),
                token: try reader.string("token"))
        }
    }

    func write(_ options: PersonOptions) throws(CommandError) {
        let folder = options.folder
        try reading(folder) {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let value: Value = [
                "node": .string(node.string), "handle": .string(handle.string), "token": .string(token),
            ]
            try PrivateFile.write(
                Array(try DagJSON.encode(value).utf8), to: LogInFile.path(folder), replacing: true)
        }
    }

    static func remove(_ options: PersonOptions) {
        // Gone already is as good.
        try? FileManager.default.removeItem(atPath: path(options.folder))
    }
}

/// Files that the user names.
enum UserFile {
    static func read(_ path: String, limit: Int) throws(CommandError) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw CommandError("\(path): it cannot be read") }
        defer { try? handle.close() }
        return try read(handle, called: path, limit: limit)
    }

    /// Reads a file, or standard input where the path is `-`.
    static func readOrInput(_ path: String, limit: Int) throws(CommandError) -> [UInt8] {
        path == "-"
            ? try read(FileHandle.standardInput, called: "standard input", limit: limit)
            : try read(path, limit: limit)
    }

    private static func read(_ handle: FileHandle, called place: String, limit: Int) throws(CommandError) -> [UInt8] {
        let data: Data
        do {
            data = try handle.read(upToCount: limit + 1) ?? Data()
        } catch { throw CommandError("\(place): it cannot be read") }
        guard data.count <= limit else {
            throw CommandError("\(place): larger than \(limit) bytes", name: CapabilityError.limitExceeded.name)
        }
        return [UInt8](data)
    }

    /// Writes a file that only the user can read: it holds what someone disclosed.
    static func writePrivate(_ bytes: [UInt8], to path: String) throws(CommandError) {
        try reading(path) { try PrivateFile.write(bytes, to: path, replacing: true) }
    }

    static func write(_ bytes: [UInt8], to path: String) throws(CommandError) {
        do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw CommandError("\(path): it cannot be written")
        }
    }
}
