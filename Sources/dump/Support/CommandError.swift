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

    /// The official name of the error (`docs/spec.md`, "Errors"), where it has one.
    let name: String?

    /// Whether the node does not know the person's session any more.
    let hasSessionEnded: Bool

    init(_ message: String, code: Code = .refused, name: String? = nil, hasSessionEnded: Bool = false) {
        self.message = message
        self.code = code
        self.name = name
        self.hasSessionEnded = hasSessionEnded
    }

    static func usage(_ message: String) -> CommandError { CommandError(message, code: .usage) }
}

/// Reads an argument or a setting; what is wrong with it is wrong usage.
func usage<Result>(_ place: String, _ body: () throws -> Result) throws(CommandError) -> Result {
    do { return try reading(place, body) } catch { throw .usage(error.message) }
}

/// Runs something on input of the user's; what goes wrong is told with its place.
func reading<Result: ~Copyable>(_ place: String, _ body: () throws -> Result) throws(CommandError) -> Result {
    do {
        return try body()
    } catch let error as IPLDError {
        throw CommandError("\(place): \(error)", name: CapabilityError.malformed.name)
    } catch let error as IdentityError {
        throw CommandError("\(place): \(error)", name: CapabilityError(error).name)
    } catch let error as CapabilityError {
        throw CommandError("\(place): \(error.name): \(error)", name: error.name)
    } catch let error as StoreError {
        // These name the file themselves, but for one.
        throw CommandError(error == .notFound ? "\(place): no such file" : "\(error)")
    } catch let error as CommandError {
        throw error
    } catch {
        throw CommandError("\(place): it cannot be used")
    }
}
