public import Foundation

/// A folder that only its owner may enter, and that goes with this object.
public final class TemporaryFolder: Sendable {
    /// Where it is.
    public let path: String

    /// A new folder, which is empty.
    ///
    /// - Throws: what making it throws.
    public init() throws {
        path = FileManager.default.temporaryDirectory.path + "/dump-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it, which need not be there.
    public func file(_ name: String) -> String { path + "/" + name }

    /// The names of all that is in it, in their order.
    public var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }

    /// Every byte of every file whose name begins so.
    ///
    /// - Throws: what reading throws.
    public func contents(_ prefix: String = "") throws -> Data {
        try names.filter { $0.hasPrefix(prefix) }.reduce(into: Data()) { contents, name in
            // Not Data(contentsOf:), which leaks a page for an empty file, as the address sanitizer says.
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file(name)))
            contents.append(try handle.readToEnd() ?? Data())
            try handle.close()
        }
    }
}
