internal import Capabilities
internal import DumpIdentity
internal import IPLD
internal import PseudonymStore

extension OwnerAgent {
    /// From whom the owner takes no requests, the latest block first.
    func blocks() async throws -> [Block] {
        try await settings.read().blocks.reversed()
    }

    /// Takes no requests of a viewer any more. What waits of it is dropped; nobody is told. Repeating it is no error.
    ///
    /// - Throws: ``APIError/conflict(_:)`` where there are as many blocks as there may be.
    func block(_ subject: Block.Subject) async throws {
        try await node.turns.take(session.handle) {
            var changed = try await settings.read()
            guard !changed.blocks.contains(where: { $0.subject == subject }) else { return }
            guard changed.blocks.count < OwnerSettings.maximumBlocks else {
                throw APIError.conflict("there are at most \(OwnerSettings.maximumBlocks) blocks")
            }
            changed.blocks.append(Block(subject, since: Day.start(of: node.clock())))
            try await settings.write(changed)
            try await tellBlocks(changed)
        }
        _ = try await pending(try await settings.read())
    }

    /// Takes no requests any more from the viewer of a request that waits, or from wherever that request came.
    ///
    /// - Throws: ``APIError/conflict(_:)`` where no such request waits, or the node did not say where it came from.
    func block(from id: CID, wholeNode: Bool) async throws {
        let item = try await item(id)
        guard wholeNode else { return try await block(.viewer(item.request.viewer)) }
        guard let origin = item.origin else {
            throw APIError.conflict("it is not known where this request came from")
        }
        try await block(.origin(origin))
    }

    /// Lifts a block.
    ///
    /// - Throws: ``APIError/notFound``.
    func lift(_ name: String) async throws {
        try await node.turns.take(session.handle) {
            var changed = try await settings.read()
            let count = changed.blocks.count
            changed.blocks.removeAll { $0.name.utf8.elementsEqual(name.utf8) }
            guard changed.blocks.count < count else { throw APIError.notFound }
            try await settings.write(changed)
            try await tellBlocks(changed)
        }
    }
}
