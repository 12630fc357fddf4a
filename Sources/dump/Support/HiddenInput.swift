internal import Foundation

/// Asks on the terminal without echo. Whatever ends the program meanwhile, the terminal shows again what is typed.
enum HiddenInput {
    /// How the terminal was set before. A signal handler can be given nothing, and there is one terminal.
    private nonisolated(unsafe) static var before = termios()
    /// What ends a program from its terminal, or from elsewhere.
    private static let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP]

    static func ask(_ prompt: String) throws(CommandError) -> String {
        var settings = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { throw .usage("the terminal cannot be used") }
        unsafe before = settings
        // Set before the echo is off, so that there is no moment in between.
        for number in signals { _ = signal(number, restoreAndEnd) }
        settings.c_lflag &= ~tcflag_t(ECHO)
        defer {
            unsafe _ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            for number in signals { _ = signal(number, SIG_DFL) }
        }
        guard unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) == 0 else {
            throw .usage("the terminal cannot be used without echo")
        }
        // Only now: what is typed before the echo is off would be shown, and thrown away.
        FileHandle.standardError.write(Data(prompt.utf8))
        defer { FileHandle.standardError.write(Data("\n".utf8)) }
        guard let line = readLine(strippingNewline: true) else { throw CommandError("nothing was typed") }
        return line
    }

    /// Sets the terminal back and lets the signal do what it does. All three calls are allowed in a handler
    /// (signal-safety(7)).
    private static let restoreAndEnd: @convention(c) (Int32) -> Void = { number in
        unsafe _ = tcsetattr(STDIN_FILENO, TCSANOW, &before)
        _ = signal(number, SIG_DFL)
        raise(number)
    }
}
