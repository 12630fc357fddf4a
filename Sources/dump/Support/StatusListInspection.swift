internal import Capabilities
internal import DumpIdentity
internal import IPLD

/// A status list, shown without the list itself: how long it is, and how many of its bits are set.
struct StatusListInspection {
    /// The token.
    let text: String
    /// The time to judge by, in Unix seconds.
    let time: Int64

    /// What is shown; `nil` where it is no JWT.
    func value() -> Map? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = json(parts[0]), let claims = json(parts[1]) else {
            return nil
        }
        var shown = Map()
        shown["header"] = .map(header)
        shown["signature"] = "not checked"
        var shownClaims = claims
        if var list = claims["status_list"]?.mapValue, let compressed = list["lst"]?.stringValue {
            list["lst"] = .string("\(compressed.utf8.count) characters; not shown")
            shownClaims["status_list"] = .map(list)
        }
        shown["claims"] = .map(shownClaims)
        check(claims, &shown)
        return shown
    }

    /// Checks the token by what it says itself; who should have signed it only a grant tells.
    private func check(_ claims: Map, _ shown: inout Map) {
        let (signedAt, end) = (claims["iat"]?.intValue, claims["exp"]?.intValue)
        if let signedAt, let end, end > 0 {
            // The first second that `exp` names is no longer valid, and a minute's lead of the signer is let pass.
            shown["time"] = TimeState(from: max(signedAt, 60) - 60, until: end - 1, at: time).value
        }
        guard let issuer = try? Principal(did: claims.text("iss")) else {
            return shown.refuse(.malformed, "the issuer is no did:key")
        }
        do {
            let token = try StatusListToken(
                verifying: text, issuer: issuer, uri: claims.text("sub"), at: signedAt ?? time)
            shown["signature"] = "right"
            shown["reason"] = "by the key that the list names itself; whose it must be stands in the grant"
            shown["statuses"] = .int(Int64(token.list.count))
            shown["revoked"] = .int(Int64(token.list.bytes.reduce(0) { $0 + $1.nonzeroBitCount }))
        } catch {
            if error == .invalidSignature { shown["signature"] = "wrong" }
            shown.refuse(error)
        }
    }

    private func json(_ part: Substring) -> Map? {
        (try? DagJSON.decode(Base64URL.decode(part)))?.mapValue
    }
}
