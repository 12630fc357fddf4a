internal import Foundation

/// Data that others published, in `../shared/vectors` beside the project where someone put them.
public enum PublishedVectors {
    private static let folder = Project.folder.appending(path: "../shared/vectors").standardizedFileURL

    /// Whether there is such a file; the path is the one below the folder of the vectors.
    public static func exist(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path())
    }

    /// The bytes of a file.
    ///
    /// - Throws: what reading throws.
    public static func read(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: path)))
    }

    /// What the JSON of a file says.
    ///
    /// - Throws: what reading and decoding throw.
    public static func read<Document: Decodable>(_ path: String, as type: Document.Type) throws -> Document {
        try JSONDecoder().decode(type, from: Data(read(path)))
    }
}
