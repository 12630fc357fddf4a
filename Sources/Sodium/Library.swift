internal import CSodium

/// The one initialisation of libsodium. Every primitive that needs randomness or guarded memory asks for it first.
enum Library {
    /// Whether `sodium_init` succeeded; evaluated once, thread-safe by the rules for static properties.
    static let isReady = sodium_init() >= 0

    static func require() throws(SodiumError) {
        guard isReady else { throw .unavailable }
    }
}
