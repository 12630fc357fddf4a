internal import Foundation
internal import PseudonymStore

/// Where a passphrase comes from: a private file, the environment, or the terminal without echo. Never an argument:
/// arguments can be seen by others.
enum PassphrasePrompt {
    /// The passphrase; asked for twice where `confirming` is set and a person is asked.
    static func passphrase(_ options: PassphraseOptions, confirming: Bool) throws(CommandError) -> String {
        if let path = options.passphraseFile {
            let bytes = try reading(path) { try PrivateFile.read(path, limit: 4_096) }
            let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw CommandError("\(path): it is not text")
            }
            return text
        }
        if let text = ProcessInfo.processInfo.environment["DUMP_PASSPHRASE"] { return text }
        guard isatty(STDIN_FILENO) == 1 else {
            throw .usage("there is no terminal to ask for the passphrase on; use --passphrase-file or DUMP_PASSPHRASE")
        }
        let text = try ask("Passphrase: ")
        if confirming, try ask("The same again: ") != text { throw CommandError("the two passphrases differ") }
        return text
    }

    private static func ask(_ prompt: String) throws(CommandError) -> String {
        var settings = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { throw .usage("the terminal cannot be used") }
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        guard unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) == 0 else {
            throw .usage("the terminal cannot be used without echo")
        }
        defer {
            var restored = before
            unsafe _ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        // Only now: what is typed before the echo is off would be shown, and thrown away.
        FileHandle.standardError.write(Data(prompt.utf8))
        guard let line = readLine(strippingNewline: true) else { throw CommandError("no passphrase was given") }
        return line
    }
}
