internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// One case of a fixture file, and how it came out.
struct FixtureResult {
    let name: String
    /// Why the case failed; `nil` where it passed.
    let failure: String?
}

/// Fixture files in the form of the official UCAN 1.0.0 fixtures, told apart by their shape.
///
/// Source: ucan-wg/spec, `fixtures/1.0.0`: `delegation.json`, `invocation.json`, `policy.json`.
struct UCANFixtures {
    private let valid: [Map]
    private let invalid: [Map]

    /// Reads a fixture file.
    init(_ bytes: [UInt8]) throws {
        guard let map = try DagJSON.decode(bytes).mapValue, map["valid"] != nil || map["invalid"] != nil else {
            throw CapabilityError.malformed
        }
        valid = map.maps("valid")
        invalid = map.maps("invalid")
    }

    /// Runs every case, in the order of the file.
    func run() -> [FixtureResult] {
        valid.enumerated().flatMap { run($1, number: $0 + 1, isValid: true) }
            + invalid.enumerated().flatMap { run($1, number: $0 + 1, isValid: false) }
    }

    private func run(_ item: Map, number: Int, isValid: Bool) -> [FixtureResult] {
        let name = item["name"]?.stringValue ?? "\(isValid ? "valid" : "invalid") \(number)"
        if item["policies"] != nil { return policies(item, name, isValid) }
        let outcome: CapabilityError?
        do {
            if item["token"] != nil { try delegation(item) } else { try invocation(item) }
            outcome = nil
        } catch let error as CapabilityError {
            outcome = error
        } catch {
            outcome = .malformed
        }
        return [FixtureResult(name: name, failure: failure(outcome, item, isValid))]
    }

    /// A case without an `error` needs only be refused.
    private func failure(_ outcome: CapabilityError?, _ item: Map, _ isValid: Bool) -> String? {
        if isValid { return outcome.map { "refused: \($0.name)" } }
        guard let outcome else { return "accepted" }
        guard let expected = item["error"]?.mapValue?["name"]?.stringValue else { return nil }
        return expected == outcome.name ? nil : "refused with \(outcome.name) instead of \(Output.safe(expected))"
    }

    // MARK: Shapes

    /// The token must read, be signed by its issuer, and have the stated CID and claims.
    private func delegation(_ item: Map) throws {
        let bytes = try Base64.decode(item.text("token"), padded: true)
        let delegation = try Delegation(decoding: bytes)
        guard delegation.envelope.isSigned(by: delegation.issuer) else { throw CapabilityError.invalidSignature }
        guard delegation.cid.description == item.text("cid") else { throw CapabilityError.malformed }
        let payload = item["envelope"]?.mapValue?["payload"]?.mapValue ?? Map()
        let isAsStated =
            payload.text("iss") == delegation.issuer.did && payload.text("aud") == delegation.audience.did
            && payload["sub"]?.stringValue == delegation.subject?.did
            && payload.text("cmd") == delegation.command.string
            && payload["exp"]?.intValue == delegation.expiration
        guard payload.isEmpty || isAsStated else { throw CapabilityError.malformed }
    }

    /// The executor is the invocation's own audience, or else its subject.
    private func invocation(_ item: Map) throws {
        let invocation = try Invocation(decoding: item["invocation"]?.bytesValue ?? [])
        let proofs = try (item["proofs"]?.listValue ?? []).map { try Delegation(decoding: $0.bytesValue ?? []) }
        let verifier = InvocationVerifier(
            executor: invocation.audience ?? invocation.subject, maximumLifetime: nil)
        guard let time = item["time"]?.intValue else { throw CapabilityError.malformed }
        _ = try verifier.verify(invocation, proofs: proofs, at: time)
    }

    private func policies(_ item: Map, _ name: String, _ isValid: Bool) -> [FixtureResult] {
        let arguments = item["args"] ?? .null
        return (item["policies"]?.listValue ?? []).enumerated().map { index, value in
            let holds = (try? Policy(value).allows(arguments)) ?? false
            return FixtureResult(
                name: "\(name), policy \(index + 1)",
                failure: holds == isValid ? nil : holds ? "holds" : "does not hold")
        }
    }
}
