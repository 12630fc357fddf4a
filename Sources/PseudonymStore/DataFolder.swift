internal import Foundation

/// The folder in which a node keeps everything: mode 0700, used by one process at a time.
public final class DataFolder: Sendable {
    /// The path of the folder.
    public let path: String
    private let lock: Int32

    /// Opens a folder, makes it where it is not there, and takes its lock.
    ///
    /// - Throws: ``StoreError/inUse``, ``StoreError/system(file:code:)``.
    public init(_ path: String) throws(StoreError) {
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
            throw .system(file: path, code: ENOTDIR)
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw .system(file: path, code: EACCES) }
        guard unsafe chmod(path, 0o700) == 0 else { throw .system(file: path, code: errno) }
        let file = path + "/lock"
        let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(file: file, code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse
        }
        self.path = path
        lock = descriptor
    }

    deinit { close(lock) }

    /// The path of a file in the folder.
    public func file(_ name: String) -> String { path + "/" + name }
}
