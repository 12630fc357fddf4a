internal import Foundation

/// The files of the project.
public enum Project {
    /// The folder of the project, found from this file as it really lies, whatever link led to it.
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The bytes of a file, by its path in the project.
    ///
    /// - Throws: what reading throws.
    public static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: path)))
    }

    /// The text of a file, by its path in the project.
    ///
    /// - Throws: what reading throws.
    public static func text(_ path: String) throws -> String {
        try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    }
}
