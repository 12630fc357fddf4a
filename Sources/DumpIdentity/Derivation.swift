internal import Sodium

/// How keys follow from keys: BLAKE2b-256 keyed with the parent, over `label ‖ 0x00 ‖ context`.
///
/// Labels are constants, hold no zero byte, and are never given another meaning: a new meaning gets a new version.
/// `docs/spec.md`, "Key derivation", lists them all with vectors.
public enum Derivation {
    static let profileSigning = "dump/v1/profile/sign"
    static let profileStorage = "dump/v1/profile/store"
    static let accountState = "dump/v1/account/state"
    static let accountSettings = "dump/v1/account/settings/key"
    static let pseudonymSigning = "dump/v1/pseudonym/sign"
    static let pseudonymStorage = "dump/v1/pseudonym/store"
    static let sessionIdentifier = "dump/v1/session/id"
    static let sessionWrap = "dump/v1/session/wrap"
    static let sessionDetails = "dump/v1/session/details/key"
    static let passphraseWrap = "dump/v1/root/passphrase"
    static let recoveryKey = "dump/v1/custody/recovery"
    static let recoveryWrap = "dump/v1/root/recovery"
    static let exportKey = "dump/v1/export/content"
    static let exportWrap = "dump/v1/root/export"
    static let exportContent = "dump/v1/export"

    /// `label ‖ 0x00 ‖ context`. A label has no zero byte, so no two pairs give the same bytes.
    public static func message(_ label: String, context: [UInt8] = []) -> [UInt8] {
        Array(label.utf8) + [0] + context
    }
}
