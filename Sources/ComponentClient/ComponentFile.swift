internal import Capabilities
internal import Foundation
internal import IPLD

/// What a component holds, in one file: DAG-CBOR `{"dump/component@1.0.0": {"lists": bytes, "feeds": bytes}}`, with the
/// snapshots of ``StatusLists`` and ``LiveRevocations``. It names nobody whom the lists and feeds do not name.
struct ComponentFile: Sendable {
    private static let version = "dump/component@1.0.0"
    /// The longest file that is read, in bytes.
    private static let maximumLength = 1 << 30

    let path: String

    /// What the file holds; `nil` where there is none.
    ///
    /// - Throws: ``ComponentError/file``; ``CapabilityError`` where it holds something else. An empty start would forget
    ///   what was revoked, so neither is passed over.
    func read(settings: ComponentSettings) throws -> (lists: StatusLists, live: LiveRevocations)? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let handle = FileHandle(forReadingAtPath: path),
            let bytes = try? handle.read(upToCount: ComponentFile.maximumLength + 1),
            bytes.count <= ComponentFile.maximumLength
        else { throw ComponentError.file }
        guard let map = (try? DagCBOR.decode(Array(bytes)))?.mapValue, map.count == 1,
            let content = map[ComponentFile.version]?.mapValue, content.count == 2,
            let lists = content["lists"]?.bytesValue, let feeds = content["feeds"]?.bytesValue
        else { throw CapabilityError.malformed }
        return (
            try StatusLists(restoring: lists),
            try LiveRevocations(
                restoring: feeds, maximumSilence: settings.maximumSilence, capacity: settings.capacity)
        )
    }

    /// Writes what is held in place of what was: the file is whole at every moment, and on the disk.
    ///
    /// - Throws: ``ComponentError/file``, ``CapabilityError``.
    func write(lists: StatusLists, live: LiveRevocations) throws {
        let content: Value = [
            ComponentFile.version: ["lists": .bytes(try lists.snapshot()), "feeds": .bytes(try live.snapshot())]
        ]
        let bytes = Data(try DagCBOR.encode(content))
        let next = path + ".next"
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: next, contents: bytes, attributes: attributes),
            let handle = FileHandle(forWritingAtPath: next), (try? handle.synchronize()) != nil,
            (try? handle.close()) != nil, unsafe rename(next, path) == 0
        else { throw ComponentError.file }
    }
}
