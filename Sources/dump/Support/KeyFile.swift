internal import DumpIdentity
internal import IPLD
internal import PseudonymStore
internal import Sodium

/// A key in a file: 32 bytes of seed as base64url, mode 0600. Nodes and components have one.
enum KeyFile {
    /// Makes a new key in a file that must not be there yet.
    static func create(_ path: String) throws(CommandError) {
        try reading(path) {
            let seed = try SecretBytes.random(count: 32, in: .scratch)
            let text = Base64URL.encode(seed.copyForTransfer()) + "\n"
            do { try PrivateFile.write(Array(text.utf8), to: path, replacing: false) } catch StoreError.alreadyExists {
                throw CommandError("\(path): it exists already")
            }
        }
    }

    /// The key in a file.
    static func read(_ path: String) throws(CommandError) -> SigningKey {
        let bytes = try reading(path) { try PrivateFile.read(path, limit: 1_024) }
        do {
            let text = bytes.filter { $0 != UInt8(ascii: "\n") }
            let seed = try Base64URL.decode(String(decoding: text, as: UTF8.self))
            return try SigningKey(seed: SecretBytes(seed, in: .scratch), in: .guarded)
        } catch { throw CommandError("\(path): it is not a key file") }
    }
}
