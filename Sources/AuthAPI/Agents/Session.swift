internal import DumpIdentity

/// A person for the length of one request: the account's name, and the root key in guarded memory.
final class Session: Sendable {
    let handle: Handle
    let root: RootKey
    /// The name of the stored session.
    let identifier: [UInt8]

    init(handle: Handle, root: RootKey, identifier: [UInt8]) {
        self.handle = handle
        self.root = root
        self.identifier = identifier
    }
}
