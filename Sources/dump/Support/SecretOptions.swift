internal import ArgumentParser
internal import IPLD
internal import PseudonymStore

/// Options of the commands that need a passphrase.
struct PassphraseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A private file with the passphrase, for scripts. Else $DUMP_PASSPHRASE, else you are asked.",
            valueName: "file"))
    var passphraseFile: String?

    func read(confirming: Bool = false) throws -> Value {
        .string(try PassphrasePrompt.read(.passphrase, file: passphraseFile, confirming: confirming))
    }
}

/// Options of the commands that set a passphrase anew.
struct NewPassphraseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A private file with the new passphrase. Else $DUMP_NEW_PASSPHRASE, else you are asked.",
            valueName: "file"))
    var newPassphraseFile: String?

    func read() throws -> Value {
        .string(try PassphrasePrompt.read(.newPassphrase, file: newPassphraseFile, confirming: true))
    }
}

/// Options of the commands that write or read an export.
struct FilePassphraseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A private file with the passphrase of the export. Else $DUMP_FILE_PASSPHRASE, else you are asked.",
            valueName: "file"))
    var filePassphraseFile: String?

    func read(confirming: Bool) throws -> Value {
        .string(try PassphrasePrompt.read(.filePassphrase, file: filePassphraseFile, confirming: confirming))
    }
}

/// Options of the commands that take a recovery code.
struct RecoveryCodeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A private file with the recovery code. Else $DUMP_RECOVERY_CODE, else you are asked.",
            valueName: "file"))
    var recoveryFile: String?

    func read() throws -> Value { .string(try PassphrasePrompt.read(.recoveryCode, file: recoveryFile)) }
}

/// Options of the commands that bring a new recovery code.
struct NewRecoveryCodeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the new recovery code into a private file that is not there yet, and do not show it.",
            valueName: "file"))
    var saveRecovery: String?

    /// Refuses a file that is there, before anything is done.
    func check() throws {
        guard let path = saveRecovery else { return }
        do { _ = try PrivateFile.read(path) } catch StoreError.notFound { return } catch {}
        throw CommandError("\(path): it exists already")
    }

    /// Takes the code out of an answer into its file, and gives the lines that are to be shown.
    func take(from answer: inout Map) throws -> [String] {
        guard let code = answer["recovery"]?.stringValue else { return [] }
        let shown = [
            "Recovery code: \(Output.safe(code))",
            "Write it down and keep it where nobody else looks. It is shown this once, and is the way back to your "
                + "account without the passphrase.",
        ]
        guard let path = saveRecovery else { return shown }
        do {
            try PrivateFile.write(Array((code + "\n").utf8), to: path, replacing: false)
        } catch {
            // It is nowhere else: better seen than lost.
            return ["The recovery code could not be written into \(path)."] + shown
        }
        answer["recovery"] = nil
        return ["The recovery code is in \(path). It is the way back to your account without the passphrase."]
    }
}
