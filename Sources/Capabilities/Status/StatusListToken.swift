internal import DumpIdentity
public import IPLD
public import Sodium

/// A signed status list: a JWT of type `statuslist+jwt`, signed with EdDSA by the node that issues it.
///
/// One algorithm is read, and statuses of 1, 2, 4 or 8 bits: anything else is refused. The draft recommends `exp` and
/// `ttl`; here they are required, or a list could be relied on for ever. Source: Token Status List, "Status List Token
/// in JWT Format"; RFC 7519; RFC 8037.
public struct StatusListToken: Sendable, Equatable {
    /// The media type of the token.
    public static let mediaType = "application/statuslist+jwt"
    /// The longest accepted token in bytes.
    public static let maximumLength = 2 << 20
    /// How many seconds a list may be ahead of the reader's clock.
    static let clockTolerance: Int64 = 60

    /// The name of the list: the claim `sub`.
    public let uri: String
    /// The node that signed it: the claim `iss`.
    public let issuer: Principal
    /// When it was signed, in Unix seconds.
    public let issuedAt: Int64
    /// The first second at which it may not be relied on any more, in Unix seconds (RFC 7519, section 4.1.4).
    public let expiration: Int64
    /// After how many seconds a fresh one should be fetched.
    public let timeToLive: Int64
    /// The statuses.
    public let list: StatusList

    /// A list to be signed.
    public init(
        uri: String, issuer: Principal, issuedAt: Int64, expiration: Int64, timeToLive: Int64, list: StatusList
    ) {
        self.uri = uri
        self.issuer = issuer
        self.issuedAt = issuedAt
        self.expiration = expiration
        self.timeToLive = timeToLive
        self.list = list
    }

    /// The token in JWS compact serialisation.
    ///
    /// - Throws: ``CapabilityError/limitExceeded`` where compressing fails.
    public func signed(with key: borrowing SigningKey) throws(CapabilityError) -> String {
        let header: Value = ["alg": "EdDSA", "typ": "statuslist+jwt", "kid": .string(issuer.did)]
        let claims: Value = [
            "sub": .string(uri), "iss": .string(issuer.did), "iat": .int(issuedAt), "exp": .int(expiration),
            "ttl": .int(timeToLive),
            "status_list": ["bits": .int(Int64(list.bits)), "lst": .string(try list.compressed())],
        ]
        let encoded = try readingIPLD { () throws(IPLDError) in
            (header: try DagJSON.encode(header), claims: try DagJSON.encode(claims))
        }
        let input = Base64URL.encode(Array(encoded.header.utf8)) + "." + Base64URL.encode(Array(encoded.claims.utf8))
        return input + "." + Base64URL.encode(key.sign(Array(input.utf8)))
    }

    /// Verifies a token: that `issuer` signed it, that it is the list `uri`, and that it has not expired.
    ///
    /// - Throws: ``CapabilityError/malformed``, ``CapabilityError/invalidSignature``, ``CapabilityError/expired``,
    ///   ``CapabilityError/tooEarly``; ``CapabilityError/statusUnavailable`` where it is another issuer's or list's.
    public init(
        verifying text: String, issuer: Principal, uri: String, at time: Int64
    ) throws(CapabilityError) {
        try self.init(text, issuer: issuer, uri: uri, time: time)
    }

    /// Verifies a token without its times: for what was held when it was valid. It says nothing of any moment.
    ///
    /// - Throws: what the public initializer throws, but nothing about time.
    init(verifyingAtNoTime text: String, issuer: Principal, uri: String) throws(CapabilityError) {
        try self.init(text, issuer: issuer, uri: uri, time: nil)
    }

    private init(_ text: String, issuer: Principal, uri: String, time: Int64?) throws(CapabilityError) {
        guard text.utf8.count <= StatusListToken.maximumLength else { throw .limitExceeded }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed }
        let header = try StatusListToken.json(parts[0])
        // An extension that must be understood is not: there is none that we know (RFC 7515, section 4.1.11).
        guard header["alg"] == "EdDSA", header["typ"] == "statuslist+jwt", header["crit"] == nil else {
            throw .malformed
        }
        let signature = try readingIPLD { () throws(IPLDError) in try Base64URL.decode(parts[2]) }
        let signed = Array((parts[0] + "." + parts[1]).utf8)
        guard Signature.isValid(signature, of: signed, by: issuer.publicKey) else { throw .invalidSignature }
        let claims = try StatusListToken.json(parts[1])
        guard let subject = claims["sub"]?.stringValue, let signer = claims["iss"]?.stringValue,
            let issuedAt = claims["iat"]?.intValue, let expiration = claims["exp"]?.intValue,
            let timeToLive = claims["ttl"]?.intValue, timeToLive > 0,
            let list = claims["status_list"]?.mapValue, let bits = list["bits"]?.intValue,
            StatusList.sizes.contains(bits), let text = list["lst"]?.stringValue
        else { throw .malformed }
        guard subject.hasSameBytes(as: uri), signer.hasSameBytes(as: issuer.did) else {
            throw .statusUnavailable
        }
        if let time {
            try StatusListToken.checkTime(time, issuedAt: issuedAt, expiration: expiration)
        }
        self.init(
            uri: uri, issuer: issuer, issuedAt: issuedAt, expiration: expiration, timeToLive: timeToLive,
            list: try StatusList(compressed: text, bits: Int(bits)))
    }

    /// Refuses a list that has expired, and one from the future: then a clock is wrong, and its age cannot be told.
    ///
    /// - Throws: ``CapabilityError/expired``, ``CapabilityError/tooEarly``.
    static func checkTime(_ time: Int64, issuedAt: Int64, expiration: Int64) throws(CapabilityError) {
        guard time < expiration else { throw .expired }
        guard issuedAt <= time + clockTolerance else { throw .tooEarly }
    }

    private static func json(_ part: Substring) throws(CapabilityError) -> Map {
        let value = try readingIPLD { () throws(IPLDError) in try DagJSON.decode(Base64URL.decode(part)) }
        guard let map = value.mapValue else { throw .malformed }
        return map
    }
}
