import DumpIdentity
import IPLD
import Testing

/// Two owners on one node, and a viewer to whom each has granted name and email: by one pseudonym of the viewer's.
struct TwoOwners: Sendable {
    let node: TestNode
    let owners: [Person]
    let viewer: Person
    /// The viewer's requests, the first owner's first.
    let requests: [String]
    /// What was granted for them.
    let grants: [String]

    static func run(_ body: (TwoOwners) async throws -> Void) async throws {
        try await withNode { node in try await body(TwoOwners(node)) }
    }

    private init(_ node: TestNode) async throws {
        self.node = node
        viewer = try await node.account("viewer")
        let owners = [try await node.account("steve"), try await node.account("eve")]
        var (requests, grants): ([String], [String]) = ([], [])
        for owner in owners {
            try await owner.setProfile()
            let request = try await viewer.request(owner.publish())
            grants.append(try await owner.approve(request))
            requests.append(request)
            _ = try await viewer.done("GET", "/v1/requests/\(request)")
        }
        (self.owners, self.requests, self.grants) = (owners, requests, grants)
    }

    /// The status of a read under each of the grants.
    func reads() async throws -> [Int] {
        var statuses: [Int] = []
        for request in requests { statuses.append(try await viewer.read(request, ["name"]).status) }
        return statuses
    }
}
