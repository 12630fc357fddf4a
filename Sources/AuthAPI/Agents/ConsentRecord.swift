internal import Capabilities
internal import DumpIdentity
internal import Foundation
internal import IPLD

/// The record of a consent: a grant, as machines of others read it. JSON-LD with an inline context, from which nothing has to
/// be fetched.
///
/// Source: ISO/IEC TS 27560:2023 as the Data Privacy Vocabulary (DPV 2) writes it; which element stands where, and what is
/// not known, is in `docs/consent.md`.
struct ConsentRecord {
    /// RFC 6839 and the JSON-LD 1.1 recommendation, appendix C.
    static let mediaType = "application/ld+json"

    let record: DecisionRecord
    let grant: Grant
    let state: GrantState

    /// The record of a decision, as it stands at a time in Unix seconds; `nil` where nothing was granted.
    init?(_ record: DecisionRecord, at time: Int64) {
        guard let grant = record.approval?.grant else { return nil }
        self.record = record
        self.grant = grant
        state = record.state(at: time)
    }

    var value: Value {
        [
            "@context": ConsentRecord.context, "@id": .string("urn:dump:consent:\(grant.cid)"),
            "@type": "dpv:ConsentRecord",
            "dct:conformsTo": ["@id": "https://w3id.org/dpv/schema/dpv-27560#record"],
            "dct:identifier": .string(grant.cid.description),
            "dpv:hasDataSubject": ["@id": .string(grant.owner.did), "@type": "dpv:DataSubject"],
            "dpv:hasDataController": ["@id": .string(grant.viewer.did), "@type": "dpv:DataController"],
            "dpv:hasLegalBasis": ["@id": "dpv:Consent"],
            "dpv:hasJurisdiction": .string(ConsentRecord.unknown),
            "dpv:hasNotice": notice, "dpv:hasProcess": .list(processes), "dpv:hasConsentControl": withdrawal,
            "dpv:hasConsentStatus": .list(statuses),
        ]
    }

    /// What neither owner nor viewer says, and the format asks for.
    static let unknown = "not stated"

    private static let context: Value = [
        "dct": "http://purl.org/dc/terms/", "dpv": "https://w3id.org/dpv#", "pd": "https://w3id.org/dpv/pd#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    ]

    /// The request, as the owner saw it. Its CID names exactly that version.
    private var notice: Value {
        [
            "@id": .string("urn:dump:request:\(record.request.cid)"), "@type": "dpv:ConsentNotice",
            "dct:identifier": .string(record.request.cid.description), "dct:description": .string(record.terms.purpose),
            // Nobody says in which language a purpose is written (ISO 639-2, "undetermined").
            "dct:language": "und",
        ]
    }

    /// One for each end that fields have.
    private var processes: [Value] {
        let byEnd = Dictionary(grouping: grant.fields) { grant.ends[$0] ?? grant.expiration }
        return byEnd.sorted { $0.key > $1.key }.map { end, fields in
            [
                "@type": "dpv:Process",
                "dpv:hasPurpose": ["@type": "dpv:Purpose", "dct:description": .string(record.terms.purpose)],
                "dpv:hasProcessing": ["@id": "dpv:Disclose"], "dpv:hasDataSource": ["@id": "dpv:DataSubject"],
                "dpv:hasPersonalData": .list(fields.map(\.consentValue)), "dpv:hasRecipient": .list(recipients),
                "dpv:hasStorageCondition": [
                    ["@type": "dpv:StorageLocation", "dpv:hasLocation": .string(grant.home.string)],
                    [
                        "@type": "dpv:StorageDuration",
                        "dpv:hasDuration": [
                            "@type": "dpv:UntilTimeDuration", "rdf:value": ConsentRecord.time(end),
                        ],
                    ],
                ],
            ]
        }
    }

    /// The viewer, and whom the viewer may hand on to.
    private var recipients: [Value] {
        let viewer: Value = ["@id": .string(grant.viewer.did)]
        guard grant.allowsHandingOn else { return [viewer] }
        return [viewer, ["@type": "dpv:ThirdParty", "dct:description": "components to which the viewer hands it on"]]
    }

    private var withdrawal: Value {
        [
            "@type": "dpv:WithdrawConsent",
            "dpv:isExercisedAt": ["@id": .string(grant.home.appending("/v1/grants/\(grant.cid)"))],
        ]
    }

    private var statuses: [Value] {
        var given = Map()
        given["@type"] = ["dpv:ConsentGiven", "dpv:ExpressedConsent"]
        given["dpv:isIndicatedBy"] = ["@id": .string(grant.owner.did)]
        given["dpv:hasIndicationMethod"] =
            record.inReturnFor == nil
            ? "approval of the request, signed by the pseudonym"
            : "promise in a request of one's own, signed by the pseudonym"
        // Earlier versions did not note the time.
        given["dpv:isIndicatedAtTime"] = record.time.map(ConsentRecord.time) ?? .string(ConsentRecord.unknown)
        switch state {
        case .active: return [.map(given)]
        case .expired:
            return [
                .map(given),
                ["@type": "dpv:ConsentExpired", "dpv:isIndicatedAtTime": ConsentRecord.time(grant.expiration)],
            ]
        case .returned:
            // The vocabulary's "revoked" is what another than the data subject ends.
            return [
                .map(given),
                [
                    "@type": "dpv:ConsentRevoked", "dpv:isIndicatedBy": ["@id": .string(grant.viewer.did)],
                    "dpv:hasIndicationMethod": "return of the grant, signed by the viewer",
                    "dpv:isIndicatedAtTime": .string(ConsentRecord.unknown),
                ],
            ]
        case .revoked:
            return [
                .map(given),
                [
                    "@type": "dpv:ConsentWithdrawn", "dpv:isIndicatedBy": ["@id": .string(grant.owner.did)],
                    "dpv:hasIndicationMethod": "revocation of the grant, signed by the pseudonym",
                    "dpv:isIndicatedAtTime": record.revocationTime.map(ConsentRecord.time)
                        ?? .string(ConsentRecord.unknown),
                ],
            ]
        }
    }

    private static func time(_ seconds: Int64) -> Value {
        let text = Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
        return ["@type": "xsd:dateTime", "@value": .string(text)]
    }
}

extension ProfileField {
    /// The field as personal data of the vocabulary, with its name here.
    fileprivate var consentValue: Value {
        let type: Value =
            switch self {
            case .name: "pd:Name"
            case .email: "pd:EmailAddress"
            case .phoneNumber: "pd:TelephoneNumber"
            case .address: "pd:PhysicalAddress"
            case .picture: "pd:Picture"
            // The vocabulary has none for a site of one's own.
            case .website: "pd:Contact"
            }
        return ["@type": type, "dct:identifier": .string(rawValue)]
    }
}

extension OwnerAgent {
    /// The consent record of a grant.
    ///
    /// - Throws: ``APIError/notFound``.
    func consent(_ id: CID) async throws -> ConsentRecord {
        for pseudonym in try await vault.state().pseudonyms {
            let record = try await records(of: try keys(pseudonym)).first { $0.approval?.grant.cid == id }
            if let record, let consent = ConsentRecord(record, at: node.clock()) { return consent }
        }
        throw APIError.notFound
    }
}
