internal import AuthAPI
internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

/// Why a command failed: one line for people, and the exit code.
struct CommandError: Error {
    /// The exit codes of the tool.
    enum Code: Int32 {
        case refused = 1
        case usage = 2
        case unreachable = 3
    }

    let message: String
    let code: Code

    init(_ message: String, code: Code = .refused) {
        self.message = message
        self.code = code
    }

    static func usage(_ message: String) -> CommandError { CommandError(message, code: .usage) }
}

/// Runs something on input of the user's; what goes wrong is told with its place.
func reading<Result>(_ place: String, _ body: () throws -> Result) throws(CommandError) -> Result {
    do {
        return try body()
    } catch let error as IPLDError {
        throw CommandError("\(place): \(error)")
    } catch let error as IdentityError {
        throw CommandError("\(place): \(error)")
    } catch let error as CapabilityError {
        throw CommandError("\(place): \(error.name): \(error)")
    } catch let error as StoreError {
        // These name the file themselves, but for one.
        throw CommandError(error == .notFound ? "\(place): no such file" : "\(error)")
    } catch let error as CommandError {
        throw error
    } catch {
        throw CommandError("\(place): it cannot be used")
    }
}
