/// The base URL of a node: `http` or `https`, a host, perhaps a port and a path; no user, query, fragment or final `/`.
///
/// Source: RFC 3986, section 3, restricted to what a node address needs.
public struct NodeAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as written, without a final `/`.
    public let string: String

    /// Reads an address of at most 255 bytes.
    ///
    /// - Throws: ``IdentityError/invalidAddress``.
    public init(_ text: String) throws(IdentityError) {
        guard text.utf8.count <= 255 else { throw .invalidAddress }
        let string = text.utf8.last == UInt8(ascii: "/") ? String(Substring(text.utf8.dropLast())) : text
        guard let scheme = ["https://", "http://"].first(where: { string.hasPrefix($0) }) else {
            throw .invalidAddress
        }
        let rest = string.utf8.dropFirst(scheme.utf8.count)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") }
        guard NodeAddress.isAuthority(Array(authority)),
            NodeAddress.isPath(Array(rest.dropFirst(authority.count)))
        else { throw .invalidAddress }
        self.string = string
    }

    /// The address of something on this node; `path` begins with `/`.
    public func appending(_ path: String) -> String { string + path }

    /// The address as text.
    public var description: String { string }

    private static func isAuthority(_ bytes: [UInt8]) -> Bool {
        var host = bytes[...]
        var port: ArraySlice<UInt8> = []
        if host.first == UInt8(ascii: "[") {
            guard let close = host.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let tail = host[(close + 1)...]
            let address = host[(host.startIndex + 1)..<close]
            guard address.count >= 2, address.allSatisfy({ $0.isHexDigit || $0 == UInt8(ascii: ":") }) else {
                return false
            }
            if tail.isEmpty { return true }
            guard tail.first == UInt8(ascii: ":") else { return false }
            port = tail.dropFirst()
            return isPort(port)
        }
        if let colon = host.firstIndex(of: UInt8(ascii: ":")) {
            port = host[(colon + 1)...]
            host = host[..<colon]
            guard isPort(port) else { return false }
        }
        return !host.isEmpty && host.first != UInt8(ascii: ".")
            && host.allSatisfy {
                $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }

    private static func isPort(_ digits: ArraySlice<UInt8>) -> Bool {
        guard (1...5).contains(digits.count), digits.allSatisfy(\.isDigit) else { return false }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (1...65_535).contains(number)
    }

    private static func isPath(_ bytes: [UInt8]) -> Bool {
        let allowed = bytes.allSatisfy {
            $0.isLowercaseLetter || $0.isDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                || "-._~/".utf8.contains($0)
        }
        let segments = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        return allowed && segments.allSatisfy { !$0.isEmpty && !$0.allSatisfy { $0 == UInt8(ascii: ".") } }
    }
}

extension UInt8 {
    /// Whether this is the ASCII code of a hexadecimal digit in lower case.
    var isHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self) }
}
