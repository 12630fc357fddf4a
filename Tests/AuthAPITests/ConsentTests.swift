import Capabilities
import DumpIdentity
import IPLD
import TestSupport
import Testing

@testable import AuthAPI

/// Consent records, and the copy of all that is kept of a person.
struct ConsentTests {
    private func approve(_ scene: GrantScene) async throws -> String {
        _ = try await scene.send(scene.request.invocation)
        return try await scene.owner.done(
            "POST", "/v1/inbox/\(scene.request.cid)/approve",
            ["fields": ["name", "email"], "duration": .int(3 * Day.seconds), "ends": ["email": .int(Day.seconds)]]
        ).text("grant")
    }

    private func consent(_ scene: GrantScene, _ grant: String) async throws -> Map {
        let reply = try await scene.owner.call("GET", "/v1/grants/\(grant)/consent")
        #expect(reply.status == 200)
        #expect(reply.mediaType == "application/ld+json")
        return try #require(DagJSON.decode(reply.body).mapValue)
    }

    private func types(_ record: Map) -> [String] {
        record.maps("dpv:hasConsentStatus").map { status in
            status.text("@type").isEmpty ? status["@type"]?.listValue?.first?.stringValue ?? "" : status.text("@type")
        }
    }

    /// The elements that ISO/IEC TS 27560 has as mandatory, as the vocabulary writes them.
    private static let mandatory = [
        "@context", "@id", "@type", "dct:conformsTo", "dct:identifier", "dpv:hasDataSubject", "dpv:hasDataController",
        "dpv:hasLegalBasis", "dpv:hasJurisdiction", "dpv:hasNotice", "dpv:hasProcess", "dpv:hasConsentControl",
        "dpv:hasConsentStatus",
    ]

    @Test func `a grant has a consent record with every mandatory element`() async throws {
        try await GrantScene.run { scene in
            let id = try await approve(scene)
            let record = try await consent(scene, id)
            #expect(Set(record.keys) == Set(Self.mandatory))
            #expect(record["dct:identifier"] == .string(id))
            let subject = record["dpv:hasDataSubject"]?.mapValue
            #expect(subject?["@id"] == .string(scene.pseudonym.did))
            let controller = record["dpv:hasDataController"]?.mapValue
            #expect(controller?["@id"] == .string(try Party.viewer.principal.did))
            let notice = record["dpv:hasNotice"]?.mapValue
            #expect(notice?["dct:identifier"] == .string(scene.request.cid.description))
            #expect(notice?["dct:description"] == .string(Person.purpose))
            #expect(types(record) == ["dpv:ConsentGiven"])
            let time = record.maps("dpv:hasConsentStatus")[0]["dpv:isIndicatedAtTime"]?.mapValue
            #expect(time?["@value"] == "2026-01-01T00:00:00Z")
        }
    }

    @Test func `fields that end at one time are one process`() async throws {
        try await GrantScene.run { scene in
            let record = try await consent(scene, approve(scene))
            let processes = record.maps("dpv:hasProcess")
            let fields = processes.map { $0.maps("dpv:hasPersonalData").map { $0.text("dct:identifier") } }
            #expect(fields == [["name"], ["email"]])
            let ends = processes.map { process in
                process.maps("dpv:hasStorageCondition")[1]["dpv:hasDuration"]?.mapValue?["rdf:value"]?.mapValue?
                    .text("@value")
            }
            #expect(ends == ["2026-01-04T00:00:00Z", "2026-01-02T00:00:00Z"])
        }
    }

    @Test func `a consent record follows the grant to its end`() async throws {
        try await GrantScene.run { scene in
            let id = try await approve(scene)
            scene.node.clock.advance(by: 4 * Day.seconds)
            #expect(try await types(consent(scene, id)) == ["dpv:ConsentGiven", "dpv:ConsentExpired"])
            _ = try await scene.owner.done("DELETE", "/v1/grants/\(id)")
            let record = try await consent(scene, id)
            #expect(types(record) == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"])
            let withdrawn = record.maps("dpv:hasConsentStatus")[1]["dpv:isIndicatedAtTime"]?.mapValue
            #expect(withdrawn?["@value"] == "2026-01-05T00:00:00Z")
        }
    }

    @Test func `who did not grant it gets no consent record`() async throws {
        try await GrantScene.run { scene in
            let id = try await approve(scene)
            let other = try await scene.node.account("mallory")
            #expect(try await other.call("GET", "/v1/grants/\(id)/consent").problem == "not-found")
            #expect(try await scene.node.anyone.call("GET", "/v1/grants/\(id)/consent").status == 401)
        }
    }

    @Test func `the copy of one's data has everything that the node keeps of one`() async throws {
        try await withNode { node in
            let (steve, stephanie) = (try await node.account("steve"), try await node.account("stephanie"))
            try await steve.setProfile()
            let object = try await steve.publish()
            let granted = try await stephanie.request(object)
            let grant = try await steve.approve(granted)
            _ = try await stephanie.read(granted, ["name"])
            let denied = try await stephanie.request(object, fields: ["name"])
            #expect(try await steve.call("POST", "/v1/inbox/\(denied)/deny", ["silent": true]).status == 204)
            // For her pseudonym the denied one waits: another asks.
            _ = try await stephanie.done("POST", "/v1/modules/\(TestNode.market)/pseudonym", [:])
            let waiting = try await stephanie.request(object, fields: ["email"])
            let viewer = try Party.stranger.principal.did
            #expect(try await steve.call("PUT", "/v1/blocks/\(viewer)").status == 204)
            let rules: Value = [["match": [:], "suggest": ["decision": "deny"]]]
            #expect(try await steve.call("PUT", "/v1/rules", ["rules": rules]).status == 204)

            let body: Value = ["passphrase": .string(Person.passphrase)]
            let copy = try await steve.done("POST", "/v1/account/data", body)
            #expect(copy["profile"] == Person.profile)
            #expect(copy["account"]?.mapValue?["handle"] == "steve")
            #expect(copy.maps("pseudonyms").count == 1)
            #expect(copy.maps("objects").map { $0.text("id") } == [object])
            #expect(copy.maps("inbox").map { $0.text("id") } == [waiting])
            #expect(copy.maps("denied").map { $0.text("id") } == [denied])
            #expect(copy.maps("denied").map { $0["told"] } == [false])
            #expect(copy.maps("grants").map { $0.text("id") } == [grant])
            #expect(copy.maps("receipts").map { $0.text("grant") } == [grant])
            #expect(copy.maps("consents").map { $0.text("dct:identifier") } == [grant])
            #expect(copy.maps("blocks").map { $0.text("id") } == [viewer])
            #expect(copy["rules"] == rules)
            #expect(copy["requests"] == [])
            let hers = try await stephanie.done("POST", "/v1/account/data", body)
            #expect(Set(hers.maps("requests").map { $0.text("id") }) == [granted, denied, waiting])
        }
    }

    // Threat: LIN-113
    @Test func `a session alone gets no copy, nor does a wrong passphrase`() async throws {
        try await withNode { node in
            let steve = try await node.account("steve")
            for body: Value in [[:], ["passphrase": 1]] {
                #expect(try await steve.call("POST", "/v1/account/data", body).problem == "malformed")
            }
            let wrong: Value = ["passphrase": "a wrong passphrase"]
            #expect(try await steve.call("POST", "/v1/account/data", wrong).problem == "wrong-credentials")
            #expect(try await node.anyone.call("POST", "/v1/account/data", wrong).status == 401)
        }
    }
}
