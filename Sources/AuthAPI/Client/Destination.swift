internal import DumpIdentity

/// Where a call goes: the parts of a node's address.
struct Destination: Sendable {
    /// What stands in the URL's place of a host.
    enum Host: Equatable, Sendable {
        /// An address, written in its strict form.
        case address(IPAddress)
        /// A name, to be resolved.
        case name(String)
    }

    let host: Host
    let port: Int
    let isSecure: Bool
    /// Host and port as written: the `Host` field.
    let authority: String
    /// What stands before every path.
    let basePath: String

    /// The parts of an address; `nil` where its host is neither an address in its strict form nor a name.
    init?(_ node: NodeAddress) {
        isSecure = node.string.hasPrefix("https://")
        let rest = node.string.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" }
        self.authority = String(authority)
        basePath = String(rest.dropFirst(authority.count))
        // `NodeAddress` has seen to it that brackets close and ports are numbers.
        let isBracketed = authority.first == "["
        let host = isBracketed ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        let port = authority.dropFirst(host.count + (isBracketed ? 2 : 0))
        self.port = Int(port.dropFirst()) ?? (isSecure ? 443 : 80)
        let text = String(host)
        if let address = IPAddress(text) {
            self.host = .address(address)
        } else if !isBracketed, Destination.isName(text) {
            self.host = .name(text)
        } else {
            return nil
        }
    }

    /// Host and port in one spelling: what a breaker is for. In the address a port may be left out or have leading zeros,
    /// and version 6 of IP has many ways to write one address.
    var place: String {
        switch host {
        case .address(let address): "\(address) \(port)"
        case .name(let name): "\(name) \(port)"
        }
    }

    /// Whether the host says by itself that it is this machine.
    var isLoopbackAsWritten: Bool {
        switch host {
        case .address(let address): SpecialAddresses.isLoopback(address)
        case .name(let name): name == "localhost"
        }
    }

    /// Letters, digits and inner hyphens in labels of at most 63 bytes. No final dot: what a certificate, a `Host` field
    /// and a breaker are for has one spelling. No last label that is a number: resolvers take such names for addresses
    /// (`127.1`, `2130706433`, `0x7f.1`). Source: RFC 1123, section 2.1; WHATWG URL, "ends in a number".
    private static func isName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last else { return false }
        let isNumber = last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.hasPrefix("0x")
        return !isNumber
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            }
    }
}

extension Destination {
    /// Whether a path is one that can stand in a request: it begins with `/` and has no white space, control character,
    /// fragment or other than ASCII.
    static func isTarget(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/")
            && path.utf8.allSatisfy {
                (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\")
            }
    }
}

extension NodeAddress {
    /// Whether another address leads to the same place, in whatever way host and port are written.
    func leads(where other: NodeAddress) -> Bool {
        guard let here = Destination(self), let there = Destination(other) else { return self == other }
        return here.place == there.place && here.basePath.utf8.elementsEqual(there.basePath.utf8)
    }
}
