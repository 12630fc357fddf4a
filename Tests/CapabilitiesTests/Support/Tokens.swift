import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport

extension Delegation {
    /// A delegation from one party to another, valid for an hour, by default about its issuer.
    static func test(
        from issuer: Party, to audience: Party, about subject: Party?, command: String = "/profile/read",
        policy: Policy = .empty, notBefore: Int64? = nil, expiration: Int64? = testTime + 3_600
    ) throws -> Delegation {
        let subject = try subject?.principal
        return try Delegation.sign(
            to: audience.principal, subject: subject, command: Command(command), policy: policy,
            notBefore: notBefore, expiration: expiration, with: issuer.key(), random: .fixed())
    }

    /// The chain owner → viewer → component → executor, cut to its first `count`.
    static func chain(_ count: Int) throws -> [Delegation] {
        let parties: [Party] = [.owner, .viewer, .component, .executor]
        return try zip(parties, parties.dropFirst()).prefix(count).map {
            try .test(from: $0, to: $1, about: .owner)
        }
    }
}

extension Invocation {
    /// An invocation on the owner, which is also to execute it, valid for a minute.
    static func test(
        by issuer: Party, on subject: Party = .owner, for audience: Party? = nil, command: String = "/profile/read",
        arguments: Value = ["fields": ["name"]], proofs: [Delegation] = [], expiration: Int64? = testTime + 60
    ) throws -> Invocation {
        let audience = try audience?.principal
        return try Invocation.sign(
            Command(command), on: subject.principal, audience: audience, arguments: arguments.mapValue ?? Map(),
            proofs: proofs.map(\.cid), nonce: [UInt8](repeating: 9, count: 16), expiration: expiration,
            with: issuer.key())
    }
}

extension KnownRevocations {
    /// These revokers of these delegations.
    init(_ revokers: [CID: Set<Principal>]) {
        self.init()
        for (delegation, principals) in revokers {
            for principal in principals { insert(delegation, by: principal) }
        }
    }
}

extension Envelope {
    /// The bytes of an envelope with a changed payload or tag, signed anew.
    func resigned(
        by party: Party, tag: String? = nil, change: (inout Map) -> Void = { _ in }
    ) throws -> [UInt8] {
        var payload = payload
        change(&payload)
        return try Envelope.sign(payload, tag: tag ?? self.tag, with: party.key()).bytes
    }

    /// The bytes of an envelope with another varsig header, signed anew.
    func resigned(by party: Party, header: Value) throws -> [UInt8] {
        let signed: Value = ["h": header, tag: .map(payload)]
        let signature = try party.key().sign(DagCBOR.encode(signed))
        return try DagCBOR.encode([.bytes(signature), signed])
    }
}

extension Map {
    /// Changes the map under a key, which is expected to be one.
    mutating func edit(_ key: String, _ change: (inout Map) -> Void) {
        var inner = self[key]?.mapValue ?? Map()
        change(&inner)
        self[key] = .map(inner)
    }
}

/// The error with which something is refused; `nil` where it is not.
func refusal<Result>(_ body: () throws -> Result) throws -> CapabilityError? {
    do {
        _ = try body()
        return nil
    } catch let error as CapabilityError {
        return error
    }
}
