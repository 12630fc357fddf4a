internal import IPLD

/// Something that happened to a pseudonym, told to its owner who is there. Names alone: what stands in them is read by
/// other calls.
enum OwnerEvent: Sendable, Equatable {
    /// A request waits.
    case request(CID, viewer: Principal, origin: RequestOrigin)
    /// A request was decided on, by this owner from elsewhere.
    case decided(CID)
    /// Something was read under a grant.
    case read(CID)
    /// A grant counts no more.
    case revoked(CID)
    /// A grant, or a field of it, ends soon, at a time in Unix seconds.
    case ending(CID, at: Int64)

    var name: String {
        switch self {
        case .request: "request"
        case .decided: "decided"
        case .read: "read"
        case .revoked: "revoked"
        case .ending: "ending"
        }
    }

    var value: Value {
        switch self {
        case .request(let id, _, _), .decided(let id): ["request": .string(id.description)]
        case .read(let id), .revoked(let id): ["grant": .string(id.description)]
        case .ending(let id, let time): ["grant": .string(id.description), "at": .int(time)]
        }
    }
}
