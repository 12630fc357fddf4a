import Foundation
import Testing

/// One byte of a signed file changed, at places spread over all of it.
@Suite(.serialized, .oneNode, .timeLimit(.minutes(10))) struct AlteredCopyTests {
    private static let places = 50

    private func copies() async throws -> Copies {
        let stage = try Stage.current
        let object = try await stage.publish("Old clock")
        let request = try await stage.ask(object)
        try await stage.approve(request)
        return try await stage.saveCopies(object: object, request: request)
    }

    /// Runs a command for each altered copy of a file; none may be accepted.
    private func everyAlteration(of file: String, isRefusedBy command: @Sendable @escaping (String) -> [String])
        async throws
    {
        let scratch = try Scratch()
        let bytes = try Scratch.read(file)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<AlteredCopyTests.places {
                let place = number * (bytes.count - 1) / (AlteredCopyTests.places - 1)
                var altered = bytes
                // Another bit each time; in a text of base64url every one of them changes what it says or breaks it.
                altered[place] ^= 1 << UInt8(number % 7)
                let copy = try scratch.write(altered, to: "\(number)")
                group.addTask {
                    let outcome = try await Command.run(command(copy))
                    #expect(outcome.code == 1, "byte \(place) of \(bytes.count): \(outcome.output)")
                    #expect(outcome.outputLines.isEmpty && outcome.errorLines.count == 1)
                    #expect(outcome.error.hasPrefix("dump: "))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `an altered object is refused`() async throws {
        let copies = try await copies()
        #expect(try await Command.run("object", "verify", copies.object).code == 0)
        try await everyAlteration(of: copies.object) { ["object", "verify", $0] }
    }

    @Test func `one altered object among several is refused`() async throws {
        let copies = try await copies()
        var altered = try Scratch.read(copies.object)
        altered[altered.count / 2] ^= 1
        let stage = try Stage.current
        let file = try stage.scratch.write(altered, to: "altered.object")
        #expect(try await Command.run("object", "verify", copies.object, copies.object).code == 0)
        let outcome = try await Command.run("object", "verify", copies.object, file)
        #expect(outcome.code == 1 && outcome.error.contains(file))
    }

    @Test func `an altered grant is refused`() async throws {
        let copies = try await copies()
        #expect(try await Command.run(copies.verification).code == 0)
        try await everyAlteration(of: copies.grant) { altered in
            var copies = copies
            copies.grant = altered
            return copies.verification
        }
    }

    @Test func `an altered status list is refused`() async throws {
        let copies = try await copies()
        #expect(try await Command.run(copies.verification).code == 0)
        try await everyAlteration(of: copies.statusList) { altered in
            var copies = copies
            copies.statusList = altered
            return copies.verification
        }
    }

    @Test func `a grant for another object's pseudonym is refused`() async throws {
        let stage = try Stage.current
        let copies = try await copies()
        let other = try await stage.stephanie.publish("Not the owner's", in: stage.scratch)
        var mixed = copies
        mixed.object = stage.scratch.path("other.object")
        try await stage.steve.json("object", "show", short(other), "--save", mixed.object)
        try await Command.run(mixed.verification).isRefusal(copies.grant)
    }

    @Test func `files in each other's places, empty files and missing files are refused`() async throws {
        let copies = try await copies()
        let empty = try Stage.current.scratch.write("", to: "empty")
        for wrong in [copies.object, copies.grant, copies.statusList, empty, "no-such-file"] {
            for part in [\Copies.object, \.grant, \.statusList] where copies[keyPath: part] != wrong {
                var mixed = copies
                mixed[keyPath: part] = wrong
                try await Command.run(mixed.verification).isRefusal()
            }
        }
    }
}
