internal import Foundation
internal import IPLD
public import Sodium

/// Keys in private files: 32 bytes of seed as base64url, and a line feed.
extension PrivateFile {
    /// Makes a new key in a file that must not be there yet.
    ///
    /// - Throws: as ``write(_:to:replacing:)``; ``StoreError/system(file:code:)`` where there is no memory for it.
    public static func createKey(_ path: String) throws(StoreError) {
        let text: String
        do {
            let seed = try SecretBytes.random(count: 32, in: .scratch)
            text = Base64URL.encode(seed.copyForTransfer()) + "\n"
        } catch { throw .system(file: path, code: ENOMEM) }
        try write(Array(text.utf8), to: path, replacing: false)
    }

    /// The key in a file, in guarded memory.
    ///
    /// - Throws: ``StoreError/notAKey(file:)``, and as ``read(_:limit:)``.
    public static func readKey(_ path: String) throws(StoreError) -> SigningKey {
        let text = try read(path, limit: 1_024).filter { $0 != UInt8(ascii: "\n") }
        do {
            let seed = try Base64URL.decode(String(decoding: text, as: UTF8.self))
            return try SigningKey(seed: SecretBytes(seed, in: .scratch), in: .guarded)
        } catch { throw .notAKey(file: path) }
    }

    /// Overwrites a file with zeros and removes it; one that is not there is no error.
    ///
    /// On a file system that writes elsewhere, or on flash memory, the old bytes may stay on the medium.
    ///
    /// - Throws: ``StoreError/system(file:code:)``.
    static func destroy(_ path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .system(file: path, code: errno) }
            return
        }
        defer { close(descriptor) }
        try overwrite(descriptor, of: path)
        guard unsafe unlink(path) == 0 else { throw .system(file: path, code: errno) }
        try syncFolder(of: path)
    }

    /// Puts a file in the place of another, in one step, and overwrites the other with zeros. `between` is called when
    /// the one is in its place.
    ///
    /// - Throws: ``StoreError/system(file:code:)``, and what `between` throws.
    static func replace(
        _ path: String, by other: String, between: () throws(StoreError) -> Void = {}
    ) throws(StoreError) {
        // Opened before: afterwards it has no name.
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .system(file: path, code: errno) }
        defer { close(descriptor) }
        guard unsafe rename(other, path) == 0 else { throw .system(file: path, code: errno) }
        try syncFolder(of: path)
        try between()
        try overwrite(descriptor, of: path)
    }

    private static func overwrite(_ descriptor: Int32, of path: String) throws(StoreError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .system(file: path, code: errno) }
        let zeros = [UInt8](repeating: 0, count: Int(status.st_size))
        let written = unsafe zeros.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == zeros.count, fsync(descriptor) == 0 else { throw .system(file: path, code: errno) }
    }
}
