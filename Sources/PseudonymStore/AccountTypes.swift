public import DumpIdentity
internal import Sodium

/// An account as it is stored: nothing of it can be read without its passphrase, its recovery code or a session.
public struct StoredAccount: Sendable, Equatable {
    /// The name of the account on this node. The file holds a hash of it.
    public let handle: Handle
    /// The root key under the passphrase.
    public let wrap: PassphraseWrap
    /// The root key under the recovery code, 72 bytes; `nil` where there is no code.
    public let recovery: [UInt8]?
    /// The sealed profile.
    public let profile: [UInt8]
    /// The sealed account state.
    public let state: [UInt8]

    /// An account to be stored.
    public init(handle: Handle, wrap: PassphraseWrap, recovery: [UInt8]?, profile: [UInt8], state: [UInt8]) {
        self.handle = handle
        self.wrap = wrap
        self.recovery = recovery
        self.profile = profile
        self.state = state
    }
}

/// A session as it is stored: the root key, encrypted under a token that only its holder has. Whose it is and when it
/// ends is sealed, too.
public struct StoredSession: Sendable, Equatable {
    /// The name that follows from the token, 32 bytes.
    public let identifier: [UInt8]
    /// The root key under the token, 72 bytes.
    public let wrappedRoot: [UInt8]
    /// Whose it is and how long it lasts, sealed under the token: 168 bytes.
    public let details: [UInt8]

    /// A session to be stored.
    public init(identifier: [UInt8], wrappedRoot: [UInt8], details: [UInt8]) {
        self.identifier = identifier
        self.wrappedRoot = wrappedRoot
        self.details = details
    }
}

extension Handle {
    /// The key of the account with this handle.
    var accountKey: [UInt8] {
        Hashing.blake2b(Derivation.message("dump/v1/account/id", context: Array(string.utf8)))
    }
}
