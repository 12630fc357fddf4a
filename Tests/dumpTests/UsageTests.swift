import Testing

/// How the reader of arguments refuses: before anything is read or sent.
struct UsageTests {
    private static let request = ["request", "abcdefgh", "--purpose", "why"]

    @Test(arguments: [
        ["everything"], ["--everything"], ["object", "delete"], ["inbox", "--verbose"], ["object", "list", "more"],
        ["serve", "--no-such-option"],
    ]) func `what the tool does not know is refused`(_ arguments: [String]) async throws {
        try await Command.run(arguments).isUsageError()
    }

    @Test(arguments: [
        ["object", "publish"], ["object", "publish", "offer.json"], ["object", "show"], ["object", "verify"],
        ["account", "create"], ["login"], ["profile", "set"], ["key", "create"], ["key", "show"], ["deny"],
        ["withdraw"], ["requests", "show"], ["verify"], ["status-list"], ["approve", "abcdefgh"],
        ["delegate", "abcdefgh"], ["read", "abcdefgh"], UsageTests.request,
    ]) func `what is missing is named`(_ arguments: [String]) async throws {
        try await Command.run(arguments).isUsageError("Missing expected argument")
    }

    @Test(arguments: ["0", "-1", "401", "1.5", "a week", "", "99999999999999999999"])
    func `days are a whole number of 1 to 400`(_ days: String) async throws {
        let options = ["--fields", "name", "--days", days]
        try await Command.run(UsageTests.request + options).isUsageError("--days")
        try await Command.run(["approve", "abcdefgh"] + options).isUsageError("--days")
    }

    @Test(arguments: ["age", "name,age", "name,name", "name,", "", "Name", "name, email"])
    func `fields are known and named once`(_ fields: String) async throws {
        try await Command.run(UsageTests.request + ["--days", "1", "--fields", fields]).isUsageError("--fields")
        try await Command.run("read", "abcdefgh", "--fields", fields).isUsageError("--fields")
    }

    @Test(arguments: [
        [], ["--key", "component.key"], ["--handover", "name.handover"], ["abcdefgh", "--key", "component.key"],
        ["abcdefgh", "--handover", "name.handover", "--key", "component.key"],
    ]) func `read takes either a request or a handover with its key`(_ arguments: [String]) async throws {
        try await Command.run(["read", "--fields", "name"] + arguments).isUsageError("read takes")
    }

    @Test func `a change of the profile without an equals sign is refused`() async throws {
        try await Command.run("profile", "set", "name").isRefusal("name=VALUE", code: 2)
    }

    @Test func `an account needs a node`() async throws {
        try await Command.run("login", "steve", environment: ["DUMP_PASSPHRASE": "long enough for this"])
            .isRefusal("--node", "DUMP_NODE", code: 2)
    }
}
