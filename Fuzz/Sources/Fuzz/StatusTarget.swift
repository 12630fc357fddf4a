internal import Capabilities
internal import IPLD
internal import Sodium

/// Status lists: the input is a token, or what a dishonest node might sign.
///
/// No input comes upon a valid signature by chance. So an input of three parts between zero bytes, which no text
/// holds, is header, claims and the compressed list: the list is put into the claims, and the whole is signed.
enum StatusTarget {
    static let uri = "https://node.example/v1/status-lists/1"

    static func check(_ input: [UInt8]) {
        let parts = input.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        let text = parts.count == 3 ? signed(parts) : String(decoding: input, as: UTF8.self)
        guard let token = verified(text, issuer: .owner) else { return }
        let claims = claims(of: text)
        require(claims["sub"] == .string(uri), "a token is the list that was asked for")
        require(claims["iss"] == .string(Party.owner.principal.did), "a token is the expected issuer's")
        require(token.expiration > Party.time && token.issuedAt <= Party.time + 60, "a token is of its time")
        require(token.timeToLive > 0, "a token may be kept for a while")
        require(token.list.bytes.count <= StatusList.maximumLength, "a list is no larger than it may be")
        require((try? token.list.isRevoked(token.list.count)) == nil, "there is no status behind the last")
        require(verified(text, issuer: .stranger) == nil, "a token is nobody else's")
        require(verified(text + "A", issuer: .owner) == nil, "nothing follows a token")
        guard let key = try? Party.owner.key(), let again = try? token.signed(with: key) else {
            return require(false, "what was read can be written")
        }
        require(verified(again, issuer: .owner) == token, "a token that is signed again says the same")
    }

    private static func verified(_ text: String, issuer: Party) -> StatusListToken? {
        try? StatusListToken(verifying: text, issuer: issuer.principal, uri: uri, at: Party.time)
    }

    /// The claims of a token, as they stand in it.
    private static func claims(of text: String) -> Map {
        let parts = text.split(separator: ".")
        guard parts.count == 3, let bytes = try? Base64URL.decode(parts[1]) else { return Map() }
        return (try? DagJSON.decode(bytes))?.mapValue ?? Map()
    }

    /// A token of these parts with a good signature; the list is put in where the claims have a place for it.
    private static func signed(_ parts: [ArraySlice<UInt8>]) -> String {
        var claims = Array(parts[1])
        if case .map(var map) = (try? DagJSON.decode(claims)) ?? .null, var list = map["status_list"]?.mapValue,
            list["lst"] == nil
        {
            list["lst"] = .string(Base64URL.encode(parts[2]))
            map["status_list"] = .map(list)
            if let text = try? DagJSON.encode(.map(map)) { claims = Array(text.utf8) }
        }
        let input = Base64URL.encode(parts[0]) + "." + Base64URL.encode(claims)
        guard let key = try? Party.owner.key() else { return input }
        return input + "." + Base64URL.encode(key.sign(Array(input.utf8)))
    }
}
