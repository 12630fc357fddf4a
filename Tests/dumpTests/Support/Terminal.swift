import Foundation
import Testing

/// A pseudo-terminal at which a test types. Source: pty(7), ioctl_tty(2).
final class Terminal: Sendable {
    /// The end that a command is given.
    let device: FileHandle
    private let master: Int32

    init() throws {
        master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // The macros TIOCSPTLCK and TIOCGPTN of ioctl_tty(2), which are not imported: unlock, and tell the number.
        var isLocked: Int32 = 0
        var number: Int32 = -1
        try #require(unsafe ioctl(master, 0x4004_5431, &isLocked) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
        let descriptor = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(descriptor >= 0)
        device = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    deinit { close(master) }

    /// Whether what is typed is shown.
    var isEchoing: Bool {
        var settings = termios()
        return unsafe tcgetattr(master, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
    }

    /// Waits until what is typed is not shown. There is no event for it.
    func untilSilent() async {
        while isEchoing, !Task.isCancelled { await Task.yield() }
    }

    func type(_ text: String) throws {
        try FileHandle(fileDescriptor: master, closeOnDealloc: false).write(contentsOf: Data(text.utf8))
    }

    /// All that the terminal has shown and was not read yet.
    func shown() -> String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(master, $0.baseAddress, $0.count) }
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}
