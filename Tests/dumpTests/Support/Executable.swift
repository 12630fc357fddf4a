import Foundation

/// The program under test.
enum Executable {
    /// The path of `dump`, which is built into the folder of the test bundle.
    static let path: String = {
        var arguments = CommandLine.arguments
        // The bundle may be loaded by a runner that stands elsewhere, and is told by this option.
        if let option = arguments.firstIndex(of: "--test-bundle-path"), option + 1 < arguments.count {
            arguments.insert(arguments[option + 1], at: 0)
        }
        let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let folders = [runner] + arguments.prefix(2)
        let paths = folders.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path + "/dump" }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "dump"
    }()

    /// Another program of this system, where it has it.
    static func other(_ name: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return folders.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The environment of the tests without any setting of the program's, and then these.
    static func environment(_ settings: [String: String]) -> [String: String] {
        ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("DUMP_") && $0.key != "XDG_CONFIG_HOME" }
            .merging(settings) { $1 }
    }
}
