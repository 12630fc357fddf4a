import Foundation

@testable import Sodium

/// The bytes written in hexadecimal; white space is for the reader.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// `count` bytes that all differ from their neighbours.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

extension [UInt8] {
    /// A copy with one bit of the byte at `index` changed.
    func altered(at index: Int) -> [UInt8] {
        var copy = self
        copy[index] ^= 0x01
        return copy
    }
}

extension SecretBytes {
    /// Bytes that are no secret, as one.
    static func test(_ bytes: [UInt8]) throws -> SecretBytes { try SecretBytes(bytes, in: .scratch) }
}

extension SigningKey {
    /// The key whose seed is one byte 32 times.
    static func test(_ seed: UInt8) throws -> SigningKey {
        try SigningKey(seed: .test([UInt8](repeating: seed, count: 32)))
    }
}

/// Data that others published, where it stands beside the project.
enum PublishedVectors {
    /// The folder, found from this file as it really lies, whatever link led to it.
    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "../shared/vectors").standardizedFileURL

    static func exist(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path())
    }

    static func read<Document: Decodable>(_ path: String, as type: Document.Type) throws -> Document {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: path)))
    }
}
