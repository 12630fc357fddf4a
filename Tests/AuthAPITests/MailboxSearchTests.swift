import Capabilities
import DumpIdentity
import IPLD
import PseudonymStore
import TestSupport
import Testing

@testable import AuthAPI

/// How owners find what waits for them, of which the file does not say whose it is.
struct MailboxSearchTests {
    /// Runs `body` with a node, and with the same node as it is after another start.
    private func restarting(_ body: (TestNode, TestNode) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        try await withClient { client in
            let clock = TestClock()
            try await TestNode(in: (folder, "x"), clock: clock, client: client).serving { before in
                let scene = try await GrantScene(before)
                _ = try await scene.send(scene.request.invocation)
                try await TestNode(in: (folder, "x"), clock: clock, client: client).serving { after in
                    try await body(before, after)
                }
            }
        }
    }

    @Test func `what waited before the node was started is found by its owner, and by nobody else`() async throws {
        try await restarting { before, after in
            let steve = try await after.loggedIn("steve")
            let stephanie = try await after.account("stephanie")
            _ = try await stephanie.publish()
            #expect(try await stephanie.done("GET", "/v1/inbox").maps("requests").isEmpty)
            for _ in 0..<2 {
                let waiting = try await steve.done("GET", "/v1/inbox").maps("requests")
                #expect(waiting.map { $0.text("purpose") } == [Person.purpose])
            }
            #expect(try await before.node.pseudonyms.allRequests().count == 1)
        }
    }

    @Test func `what waited before is approved, and its reading is seen after another start`() async throws {
        let folder = try TemporaryFolder()
        try await withClient { client in
            let clock = TestClock()
            try await TestNode(in: (folder, "x"), clock: clock, client: client).serving { before in
                let scene = try await GrantScene(before)
                let approval = try await scene.approved()
                #expect(try await scene.read([.name], under: [approval.grant.delegation]).status == 200)
                try await TestNode(in: (folder, "x"), clock: clock, client: client).serving { after in
                    let steve = try await after.loggedIn("steve")
                    for _ in 0..<2 {
                        let receipts = try await steve.done("GET", "/v1/receipts").maps("receipts")
                        #expect(receipts.map { $0.text("grant") } == [approval.grant.cid.description])
                    }
                    #expect(try await after.footprint()["new_receipt"] == 0)
                    #expect(try await after.footprint()["kept_receipt"] == 1)
                }
            }
        }
    }

    @Test func `a deletion after another start takes what waited along`() async throws {
        try await restarting { _, after in
            let steve = try await after.loggedIn("steve")
            #expect(try await after.footprint()["waiting_request"] == 1)
            _ = try await steve.done("DELETE", "/v1/account", ["passphrase": .string(Person.passphrase)])
            #expect(try await after.footprint()["waiting_request"] == 0)
        }
    }
}

extension TestNode {
    /// Logs in to an account.
    fileprivate func loggedIn(_ handle: String) async throws -> Person {
        let body: Value = ["handle": .string(handle), "passphrase": .string(Person.passphrase)]
        return Person(node: self, token: try await anyone.done("POST", "/v1/session", body).text("token"))
    }
}
