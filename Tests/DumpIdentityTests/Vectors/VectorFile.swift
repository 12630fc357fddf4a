import Foundation
import IPLD
import TestSupport
import Testing

/// One vector: inputs, and what comes out of them, or why they are refused.
struct Vector: Sendable, CustomTestStringConvertible {
    let name: String
    let input: VectorFields
    /// What must come out; empty for what is refused.
    let output: Map
    /// The name of the error, as `docs/spec.md` lists them; empty for what is accepted.
    let error: String

    var testDescription: String { name }

    init(_ value: Value) throws {
        var reader = MapReader(try #require(value.mapValue))
        name = try reader.string("name")
        input = VectorFields(try reader.map("input"))
        output = try reader.optionalMap("output") ?? Map()
        error = try reader.optionalString("error") ?? ""
        try reader.finish()
    }
}

/// The inputs of a vector.
struct VectorFields: Sendable {
    let map: Map

    init(_ map: Map) { self.map = map }

    func value(_ key: String) throws -> Value { try #require(map[key], "\(key)") }
    func text(_ key: String) throws -> String { try #require(map[key]?.stringValue, "\(key)") }
    func int(_ key: String) throws -> Int64 { try #require(map[key]?.intValue, "\(key)") }
    func list(_ key: String) throws -> [Value] { try #require(map[key]?.listValue, "\(key)") }
    func bytes(_ key: String) throws -> [UInt8] { try hex(text(key)) }
}

/// The files of `docs/vectors`, found from this file upwards, also where a folder on the way is a symbolic link.
enum VectorFile {
    private static func folder() throws -> URL {
        var folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        while folder.pathComponents.count > 1 {
            folder.deleteLastPathComponent()
            let vectors = folder.appending(path: "docs/vectors")
            if FileManager.default.fileExists(atPath: vectors.path()) { return vectors }
        }
        throw CocoaError(.fileNoSuchFile)
    }

    /// The vectors of a section of a file: `cases`, `opens` or `refused`.
    static func read(_ name: String, _ section: String) throws -> [Vector] {
        let data = try Data(contentsOf: folder().appending(path: name))
        let document = try DagJSON.decode(Array(data))
        let list = try #require(document.mapValue?[section]?.listValue, "no section \(section) in \(name)")
        try #require(!list.isEmpty)
        return try list.map(Vector.init)
    }
}
