internal import ArgumentParser
internal import DumpIdentity
internal import Foundation
internal import PseudonymStore

struct NodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Look after a node that is not running.", subcommands: [RotateKey.self])

    struct RotateKey: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate-key", abstract: "Give a node another key, and destroy the former.",
            discussion: """
                End the node first. Both keys sign that the one follows the other; the node serves that statement, and
                what was granted at the former key stays valid. A backup of the folder still has the former key:
                make a new one. Interrupted, the change is completed or undone when the node starts.

                Example: dump node rotate-key --data ./x
                """)
        @Option(help: ArgumentHelp("The folder in which the node keeps everything.", valueName: "folder"))
        var data: String

        func run() throws {
            // Opening would make the folder.
            guard FileManager.default.fileExists(atPath: data + "/" + NodeKeyFile.name) else {
                throw CommandError("\(data): there is no node's key in it")
            }
            // As for a node that runs: a key must not be in a core dump.
            var limit = rlimit(rlim_cur: 0, rlim_max: 0)
            unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            umask(0o077)
            let folder = try reading(data) { try DataFolder(data) }
            do {
                let statement = try NodeKeyFile.rotate(in: folder, time: Clock.now())
                Output.line("The node is now \(statement.next), and was \(statement.former).")
            } catch StoreError.full {
                throw CommandError("\(data): the key was changed 16 times within 401 days; grants need the statements")
            } catch { throw CommandError("\(error)") }
            // The folder's lock is held to the very end.
            withExtendedLifetime(folder) {}
        }
    }
}
