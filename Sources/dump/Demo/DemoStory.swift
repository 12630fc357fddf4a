internal import DumpIdentity
internal import Foundation
internal import IPLD

/// The ten steps. Each runs commands as a person would, looks at what they say, and fails where it is not as it must be.
struct DemoStory {
    static let module = "org.dump.market"
    static let offer = """
        {"title": "Small red car, 1998", "price": {"amount": 900, "currency": "EUR"}, "where": "Dresden",
         "text": "Runs well, two owners. Come and see it."}
        """
    /// A PNG of one pixel.
    private static let picture =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg"

    let stage: DemoStage
    let offer: [UInt8]

    func play() async throws {
        try await step("Two nodes start; Steve and Stephanie make accounts", number: 0) { try await prepare() }
        let object = try await step("Steve publishes his offer on X, under a pseudonym", number: 1) {
            try await publish()
        }
        try await step("Node Y has pulled and verified it; Stephanie sees the offer, and no name", number: 2) {
            try await list(object)
        }
        let request = try await step("Stephanie asks for name, email and phone_number, for 30 days", number: 3) {
            try await ask(object)
        }
        let grant = try await step("Steve approves name and email alone, for 7 days", number: 4) {
            try await approve(request)
        }
        try await step("Stephanie reads both, and is refused the third; the link statement is right", number: 5) {
            try await read(request, grant)
        }
        try await step("A third process verifies the grant offline, from three files", number: 6) {
            try await verifyOffline(object, request)
        }
        try await step("A component reads the name handed on to it, and is refused the email", number: 7) {
            try await handOn(request)
        }
        try await step("Steve changes his email; Stephanie reads the new one", number: 8) {
            try await change(request)
        }
        try await step("Steve sees three reads and revokes; everyone is refused from then on", number: 9) {
            try await revoke(request, grant)
        }
        try await step("Both nodes stop and start again: all of it is still so", number: 10) {
            for node in stage.nodes { node.stop() }
            for node in stage.nodes { try node.start() }
            let seen = try await everythingIsStillSo(object, request)
            for node in stage.nodes { node.measure() }
            return seen
        }
    }

    // MARK: Steps

    private func prepare() async throws -> String {
        for node in stage.nodes { try node.start() }
        _ = try await done("steve", ["account", "create", "steve", "--node", stage.x.address])
        _ = try await done("stephanie", ["account", "create", "stephanie", "--node", stage.y.address])
        let picture = stage.file("portrait.png")
        try UserFile.write(try reading("the picture") { try Base64.decode(DemoStory.picture) }, to: picture)
        let profile = try await done(
            "steve",
            [
                "profile", "set", "name=Steve Example", "email=steve@example.org", "phone_number=+49 351 123456",
                "address=Example Street 1\n01069 Dresden", "picture=@\(picture)", "website=https://steve.example.org",
            ])
        try expect(profile["fields"]?.mapValue?.count == 6, "Steve's profile has six fields")
        return "X \(stage.x.address), Y \(stage.y.address); Steve's profile has six fields"
    }

    private func publish() async throws -> (String, String) {
        let file = stage.file("offer.json")
        try UserFile.write(offer, to: file)
        let answer = try await done("steve", ["object", "publish", file, "--module", DemoStory.module])
        let id = answer.text("id")
        try expect(!id.isEmpty, "the object has an id")
        return (id, "object \(ShortID.of(id)), pseudonym \(answer.text("pseudonym"))")
    }

