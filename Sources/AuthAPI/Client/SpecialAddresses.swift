/// Which addresses are those of hosts that everyone can reach.
///
/// Source: IANA registries of special-purpose addresses (RFC 6890, RFC 8190); of IP version 6, what is assigned as global
/// unicast (2000::/3).
enum SpecialAddresses {
    /// Ranges of IP version 4 that are not, or are not for hosts.
    static let v4 = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    ]
    /// Ranges within 2000::/3 that are not, or are not for hosts: assignments to protocols, with Teredo, benchmarking
    /// and ORCHID; documentation; 6to4, which may lead anywhere; AS112.
    static let v6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"]

    private static let networks = (v4 + v6).compactMap(IPNetwork.init)
    private static let globalUnicast = IPNetwork("2000::/3")
    private static let translated = IPNetwork("64:ff9b::/96")
    private static let loopback = ["127.0.0.0/8", "::1"].compactMap(IPNetwork.init)

    /// Whether an address is one of a host that everyone can reach. What a translator of addresses makes of one of IP
    /// version 4 (RFC 6052) is not asked here: see ``embedded(in:)``.
    static func isPublic(_ address: IPAddress) -> Bool {
        if case .v6 = address, globalUnicast?.contains(address) != true { return false }
        return !networks.contains { $0.contains(address) }
    }

    /// The address of IP version 4 that a translator (NAT64) reaches under this one. Source: RFC 6052, section 2.1.
    static func embedded(in address: IPAddress) -> IPAddress? {
        guard case .v6(let number) = address, translated?.contains(address) == true else { return nil }
        return .v4(UInt32(truncatingIfNeeded: number))
    }

    /// Whether an address is one of this machine itself.
    static func isLoopback(_ address: IPAddress) -> Bool { loopback.contains { $0.contains(address) } }
}
