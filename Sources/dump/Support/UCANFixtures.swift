internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// One case of a fixture file, and how it came out.
struct FixtureResult {
    let name: String
    /// Why the case failed; `nil` where it passed.
    let failure: String?
}

/// Fixture files in the form of the official UCAN 1.0.0 fixtures, whose cases are told apart by their shape.
///
/// Source: ucan-wg/spec, `fixtures/1.0.0`: `delegation.json`, `invocation.json`, `policy.json`.
struct UCANFixtures {
    /// Why a case cannot be run at all: it has failed, whichever way it should have come out.
    private struct MalformedCase: Error {
        let reason: String
        init(_ reason: String) { self.reason = "the case is malformed: \(reason)" }
    }

    private let valid: [Value]
    private let invalid: [Value]

    /// Reads a fixture file, named `place` in errors: a map with a list of cases under `valid`, `invalid`, or both.
    init(_ bytes: [UInt8], place: String) throws(CommandError) {
        let map = try reading(place) { try DagJSON.decode(bytes) }.mapValue ?? Map()
        let lists = [map["valid"], map["invalid"]]
        guard lists.contains(where: { $0 != nil }), lists.allSatisfy({ $0 == nil || $0?.listValue != nil }) else {
            throw CommandError("\(place): no fixture file: it has no lists of cases under \"valid\" and \"invalid\"")
        }
        valid = lists[0]?.listValue ?? []
        invalid = lists[1]?.listValue ?? []
    }

    /// Runs every case, in the order of the file, and tells of each as soon as it has come out.
    func run(_ tell: (FixtureResult) -> Void) {
        for (index, item) in valid.enumerated() { run(item, "valid \(index + 1)", isValid: true, tell) }
        for (index, item) in invalid.enumerated() { run(item, "invalid \(index + 1)", isValid: false, tell) }
    }

    private func run(_ value: Value, _ place: String, isValid: Bool, _ tell: (FixtureResult) -> Void) {
        let item = value.mapValue ?? Map()
        let name = item["name"]?.stringValue ?? place
        do {
            guard value.mapValue != nil else { throw MalformedCase("it is no object") }
            if item["policies"] != nil { return try policies(item, name, isValid, tell) }
            let outcome = try outcome { if item["token"] != nil { try delegation(item) } else { try invocation(item) } }
            tell(FixtureResult(name: name, failure: failure(outcome, item, isValid)))
        } catch let error as MalformedCase {
            tell(FixtureResult(name: name, failure: error.reason))
        } catch {
            tell(FixtureResult(name: name, failure: "it cannot be run"))
        }
    }

    /// How a token was refused; `nil` where it was accepted.
    private func outcome(_ body: () throws -> Void) throws(MalformedCase) -> CapabilityError? {
        do {
            try body()
            return nil
        } catch let error as MalformedCase {
            throw error
        } catch let error as CapabilityError {
            return error
        } catch {
            return .malformed
        }
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
        guard let text = item["token"]?.stringValue else { throw MalformedCase("the token is no text") }
        guard let cid = item["cid"]?.stringValue else { throw MalformedCase("the CID is no text, or missing") }
        let delegation = try Delegation(decoding: try Base64.decode(text, padded: true))
        guard delegation.envelope.isSigned(by: delegation.issuer) else { throw CapabilityError.invalidSignature }
        guard delegation.cid.description == cid else { throw CapabilityError.malformed }
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
        guard let bytes = item["invocation"]?.bytesValue else {
            throw MalformedCase("no token, invocation or policies")
        }
        guard let time = item["time"]?.intValue else { throw MalformedCase("the time is no integer, or missing") }
        let proofs = try list(item, "proofs").map { value in
            guard let proof = value.bytesValue else { throw MalformedCase("a proof is not bytes") }
            return proof
        }
        let invocation = try Invocation(decoding: bytes)
        let verifier = InvocationVerifier(
            executor: invocation.audience ?? invocation.subject, maximumLifetime: nil)
        _ = try verifier.verify(invocation, proofs: try proofs.map { try Delegation(decoding: $0) }, at: time)
    }

    private func policies(
        _ item: Map, _ name: String, _ isValid: Bool, _ tell: (FixtureResult) -> Void
    ) throws(MalformedCase) {
        let (arguments, policies) = (item["args"] ?? .null, try list(item, "policies"))
        guard !policies.isEmpty else { throw MalformedCase("there is no policy") }
        for (index, value) in policies.enumerated() {
            let holds = (try? Policy(value).allows(arguments)) ?? false
            tell(
                FixtureResult(
                    name: "\(name), policy \(index + 1)",
                    failure: holds == isValid ? nil : holds ? "holds" : "does not hold"))
        }
    }

    /// A list of the case; empty where it is absent.
    private func list(_ item: Map, _ key: String) throws(MalformedCase) -> [Value] {
        guard let value = item[key] else { return [] }
        guard let list = value.listValue else { throw MalformedCase("\(key) is no list") }
        return list
    }
}
