internal import Foundation

/// Files that hold secrets: made with mode 0600, and refused when others can read or write them.
public enum PrivateFile {
    /// What a file is called while it is written, behind its own name.
    static let temporarySuffix = ".new"

    /// Reads a private file of at most `limit` bytes.
    ///
    /// - Throws: ``StoreError/notFound``, ``StoreError/openPermissions(file:)``, ``StoreError/malformedFile(file:)``
    ///   where it is no regular file or too large, ``StoreError/system(file:code:)``.
    public static func read(_ path: String, limit: Int = 64 * 1024) throws(StoreError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .notFound : .system(file: path, code: errno)
        }
        defer { close(descriptor) }
        // The open file is asked, not its name: nobody can exchange it in between.
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .system(file: path, code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else { throw .malformedFile(file: path) }
        guard status.st_mode & 0o077 == 0 else { throw .openPermissions(file: path) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            }
            guard count > 0 else { throw count < 0 ? .system(file: path, code: errno) : .malformedFile(file: path) }
            filled += count
        }
        return bytes
    }

    /// Makes sure that the name of a new file is on disk, too.
    static func syncFolder(of path: String) throws(StoreError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(file: folder, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(file: folder, code: errno) }
    }

    /// Writes a private file whole or not at all, and makes sure that it is on disk.
    ///
    /// - Throws: ``StoreError/alreadyExists`` where it exists and `replacing` is false,
    ///   ``StoreError/system(file:code:)``.
    public static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws(StoreError) {
        let temporary = path + temporarySuffix
        unsafe _ = unlink(temporary)
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(file: path, code: errno) }
        defer {
            close(descriptor)
            unsafe _ = unlink(temporary)
        }
        let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(descriptor) == 0 else { throw .system(file: path, code: errno) }
        // link() fails where the name is taken; rename() replaces it in one step.
        let status = unsafe replacing ? rename(temporary, path) : link(temporary, path)
        guard status == 0 else { throw errno == EEXIST ? .alreadyExists : .system(file: path, code: errno) }
        try syncFolder(of: path)
    }
}