    private func list(_ object: String) async throws -> String {
        // The node pulls twice a second; listing is repeated until the object is there, for ten seconds at most.
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let answer = try await done("stephanie", ["object", "list"])
            if let seen = answer.maps("objects").first(where: { $0.text("id") == object }) {
                let saved = try await done(
                    "stephanie", ["object", "show", ShortID.of(object), "--save", stage.file("offer.object")])
                let text = try reading("the object") { try DagJSON.encode(.map(saved)) }
                try expect(!text.contains("Steve") && !text.contains("steve@"), "the object does not name Steve")
                return "“\(seen["body"]?.mapValue?.text("title") ?? "")” by \(seen.text("pseudonym").suffix(12))"
            }
            try expect(ContinuousClock.now < deadline, "the object came to Y within ten seconds")
        }
    }

    private func ask(_ object: String) async throws -> (String, String) {
        let answer = try await done(
            "stephanie",
            [
                "request", ShortID.of(object), "--fields", "name,email,phone_number", "--purpose",
                "I would like to see the car", "--days", "30",
            ])
        return (answer.text("id"), "request \(ShortID.of(answer.text("id"))) is \(answer.text("state"))")
    }

    private func approve(_ request: String) async throws -> (String, String) {
        let inbox = try await done("steve", ["inbox"]).maps("requests")
        let seen = inbox.first { $0.text("id") == request }
        try expect(
            seen?.texts("fields") == "name, email, phone_number" && seen?.number("duration") == 30 * Day.seconds
                && seen?.text("purpose") == "I would like to see the car", "Steve sees what is asked, and why")
        let answer = try await done(
            "steve", ["approve", ShortID.of(request), "--fields", "name,email", "--days", "7"])
        try expect(answer.texts("fields") == "name, email", "two fields are granted")
        return (answer.text("grant"), "grant \(ShortID.of(answer.text("grant")))")
    }

    private func read(_ request: String, _ grant: String) async throws -> String {
        let shown = try await done(
            "stephanie", ["requests", "show", ShortID.of(request), "--save-grant", stage.file("grant.ucan")])
        try expect(
            shown.text("state") == "narrowed" && shown.text("grant") == grant && !shown.text("profile").isEmpty,
            "the grant and its link statement have come")
        let fields = try await readFields(request, "name,email")
        try expect(
            fields.text("name") == "Steve Example" && fields.text("email") == "steve@example.org", "both are read")
        try await refused("stephanie", ["read", ShortID.of(request), "--fields", "phone_number"])
        return "\(fields.text("name")), \(fields.text("email")); phone_number: refused"
    }

    private func verifyOffline(_ object: String, _ request: String) async throws -> String {
        try await fetchStatus()
        let answer = try await done("nobody", verifyArguments)
        try expect(answer.texts("fields") == "name, email", "the grant is valid for two fields")
        return "valid for \(answer.texts("fields"))"
    }

    private func handOn(_ request: String) async throws -> String {
        let key = stage.file("component.key")
        let made = try await succeeded("component", ["key", "create", key])
        let did = made.output.filter { $0 != "\n" }
        _ = try await done(
            "stephanie",
            [
                "delegate", ShortID.of(request), "--to", did, "--fields", "name", "--days", "3", "--save",
                stage.file("name.handover"),
            ])
        let fields = try await done("component", componentRead("name"))["fields"]?.mapValue ?? Map()
        try expect(fields.text("name") == "Steve Example", "the component reads the name")
        try await refused("component", componentRead("email"))
        return "\(did.suffix(12)) reads \(fields.text("name")); email: refused"
    }

    private func change(_ request: String) async throws -> String {
        _ = try await done("steve", ["profile", "set", "email=steve@new.example.org"])
        let fields = try await readFields(request, "email")
        try expect(fields.text("email") == "steve@new.example.org", "the new email is read")
        return fields.text("email")
    }

    private func revoke(_ request: String, _ grant: String) async throws -> String {
        try await threeReceipts()
        _ = try await succeeded("steve", ["revoke", ShortID.of(grant)])
        try await everyoneIsRefused(request)
        return "three receipts; Stephanie, the component and the offline verifier: refused"
    }

    private func everythingIsStillSo(_ object: String, _ request: String) async throws -> String {
        try await threeReceipts()
        try await everyoneIsRefused(request)
        let grants = try await done("steve", ["grants"]).maps("grants")
        try expect(grants.map { $0.text("state") } == ["revoked"], "the grant is still revoked")
        let profile = try await done("steve", ["profile", "show"])["fields"]?.mapValue ?? Map()
        try expect(profile.text("email") == "steve@new.example.org" && profile.count == 6, "the profile is still there")
        let objects = try await done("stephanie", ["object", "list"]).maps("objects")
        try expect(objects.contains { $0.text("id") == object }, "the object is still there")
        return "three receipts, the profile, the object; the grant is revoked, and everyone is refused"
    }

    private func threeReceipts() async throws {
        let receipts = try await done("steve", ["receipts"]).maps("receipts")
        try expect(
            receipts.map { $0.texts("fields") }.sorted() == ["email", "name", "name, email"], "there are three receipts"
        )
    }

    private func everyoneIsRefused(_ request: String) async throws {
        try await refused("stephanie", ["read", ShortID.of(request), "--fields", "name"])
        try await refused("component", componentRead("name"))
        try await fetchStatus()
        let outcome = try await stage.run(as: "nobody", verifyArguments)
        try expect(outcome.code == 1 && outcome.error.contains("Revoked"), "the offline verifier refuses")
    }

    // MARK: Commands

    private var verifyArguments: [String] {
        [
            "verify", "--object", stage.file("offer.object"), "--grant", stage.file("grant.ucan"), "--status-list",
            stage.file("status.jwt"), "--json",
        ]
    }

    private func componentRead(_ field: String) -> [String] {
        [
            "read", "--allow-loopback", "--handover", stage.file("name.handover"), "--key", stage.file("component.key"),
            "--fields", field,
            "--json",
        ]
    }

    private func fetchStatus() async throws {
        _ = try await succeeded(
            "nobody",
            [
                "status-list", "--allow-loopback", "--grant", stage.file("grant.ucan"), "--save",
                stage.file("status.jwt"),
            ])
    }

    private func readFields(_ request: String, _ fields: String) async throws -> Map {
        try await done("stephanie", ["read", ShortID.of(request), "--fields", fields])["fields"]?.mapValue ?? Map()
    }

    /// Runs a command that must succeed, and gives what it prints for machines.
    private func done(_ person: String, _ arguments: [String]) async throws -> Map {
        try await succeeded(person, arguments.contains("--json") ? arguments : arguments + ["--json"]).json
    }

    private func succeeded(_ person: String, _ arguments: [String]) async throws -> Outcome {
        let outcome = try await stage.run(as: person, arguments)
        guard outcome.code == 0 else {
            throw CommandError("“\(arguments.prefix(2).joined(separator: " "))” failed: \(outcome.error)")
        }
        return outcome
    }

    /// Runs a command that the owner's node must refuse.
    private func refused(_ person: String, _ arguments: [String]) async throws {
        let outcome = try await stage.run(as: person, arguments)
        try expect(
            outcome.code == 1 && outcome.error.contains("The capability was not accepted"),
            "\(person) is refused to \(arguments[0]) \(arguments.last ?? "")")
    }

    private func expect(_ isTrue: Bool, _ what: String) throws {
        guard isTrue else { throw CommandError("not seen: \(what)") }
    }

    // MARK: Telling

    private func step(_ title: String, number: Int, _ body: () async throws -> String) async throws {
        _ = try await step(title, number: number) { ((), try await body()) }
    }

    private func step<Result>(
        _ title: String, number: Int, _ body: () async throws -> (Result, String)
    ) async throws -> Result {
        let began = ContinuousClock.now
        let (result, seen) = try await body()
        let time = DemoStage.seconds(ContinuousClock.now - began)
        Output.line("\(String(format: "%2d", number))  \(title)  (\(time))")
        if !seen.isEmpty { Output.line("    \(Output.safe(seen))") }
        return result
    }
}
