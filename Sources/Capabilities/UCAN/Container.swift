internal import DumpIdentity
internal import IPLD

/// Several tokens in one piece, `ctn-v1`: a header byte that names the ``Encoding``, then DAG-CBOR
/// `{"ctn-v1": [bytes, …]}` in that encoding.
///
/// Source: UCAN container specification, version 1.
public struct Container: Sendable, Equatable {
    /// The largest accepted container in bytes: as it is received, and as it would be without an encoding.
    public static let maximumLength = 256 * 1024
    /// The most tokens in a container.
    public static let maximumTokens = 64
    private static let version = "ctn-v1"

    /// The tokens as received.
    public let tokens: [[UInt8]]

    /// A container of these tokens.
    public init(_ tokens: [[UInt8]]) { self.tokens = tokens }

    /// Reads a container in any of its encodings, with the tokens in any order. They are neither read nor verified.
    ///
    /// Where nothing is encoded, each token is copied once, and nothing else is.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/limitExceeded``.
    public init(decoding bytes: [UInt8]) throws(CapabilityError) {
        guard bytes.count <= Container.maximumLength else { throw .limitExceeded }
        guard let header = bytes.first, let encoding = Encoding(rawValue: header) else { throw .malformed }
        let content = try encoding.decode(bytes.dropFirst(), limit: Container.maximumLength - 1)
        let value = try readingIPLD { () throws(IPLDError) in try DagCBOR.decode(content) }
        guard let map = value.mapValue, map.count == 1, let list = map[Container.version]?.listValue else {
            throw .malformed
        }
        guard list.count <= Container.maximumTokens else { throw .limitExceeded }
        var tokens: [[UInt8]] = []
        tokens.reserveCapacity(list.count)
        for item in list {
            guard let token = item.bytesValue else { throw .malformed }
            tokens.append(token)
        }
        self.tokens = tokens
    }

    /// The container's bytes, with the tokens in bytewise order and none twice.
    ///
    /// - Throws: ``CapabilityError/limitExceeded`` where the result could not be read again.
    public func encoded(_ encoding: Encoding = .bytes) throws(CapabilityError) -> [UInt8] {
        guard tokens.count <= Container.maximumTokens else { throw .limitExceeded }
        var sorted = tokens.sorted { $0.lexicographicallyPrecedes($1) }
        sorted = sorted.indices.filter { $0 == 0 || sorted[$0] != sorted[$0 - 1] }.map { sorted[$0] }
        let value: Value = [Container.version: .list(sorted.map { .bytes($0) })]
        let content = try readingIPLD { () throws(IPLDError) in try DagCBOR.encode(value) }
        guard content.count < Container.maximumLength else { throw .limitExceeded }
        let bytes = [encoding.rawValue] + (try encoding.encode(content))
        guard bytes.count <= Container.maximumLength else { throw .limitExceeded }
        return bytes
    }

    /// The delegations of the container, in the container's order; tokens of other kinds are left out.
    ///
    /// - Throws: ``CapabilityError/malformed`` for a token that is no envelope, or a malformed delegation.
    public func delegations(accepting versions: UCANVersions = .final) throws(CapabilityError) -> [Delegation] {
        var result: [Delegation] = []
        for token in tokens where try versions.accepts(Container.tag(of: token), for: Delegation.tag) {
            result.append(try Delegation(decoding: token, accepting: versions))
        }
        return result
    }

    /// The one invocation of the container.
    ///
    /// - Throws: ``CapabilityError/malformed`` where there is none, more than one, or a malformed one.
    public func invocation(accepting versions: UCANVersions = .final) throws(CapabilityError) -> Invocation {
        guard let invocation = try invocationIfAny(accepting: versions) else { throw .malformed }
        return invocation
    }

    /// The one invocation of the container, or `nil` where there is none.
    ///
    /// - Throws: ``CapabilityError/malformed`` where there is more than one, or a malformed one.
    func invocationIfAny(accepting versions: UCANVersions = .final) throws(CapabilityError) -> Invocation? {
        var result: Invocation?
        for token in tokens where try versions.accepts(Container.tag(of: token), for: Invocation.tag) {
            guard result == nil else { throw .malformed }
            result = try Invocation(decoding: token, accepting: versions)
        }
        return result
    }
}

extension Container {
    private static func tag(of token: [UInt8]) throws(CapabilityError) -> String {
        try usingIdentity { () throws(IdentityError) in try Envelope.tag(of: token) }
    }
}
