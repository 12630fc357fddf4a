import DumpIdentity
import Foundation
import IPLD
import Sodium
import TestSupport
import Testing

/// One vector: inputs, and what comes out of them, or why they are refused.
struct Vector: Sendable, CustomTestStringConvertible {
    let name: String
    let input: VectorFields
    /// What must come out; empty for what is refused.
    let output: VectorFields
    /// The name of the error, as `docs/spec.md` lists them; empty for what is accepted.
    let error: String

    var testDescription: String { name }

    init(_ value: Value) throws {
        var reader = MapReader(try #require(value.mapValue))
        name = try reader.string("name")
        input = VectorFields(try reader.map("input"))
        output = VectorFields(try reader.optionalMap("output") ?? Map())
        error = try reader.optionalString("error") ?? ""
        try reader.finish()
    }
}

/// The inputs or the outputs of a vector.
struct VectorFields: Sendable, Equatable {
    let map: Map

    init(_ map: Map) { self.map = map }
    init(_ value: Value) { map = value.mapValue ?? Map() }

    func has(_ key: String) -> Bool { map[key] != nil }
    func value(_ key: String) throws -> Value { try #require(map[key], "\(key)") }
    func text(_ key: String) throws -> String { try #require(map[key]?.stringValue, "\(key)") }
    func int(_ key: String) throws -> Int64 { try #require(map[key]?.intValue, "\(key)") }
    func list(_ key: String) throws -> [Value] { try #require(map[key]?.listValue, "\(key)") }
    func bytes(_ key: String) throws -> [UInt8] { try VectorHex.bytes(text(key)) }
    func principal(_ key: String) throws -> Principal { try Principal(did: text(key)) }

    func texts(_ key: String) throws -> [String] {
        try list(key).map { try #require($0.stringValue) }
    }
    func byteStrings(_ key: String) throws -> [[UInt8]] { try texts(key).map(VectorHex.bytes) }
    func fields(_ key: String) throws -> [ProfileField] {
        try texts(key).map { try ProfileField(named: $0) }
    }

    /// The pseudonym of `root`, `module` and `index`.
    func pseudonym() throws -> PseudonymKeys {
        try root().pseudonymKeys(module: ModuleID(text("module")), index: UInt64(int("index")))
    }
    func root() throws -> RootKey { try RootKey(SecretBytes(bytes("root"), in: .scratch)) }
    /// The key pair of `seed`.
    func signingKey() throws -> SigningKey {
        let seed = try SecretBytes(bytes("seed"), in: .scratch)
        return try SigningKey(seed: seed)
    }
}

/// Bytes as the vectors write them.
enum VectorHex {
    static func bytes(_ text: String) throws -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        try #require(digits.count == text.utf8.count && digits.count.isMultiple(of: 2), "not hexadecimal")
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func value(_ bytes: [UInt8]) -> Value {
        .string(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
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
