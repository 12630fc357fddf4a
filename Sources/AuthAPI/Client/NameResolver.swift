internal import Foundation
internal import NIOPosix

/// Resolves a name to all its addresses, with one question; none where there is no answer.
typealias NameResolver = @Sendable (_ name: String) async -> [IPAddress]

/// The resolver of the operating system, on threads of its own: it blocks for as long as a name server takes.
enum SystemResolver {
    /// So many names are resolved at once; others wait. A name that its owner has answered slowly takes one of them.
    private static let threads = {
        let pool = NIOThreadPool(numberOfThreads: 16)
        pool.start()
        return pool
    }()

    /// Resolves a name. Where the caller goes away before a thread is free, nothing is asked.
    static let resolve: NameResolver = { name in
        (try? await threads.runIfActive { ask(name) }) ?? []
    }

    /// Source: getaddrinfo(3).
    private static func ask(_ name: String) -> [IPAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe address(entry.pointee) { addresses.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }

    /// The address stands behind family and port, of version 6 behind the flow label, too. Source: RFC 3493, section 3.3.
    private static func address(_ entry: addrinfo) -> IPAddress? {
        guard let pointer = unsafe entry.ai_addr else { return nil }
        let raw = UnsafeRawPointer(pointer)
        switch unsafe entry.ai_family {
        case AF_INET: return .v4(UInt32(bigEndian: unsafe raw.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        case AF_INET6: return .v6(UInt128(bigEndian: unsafe raw.loadUnaligned(fromByteOffset: 8, as: UInt128.self)))
        default: return nil
        }
    }
}
