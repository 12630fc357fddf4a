internal import PseudonymStore
internal import Sodium

/// A key in a file: 32 bytes of seed as base64url, mode 0600. Nodes and components have one.
enum KeyFile {
    /// Makes a new key in a file that must not be there yet.
    static func create(_ path: String) throws(CommandError) {
        try reading(path) {
            do { try PrivateFile.createKey(path) } catch StoreError.alreadyExists {
                throw CommandError("\(path): it exists already")
            }
        }
    }

    /// The key in a file.
    static func read(_ path: String) throws(CommandError) -> SigningKey {
        try reading(path) { try PrivateFile.readKey(path) }
    }
}
