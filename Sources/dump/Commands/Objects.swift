internal import ArgumentParser
internal import DumpIdentity
internal import Foundation
internal import IPLD

struct ObjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "object", abstract: "Publish module objects, and look at them.",
        subcommands: [Publish.self, List.self, Show.self, Verify.self])

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish a JSON file under your pseudonym for a module.",
            discussion: """
                The file is a JSON object of at most 64 KiB. It travels to every node that runs the module, with your
                pseudonym for that module and nothing else about you: see to it that the file names you no more than
                you want. With --fresh it gets a pseudonym of its own, which nobody can link to the other; it is then
                seen by others after a random time, some minutes in the mean.

                Example: dump object publish offer.json --module org.dump.market
                """)
        @Argument(help: "A file with a JSON object.") var file: String
        @Option(help: "The module.") var module: String
        @Flag(help: "Publish under a pseudonym of its own.") var fresh = false
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let bytes = try UserFile.read(file, limit: ModuleObject.maximumBodyLength)
            let value = try reading(file) { try DagJSON.decode(bytes) }
            guard value.mapValue != nil else { throw CommandError("\(file): it is not a JSON object") }
            guard try reading(file, { try DagCBOR.encode(value) }).count <= ModuleObject.maximumBodyLength else {
                throw CommandError("\(file): larger than \(ModuleObject.maximumBodyLength) bytes in its signed form")
            }
            let id = try usage("--module") { try ModuleID(module) }
            let answer = try await NodeClient.loggedIn(person) {
                try await $0.call("POST", "/v1/modules/\(id)/objects", ["body": value, "fresh": .bool(fresh)])
            }
            try person.show(answer) {
                let (id, pseudonym) = (ShortID.of(answer.text("id")), answer.text("pseudonym"))
                if answer["released"] == false {
                    Output.line("Accepted \(id) as \(pseudonym), a pseudonym of its own.")
                    Output.line("It waits for a random time, some minutes in the mean, before others see it.")
                } else {
                    Output.line("Published \(id) as \(pseudonym).")
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the objects that your node has.",
            discussion: "Every object is verified here before it is listed.")
        @Option(help: "The module. Default: all that the node runs.") var module: String?
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let objects = try await NodeClient.loggedIn(person) { try await ObjectLog.all($0, module: module) }
            var answer = Map()
            answer["objects"] = .list(objects.map(\.shown))
            try person.show(answer) {
                if objects.isEmpty { return Output.line("There are no objects.") }
                let rows = objects.map { object in
                    let title = object.body["title"]?.stringValue ?? object.body.keys.joined(separator: ", ")
                    return [
                        ShortID.of(object.cid.description), object.module.string,
                        String(Output.time(object.day).prefix(10)), "…" + ShortID.of(object.issuer.did),
                        String(Output.safe(title).prefix(60)),
                    ]
                }
                Output.table(["ID", "MODULE", "DAY", "PSEUDONYM", "TITLE"], rows)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one object, or save its signed bytes.",
            discussion: "Example: dump object show k3x7qy2a --save offer.object")
        @Argument(help: "The object's id, its end, or . for the only one.") var id: String
        @Option(help: "The module. Default: all that the node runs.") var module: String?
        @Option(help: ArgumentHelp("Save the signed bytes.", valueName: "file")) var save: String?
        @OptionGroup var person: PersonOptions

        func run() async throws {
            let object = try await NodeClient.loggedIn(person) { client in
                try await ObjectLog.find(id, client, module: module)
            }
            if let save { try UserFile.write(object.envelope.bytes, to: save) }
            try person.show(object.shown.mapValue ?? Map()) { try Output.json(object.shown) }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verify saved objects, without any node.",
            discussion: "Example: dump object verify offer.object")
        @Argument(help: "Files with signed objects.") var files: [String]

        func run() throws {
            for file in files {
                let bytes = try UserFile.read(file, limit: ModuleObject.maximumLength)
                let object = try reading(file) { try ModuleObject(verifying: bytes) }
                let succession = try reading(file) { try object.succession() }
                Output.line("\(file): valid, \(object.cid), signed by \(object.issuer)")
                if let succession {
                    Output.line("\(file): by the word of both it follows \(succession.former)")
                }
            }
        }
    }
}

extension ModuleObject {
    /// The object as it is shown.
    var shown: Value {
        var map = Map()
        map["id"] = .string(cid.description)
        map["module"] = .string(module.string)
        map["pseudonym"] = .string(issuer.did)
        map["day"] = .int(day)
        map["mailbox"] = .list(mailboxes.map { .string($0.string) })
        map["body"] = .map(body)
        map["succession"] = shownSuccession
        return .map(map)
    }

    /// Whom the issuer follows, by the word of both; that it says so and it is not so; or nothing.
    private var shownSuccession: Value? {
        do {
            guard let succession = try succession() else { return nil }
            return ["valid": true, "former": .string(succession.former.did)]
        } catch { return ["valid": false, "reason": .string("\(error)")] }
    }
}

/// The objects of the person's own node, verified here.
enum ObjectLog {
    static func all(_ client: NodeClient, module: String?) async throws -> [ModuleObject] {
        var modules = module.map { [$0] } ?? []
        if module == nil {
            let metadata = try await client.call("GET", "/.well-known/dump")
            modules = (metadata["modules"]?.listValue ?? []).compactMap(\.stringValue)
        }
        var objects: [ModuleObject] = []
        for name in modules {
            let module = try usage("the module") { try ModuleID(name) }
            var after: Int64 = 0
            while true {
                let page = try await client.call("GET", "/v1/modules/\(module)/objects?after=\(after)&limit=200")
                let list = page.maps("objects")
                if list.isEmpty { break }
                for item in list {
                    let bytes = item["object"]?.bytesValue ?? []
                    objects.append(try reading("an object of the node") { try ModuleObject(verifying: bytes) })
                }
                after = page.number("next")
            }
        }
        return objects
    }

    static func find(_ id: String, _ client: NodeClient, module: String?) async throws -> ModuleObject {
        let objects = try await all(client, module: module)
        let full = try ShortID.resolve(id, among: objects.map(\.cid.description), what: "object")
        guard let object = objects.first(where: { $0.cid.description == full }) else {
            throw CommandError("there is no object of that id")
        }
        return object
    }
}
