internal import Deflate
internal import IPLD

extension Container {
    /// How the DAG-CBOR of a container is written, named by the container's first byte.
    ///
    /// Source: UCAN container specification, section 2.2 ("Serialization"); RFC 4648, sections 4 and 5; RFC 1952.
    public enum Encoding: UInt8, Sendable, CaseIterable {
        /// As it is: `@`.
        case bytes = 0x40
        /// Base64 with padding: `B`.
        case base64 = 0x42
        /// Base64url without padding: `C`.
        case base64URL = 0x43
        /// Compressed with gzip: `M`.
        case gzip = 0x4D
        /// Compressed with gzip, then base64 with padding: `O`.
        case gzipBase64 = 0x4F
        /// Compressed with gzip, then base64url without padding: `P`.
        case gzipBase64URL = 0x50
    }
}

extension Container.Encoding {
    /// How bytes become text.
    private enum Base {
        case none, standard, url
    }

    private var base: Base {
        switch self {
        case .bytes, .gzip: .none
        case .base64, .gzipBase64: .standard
        case .base64URL, .gzipBase64URL: .url
        }
    }

    private var isCompressed: Bool {
        switch self {
        case .bytes, .base64, .base64URL: false
        case .gzip, .gzipBase64, .gzipBase64URL: true
        }
    }

    /// What stands behind the header byte for this content.
    func encode(_ content: [UInt8]) throws(CapabilityError) -> [UInt8] {
        var bytes = content
        if isCompressed {
            do { bytes = try Deflate.compress(content, format: .gzip) } catch { throw .limitExceeded }
        }
        return switch base {
        case .none: bytes
        case .standard: Array(Base64.encode(bytes, padded: true).utf8)
        case .url: Array(Base64URL.encode(bytes).utf8)
        }
    }

    /// The content of what stands behind the header byte; where nothing is encoded, the same memory.
    ///
    /// - Throws: ``CapabilityError/malformed`` for any other text than `encode` gives for the same bytes, and for
    ///   anything but one whole gzip member; ``CapabilityError/limitExceeded`` where that expands beyond `limit`.
    func decode(_ bytes: ArraySlice<UInt8>, limit: Int) throws(CapabilityError) -> ArraySlice<UInt8> {
        let data = try decodeBase(bytes)
        guard isCompressed else { return data }
        do { return try Deflate.decompress(data, format: .gzip, limit: limit)[...] } catch {
            throw CapabilityError(error)
        }
    }

    private func decodeBase(_ bytes: ArraySlice<UInt8>) throws(CapabilityError) -> ArraySlice<UInt8> {
        if base == .none { return bytes }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return try readingIPLD { () throws(IPLDError) in
            (base == .url ? try Base64URL.decode(text) : try Base64.decode(text, padded: true))[...]
        }
    }
}

extension CapabilityError {
    /// What a failure to expand means: too much is a limit, all else is malformed.
    init(_ error: DeflateError) {
        if case .tooLarge = error { self = .limitExceeded } else { self = .malformed }
    }
}
