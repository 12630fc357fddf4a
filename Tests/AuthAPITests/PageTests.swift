import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

struct PageTests {
    /// Lists of a person, with the name of what is in them.
    static let lists = [
        ("/v1/inbox", "requests"), ("/v1/grants", "grants"), ("/v1/receipts", "receipts"),
        ("/v1/requests", "requests"), ("/v1/pseudonyms", "pseudonyms"),
    ]

    /// Steve has five of each: pseudonyms, requests that wait, grants, readings, and requests of his own.
    private func withFive(_ body: (Person, Person) async throws -> Void) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            let stephanie = try await node.account("stephanie")
            try await steve.setProfile()
            let (object, other) = (try await steve.publish(), try await stephanie.publish())
            for _ in 0..<4 {
                let path = "/v1/modules/\(TestNode.market)/objects"
                _ = try await steve.done("POST", path, ["body": ["title": "x"], "fresh": true])
            }
            for _ in 0..<5 {
                let request = try await stephanie.request(object)
                _ = try await steve.approve(request)
                #expect(try await stephanie.read(request, ["name"]).status == 200)
                _ = try await stephanie.request(object)
                // While one waits, no other of the same pseudonym is sent.
                _ = try await stephanie.done("POST", "/v1/modules/\(TestNode.market)/pseudonym", [:])
                let own = try await steve.request(other)
                _ = try await stephanie.done("POST", "/v1/inbox/\(own)/deny")
            }
            try await body(steve, stephanie)
        }
    }

    @Test func `the pages of each list have everything, once and in one order`() async throws {
        try await withFive { steve, _ in
            for (path, name) in PageTests.lists {
                let whole = try await steve.done("GET", path)
                #expect(whole.maps(name).count == 5, "\(path)")
                #expect(whole["next"] == .null)
                var (found, query): ([Map], String?) = ([], "?limit=2")
                while let asked = query {
                    let page = try await steve.done("GET", path + asked)
                    #expect(page.maps(name).count == (found.count == 4 ? 1 : 2), "\(path)")
                    found += page.maps(name)
                    query = page["next"]?.stringValue.map { "?limit=2&cursor=\($0)" }
                }
                #expect(found == whole.maps(name), "\(path)")
            }
        }
    }

    @Test func `a page goes on behind what has gone meanwhile`() async throws {
        try await withFive { steve, _ in
            let all = try await steve.done("GET", "/v1/inbox").maps("requests").map { $0.text("id") }
            let first = try await steve.done("GET", "/v1/inbox?limit=2")
            for id in all[..<2] { _ = try await steve.done("POST", "/v1/inbox/\(id)/deny") }
            let rest = try await steve.done("GET", "/v1/inbox?cursor=\(first.text("next"))")
            #expect(rest.maps("requests").map { $0.text("id") } == Array(all[2...]))
        }
    }

    @Test func `a cursor that was altered, or is of another list or person, is refused`() async throws {
        try await withFive { steve, stephanie in
            let cursor = try await steve.done("GET", "/v1/inbox?limit=1").text("next")
            let bytes = try Base64URL.decode(cursor)
            for index in bytes.indices {
                let altered = Base64URL.encode(bytes.altered(at: index))
                #expect(try await steve.call("GET", "/v1/inbox?cursor=\(altered)").problem == "malformed")
            }
            #expect(try await steve.call("GET", "/v1/requests?cursor=\(cursor)").problem == "malformed")
            #expect(try await stephanie.call("GET", "/v1/inbox?cursor=\(cursor)").problem == "malformed")
            #expect(try await steve.call("GET", "/v1/inbox?cursor=\(cursor)").status == 200)
        }
    }

    @Test(arguments: ["cursor=", "cursor=x", "cursor=%00", "limit=0", "limit=201", "limit=-1", "limit=x", "limit="])
    func `a page that cannot be is malformed`(query: String) async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            for (path, _) in PageTests.lists {
                #expect(try await steve.call("GET", "\(path)?\(query)").problem == "malformed", "\(path)")
            }
        }
    }

    @Test func `a cursor shows nothing of what it is after, and is another each time`() async throws {
        try await withFive { steve, _ in
            let pages = try await [1, 2].asyncMap { _ in try await steve.done("GET", "/v1/inbox?limit=1") }
            let cursors = pages.map { $0.text("next") }
            #expect(cursors[0] != cursors[1] && cursors[0].utf8.count == cursors[1].utf8.count)
            let digest = try CID(pages[0].maps("requests")[0].text("id")).digest
            for cursor in cursors {
                let bytes = try Base64URL.decode(cursor)
                #expect(!bytes.contains(digest))
            }
        }
    }
}
