internal import Foundation
internal import PseudonymStore

/// Where a passphrase or a recovery code comes from: a private file, the environment, or the terminal without echo.
/// Never an argument: arguments can be seen by others.
enum PassphrasePrompt {
    /// A secret, and the places where it may be.
    struct Secret {
        /// What it is, as it is asked for.
        let name: String
        /// The option that names a file.
        let option: String
        /// The variable of the environment.
        let variable: String

        static let passphrase = Secret(name: "Passphrase", option: "--passphrase-file", variable: "DUMP_PASSPHRASE")
        static let newPassphrase = Secret(
            name: "New passphrase", option: "--new-passphrase-file", variable: "DUMP_NEW_PASSPHRASE")
        static let filePassphrase = Secret(
            name: "Passphrase of the file", option: "--file-passphrase-file", variable: "DUMP_FILE_PASSPHRASE")
        static let recoveryCode = Secret(
            name: "Recovery code", option: "--recovery-file", variable: "DUMP_RECOVERY_CODE")
    }

    /// The secret; asked for twice where `confirming` is set and a person is asked.
    static func read(_ secret: Secret, file: String?, confirming: Bool = false) throws(CommandError) -> String {
        if let path = file {
            let bytes = try reading(path) { try PrivateFile.read(path, limit: 4_096) }
            let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw CommandError("\(path): it is not text")
            }
            return text
        }
        if let text = ProcessInfo.processInfo.environment[secret.variable] { return text }
        guard isatty(STDIN_FILENO) == 1 else {
            let name = secret.name.prefix(1).lowercased() + secret.name.dropFirst()
            throw .usage(
                "there is no terminal to ask for the \(name) on; use \(secret.option) or \(secret.variable)")
        }
        let text = try HiddenInput.ask("\(secret.name): ")
        if confirming, try HiddenInput.ask("The same again: ") != text {
            throw CommandError("the two passphrases differ")
        }
        return text
    }

    /// Whether a person at the terminal types `yes`.
    static func isConfirmed(_ question: String) throws(CommandError) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else { throw .usage("there is no terminal to ask on; use --yes") }
        FileHandle.standardError.write(Data("\(question) Type yes to go on: ".utf8))
        return readLine(strippingNewline: true) == "yes"
    }
}
