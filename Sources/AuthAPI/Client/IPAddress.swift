/// An IP address, as a number.
public enum IPAddress: Hashable, Sendable {
    /// An address of IP version 4, of 32 bits.
    case v4(UInt32)
    /// An address of IP version 6, of 128 bits.
    case v6(UInt128)

    /// Reads an address in its strict form: four decimal numbers without leading zeros, or groups of hexadecimal digits
    /// with at most one `::`. `nil` for every other way to write one: parts left out, octal or hexadecimal parts, one
    /// number for all, a zone, a dotted tail.
    ///
    /// Source: RFC 3986, section 3.2.2; RFC 4291, section 2.2.
    public init?(_ text: String) {
        if let number = IPAddress.dotted(text) {
            self = .v4(number)
        } else if let number = IPAddress.colons(text) {
            self = .v6(number)
        } else {
            return nil
        }
    }

    /// The address in network byte order: 4 or 16 bytes.
    var bytes: [UInt8] {
        switch self {
        case .v4(let number): stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
        case .v6(let number): stride(from: 120, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
        }
    }

    private static func dotted(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            // A leading zero is octal to some readers and decimal to others.
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part == "0" || part.first != "0", let byte = UInt8(part)
            else { return nil }
            number = number << 8 | UInt32(byte)
        }
        return number
    }

    private static func colons(_ text: String) -> UInt128? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard let first = halves.first, let before = groups(first) else { return nil }
        guard halves.count == 2 else { return halves.count == 1 && before.count == 8 ? number(before) : nil }
        guard let after = groups(halves[1]), before.count + after.count < 8 else { return nil }
        return number(before + [UInt16](repeating: 0, count: 8 - before.count - after.count) + after)
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        for part in text.split(separator: ":", omittingEmptySubsequences: false) {
            let isHex = part.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
            guard (1...4).contains(part.utf8.count), isHex, let group = UInt16(part, radix: 16) else { return nil }
            groups.append(group)
        }
        return groups
    }

    private static func number(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }
}

/// A range of IP addresses that begin with the same bits. Source: RFC 4632, section 3.1; RFC 4291, section 2.3.
public struct IPNetwork: Hashable, Sendable {
    private let first: IPAddress
    private let length: Int

    /// Reads `10.0.0.0/8` or `fd00::/8`; an address alone is a range of one. `nil` for what is no range, and where bits
    /// after the prefix are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first.flatMap({ IPAddress(String($0)) }) else { return nil }
        let width = first.bytes.count * 8
        self.first = first
        guard parts.count == 2 else {
            length = width
            return
        }
        guard let length = Int(parts[1]), (0...width).contains(length), parts[1] == "\(length)" else { return nil }
        self.length = length
        guard IPNetwork.prefix(first, length) == first else { return nil }
    }

    /// Whether an address is in the range. Those of the two versions are never in each other's.
    public func contains(_ address: IPAddress) -> Bool {
        switch (first, address) {
        case (.v4, .v4), (.v6, .v6): IPNetwork.prefix(address, length) == first
        default: false
        }
    }

    private static func prefix(_ address: IPAddress, _ length: Int) -> IPAddress {
        switch address {
        case .v4(let number): .v4(length == 0 ? 0 : number & ~0 << (32 - length))
        case .v6(let number): .v6(length == 0 ? 0 : number & ~0 << (128 - length))
        }
    }
}
