internal import ArgumentParser
internal import DumpIdentity
internal import Foundation
internal import IPLD

/// Options of every command that acts for a person.
struct PersonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder in which your log-in is kept. Default: $DUMP_HOME, or .config/dump in your home folder.",
            valueName: "folder"))
    var home: String?

    @Flag(help: "Print JSON for machines.")
    var json = false

    var folder: String {
        let environment = ProcessInfo.processInfo.environment
        if let home = home ?? environment["DUMP_HOME"] { return home }
        if let config = environment["XDG_CONFIG_HOME"] { return config + "/dump" }
        return NSHomeDirectory() + "/.config/dump"
    }

    /// Prints the answer as JSON, or calls `text` to print it for people.
    func show(_ answer: Map, _ text: () throws -> Void) throws {
        if json { try Output.json(.map(answer)) } else { try text() }
    }
}

/// Names of fields with commas between them: `name,email`.
struct FieldList: ExpressibleByArgument {
    let fields: [ProfileField]

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard let fields = try? ProfileField.list(names) else { return nil }
        self.fields = fields
    }

    var value: Value { .list(fields.map { .string($0.rawValue) }) }

    static let help: ArgumentHelp =
        "Fields with commas between them: name, email, phone_number, address, picture, website."
}

/// A number of days, 1 to 400.
struct Days: ExpressibleByArgument {
    let seconds: Int64

    init?(argument: String) {
        guard let days = Int64(argument), (1...400).contains(days) else { return nil }
        seconds = days * Day.seconds
    }
}

/// Fields with numbers of days: `email=1,name=3`.
struct FieldDays: ExpressibleByArgument {
    let value: Value

    init?(argument: String) {
        var map = Map()
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, let field = try? ProfileField(named: pair[0]), let days = Days(argument: pair[1]),
                map[field.rawValue] == nil
            else { return nil }
            map[field.rawValue] = .int(days.seconds)
        }
        value = .map(map)
    }

    static let help = ArgumentHelp(
        "Fields that end sooner, each with a number of days: email=1,phone_number=2.", valueName: "field=days")
}

/// A time in Unix seconds, of 53 bits at most as the times in tokens.
struct UnixTime: ExpressibleByArgument {
    let seconds: Int64

    init?(argument: String) {
        guard let seconds = Int64(argument), (0...(1 << 53 - 1)).contains(seconds) else { return nil }
        self.seconds = seconds
    }

    static let help = ArgumentHelp("The time to judge by, in Unix seconds. Default: now.", valueName: "seconds")
}
