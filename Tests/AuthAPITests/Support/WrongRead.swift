import Capabilities
import DumpIdentity
import IPLD
import Sodium
import TestSupport

/// Ways to read that must be refused, each with the same problem.
enum WrongRead: CaseIterable, Sendable {
    case fieldNotGranted
    case oneFieldNotGranted
    case noFields
    case unknownField
    case twiceTheSame
    case furtherArgument
    case withoutProof
    case proofNotSent
    case altered
    case alteredGrant
    case notTheHolder
    case holderOfTheChainsBeginning
    case otherSubject
    case otherAudience
    case expired
    case tooLongLived
    case withoutExpiry
    case shortNonce
    case noNonce
    case widerThanHandedOn
    case widenedOnTheWay
    case handedOnByAStranger
    case otherNodesGrant
    case ownersNoGrant
    case otherCommand
    case tooManyProofs

    func invocation(_ scene: GrantScene, _ grant: Delegation) throws -> (Invocation, [Delegation]) {
        let chain = [grant]
        func reading(_ fields: Value) throws -> (Invocation, [Delegation]) {
            var arguments = Map()
            arguments["fields"] = fields
            if self == .furtherArgument { arguments["more"] = true }
            return (try scene.reading([], under: chain, arguments: arguments), chain)
        }
        switch self {
        case .fieldNotGranted: return (try scene.reading([.phoneNumber], under: chain), chain)
        case .oneFieldNotGranted: return (try scene.reading([.name, .phoneNumber], under: chain), chain)
        case .noFields: return try reading([])
        case .unknownField: return try reading(["nickname"])
        case .twiceTheSame: return try reading(["name", "name"])
        case .furtherArgument: return try reading(["name"])
        case .withoutProof: return (try scene.reading([.name], under: []), [])
        case .proofNotSent: return (try scene.reading([.name], under: chain), [])
        case .altered:
            let bytes = try scene.reading([.name], under: chain).envelope.bytes
            return (try Invocation(decoding: bytes.altered(at: 10)), chain)
        case .alteredGrant:
            let other = [try Delegation(decoding: grant.envelope.bytes.altered(at: 10))]
            return (try scene.reading([.name], under: other), other)
        case .notTheHolder: return (try scene.reading([.name], by: .stranger, under: chain), chain)
        case .holderOfTheChainsBeginning:
            let handedOn = [grant, try scene.handOn([.name])]
            return (try scene.reading([.name], by: .viewer, under: handedOn), handedOn)
        case .otherSubject:
            return (try scene.reading([.name], under: chain, subject: Party.stranger.principal), chain)
        case .otherAudience:
            return (try scene.reading([.name], under: chain, audience: Party.stranger.principal), chain)
        case .expired: return (try scene.reading([.name], under: chain, lifetime: -1), chain)
        case .tooLongLived: return (try scene.reading([.name], under: chain, lifetime: 601), chain)
        case .withoutExpiry: return (try scene.reading([.name], under: chain, lifetime: nil), chain)
        case .shortNonce: return (try scene.reading([.name], under: chain, nonceLength: 11), chain)
        case .noNonce: return (try scene.reading([.name], under: chain, nonceLength: 0), chain)
        case .widerThanHandedOn:
            let handedOn = [grant, try scene.handOn([.name])]
            return (try scene.reading([.email], by: .component, under: handedOn), handedOn)
        case .widenedOnTheWay:
            let handedOn = [grant, try scene.handOn([.name]), try scene.handOn(from: .component, to: .third, [.email])]
            return (try scene.reading([.email], by: .third, under: handedOn), handedOn)
        case .handedOnByAStranger:
            let handedOn = [grant, try scene.handOn(from: .stranger, [.name])]
            return (try scene.reading([.name], by: .component, under: handedOn), handedOn)
        case .otherNodesGrant:
            let other = [try WrongRead.foreignGrant(grant)]
            return (try scene.reading([.name], under: other, subject: Party.stranger.principal), other)
        case .ownersNoGrant:
            let other = [
                try Delegation.sign(
                    to: Party.viewer.principal, subject: Party.stranger.principal, command: .profileRead,
                    policy: .fields(["name"]), expiration: testTime + 3_600, with: Party.stranger.key())
            ]
            return (try scene.reading([.name], under: other, subject: Party.stranger.principal), other)
        case .otherCommand:
            let invocation = try Invocation.sign(
                Command("/profile/read/all"), on: scene.pseudonym, arguments: ReadArguments([.name]).map,
                proofs: [grant.cid], nonce: [UInt8](repeating: 9, count: 16), expiration: testTime + 300,
                with: Party.viewer.key())
            return (invocation, chain)
        case .tooManyProofs:
            let many = chain + (0..<8).map { _ in grant }
            return (try scene.reading([.name], under: many), chain)
        }
    }

    /// The grant with its claims, by a pseudonym that has no mailbox here.
    private static func foreignGrant(_ grant: Delegation) throws -> Delegation {
        try Delegation.sign(
            to: Party.viewer.principal, subject: Party.stranger.principal, command: .profileRead,
            policy: .fields(["name"]), meta: grant.meta, expiration: testTime + 3_600, with: Party.stranger.key())
    }
}
