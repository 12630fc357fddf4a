internal import ArgumentParser
internal import DumpIdentity
internal import IPLD

struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "See and change your profile.", subcommands: [Show.self, Set.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show your profile.")
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let answer = try await NodeClient.loggedIn(person) { try await $0.call("GET", "/v1/profile") }
            try person.show(answer) { FieldOutput.table(answer["fields"]?.mapValue ?? Map()) }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set or remove profile fields.",
            discussion: """
                Who may read a field at present sees the change with the next read. An empty value removes a field.
                A picture is a PNG, JPEG, GIF or WebP file of at most 256 KiB.

                Examples: dump profile set name="Steve Example" email=steve@example.org
                          dump profile set picture=@portrait.png
                          dump profile set website=
                """)
        @Argument(help: "name=VALUE pairs; @FILE as a value takes it from a file.")
        var changes: [String]
        @OptionGroup var person: PersonOptions

        func run() async throws {
            var fields = Map()
            for change in changes {
                let parts = change.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { throw CommandError.usage("a change is written name=VALUE") }
                let field = try reading("profile set") { try ProfileField(named: String(parts[0])) }
                guard fields[field.rawValue] == nil else {
                    throw CommandError("profile set: \(IdentityError.duplicateField)")
                }
                fields[field.rawValue] = try value(String(parts[1]), for: field)
            }
            let body: Value = ["fields": .map(fields)]
            // What is set is set whatever stood there before: nothing of it was shown.
            let answer = try await NodeClient.loggedIn(person) { client in
                try await client.call("PATCH", "/v1/profile", body, match: "*")
            }
            try person.show(answer) { FieldOutput.table(answer["fields"]?.mapValue ?? Map()) }
        }

        private func value(_ text: String, for field: ProfileField) throws -> Value {
            if text.isEmpty { return .null }
            if field == .picture || text.hasPrefix("@") {
                let path = text.hasPrefix("@") ? String(text.dropFirst()) : text
                let bytes = try UserFile.read(path, limit: Picture.maximumLength)
                if field == .picture { return try reading(path) { try FieldValue.picture(Picture(bytes)).value } }
                guard var content = String(validating: bytes, as: UTF8.self) else {
                    throw CommandError("\(path): it is not text")
                }
                // The end of a text file's last line is no part of what it says.
                if content.last?.isNewline == true { content.removeLast() }
                return try reading(path) { try FieldValue(.string(content), for: field).value }
            }
            return try reading("profile set") { try FieldValue(.string(text), for: field).value }
        }
    }
}

/// Profile fields for people.
enum FieldOutput {
    static func table(_ fields: Map) {
        let rows = ProfileField.allCases.compactMap { field in
            fields[field.rawValue].map { [field.rawValue, text($0)] }
        }
        if rows.isEmpty { Output.line("No field is set.") } else { Output.table(["FIELD", "VALUE"], rows) }
    }

    static func text(_ value: Value) -> String {
        switch value {
        case .string(let text): Output.safe(text)
        case .map(let picture): "\(picture.text("type")), \(picture["data"]?.bytesValue?.count ?? 0) bytes"
        default: "(removed by its owner)"
        }
    }
}
