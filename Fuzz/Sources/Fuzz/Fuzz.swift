internal import CLibFuzzer
internal import Foundation

/// libFuzzer's own program, run on the target that the environment variable `FUZZ_TARGET` names. The options are
/// libFuzzer's. With the one argument `seeds=FOLDER` it writes the first inputs of every target instead.
///
/// The name is not an argument because libFuzzer starts itself again with its own ones, to merge a corpus.
@main enum Fuzz {
    /// What is fuzzed; set before the first input.
    private static let target = ProcessInfo.processInfo.environment["FUZZ_TARGET"].flatMap(Target.init)

    static func main() throws {
        if let argument = CommandLine.arguments.dropFirst().first, argument.hasPrefix("seeds=") {
            return try Seeds.write(to: URL(filePath: String(argument.dropFirst("seeds=".count))))
        }
        guard target != nil else {
            let names = Target.allCases.map(\.rawValue).joined(separator: ", ")
            FileHandle.standardError.write(Data("error: FUZZ_TARGET has to be one of: \(names)\n".utf8))
            exit(2)
        }
        var count = CommandLine.argc
        var arguments = unsafe Optional(CommandLine.unsafeArgv)
        exit(
            unsafe LLVMFuzzerRunDriver(&count, &arguments) { data, size in
                Fuzz.target?.check(unsafe Array(UnsafeBufferPointer(start: data, count: size)))
                return 0
            })
    }
}

/// Ends the program where a property does not hold: libFuzzer then keeps the input.
func require(_ holds: @autoclosure () throws -> Bool, _ property: StaticString) {
    do {
        if try holds() { return }
        fatalError("violated: \(property)")
    } catch {
        fatalError("violated: \(property): \(error)")
    }
}
