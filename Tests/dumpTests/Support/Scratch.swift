import Foundation

/// A temporary folder of one test, removed with the value that holds it.
final class Scratch: Sendable {
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "dump-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The path of a file that need not be there.
    func path(_ name: String) -> String { folder + "/" + name }

    /// Writes a file, private unless said otherwise.
    @discardableResult
    func write(_ bytes: Data, to name: String, mode: Int = 0o600) throws -> String {
        let path = path(name)
        try bytes.write(to: URL(fileURLWithPath: path))
        try Scratch.setMode(mode, of: path)
        return path
    }

    /// Writes a text file, private unless said otherwise.
    @discardableResult
    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        try write(Data(text.utf8), to: name, mode: mode)
    }

    static func setMode(_ mode: Int, of path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    static func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    static func read(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
