internal import IPLD

/// The files of `docs/vectors`.
public enum VectorFile {
    /// The vectors of a section of a file: `cases`, `opens` or `refused`.
    ///
    /// - Throws: ``TestSupportError/missing(_:)`` for a section that is empty or not there, and what reading throws.
    public static func read(_ name: String, _ section: String) throws -> [Vector] {
        let document = try DagJSON.decode(Project.bytes("docs/vectors/" + name))
        guard let list = document.mapValue?[section]?.listValue, !list.isEmpty else {
            throw TestSupportError.missing("\(section) in \(name)")
        }
        return try list.map(Vector.init)
    }
}
