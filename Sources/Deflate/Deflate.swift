internal import CZlib

/// What compression and decompression refuse.
public enum DeflateError: Error, Equatable, Sendable {
    /// The input is not a whole stream of the format, or is followed by other bytes.
    case malformed
    /// The output would be longer than the limit, in bytes.
    case tooLarge(limit: Int)
    /// zlib could not get memory.
    case outOfMemory
}

/// DEFLATE through the system's zlib.
public enum Deflate {
    /// The wrapper around the compressed data.
    public enum Format: Sendable {
        /// RFC 1950.
        case zlib
        /// RFC 1952.
        case gzip

        /// zlib's window argument: 15 for the largest window, plus 16 for gzip.
        var windowBits: Int32 {
            switch self {
            case .zlib: 15
            case .gzip: 31
            }
        }
    }

    /// Compresses at the highest level.
    ///
    /// - Throws: ``DeflateError/outOfMemory``.
    public static func compress(_ input: [UInt8], format: Format) throws(DeflateError) -> [UInt8] {
        let stream = unsafe newStream()
        defer { unsafe stream.deallocate() }
        guard unsafe dump_deflate_init(stream, Z_BEST_COMPRESSION, format.windowBits) == Z_OK else {
            throw .outOfMemory
        }
        defer { unsafe _ = deflateEnd(stream) }
        let bound = Int(unsafe deflateBound(stream, UInt(input.count)))
        return try unsafe run(stream, input: input[...], capacity: bound, limit: bound) {
            unsafe deflate($0, Z_FINISH)
        }
    }

    /// Decompresses one whole stream of at most `limit` bytes; memory is taken as output appears, never ahead of it.
    ///
    /// - Throws: ``DeflateError/malformed``, ``DeflateError/tooLarge(limit:)``, ``DeflateError/outOfMemory``.
    public static func decompress(_ input: [UInt8], format: Format, limit: Int) throws(DeflateError) -> [UInt8] {
        try decompress(input[...], format: format, limit: limit)
    }

    /// Decompresses one whole stream that fills a slice, as the function for arrays does.
    ///
    /// - Throws: ``DeflateError/malformed``, ``DeflateError/tooLarge(limit:)``, ``DeflateError/outOfMemory``.
    public static func decompress(
        _ input: ArraySlice<UInt8>, format: Format, limit: Int
    ) throws(DeflateError) -> [UInt8] {
        let stream = unsafe newStream()
        defer { unsafe stream.deallocate() }
        guard unsafe dump_inflate_init(stream, format.windowBits) == Z_OK else { throw .outOfMemory }
        defer { unsafe _ = inflateEnd(stream) }
        let capacity = min(limit, 4 * input.count + 64)
        return try unsafe run(stream, input: input, capacity: capacity, limit: limit) {
            unsafe inflate($0, Z_NO_FLUSH)
        }
    }

    /// A zeroed stream at an address that stays: zlib keeps a pointer back to it and refuses a copy.
    private static func newStream() -> UnsafeMutablePointer<z_stream> {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        return unsafe stream
    }

    /// Feeds all of `input` through `step` until the stream ends, with the output in chunks.
    private static func run(
        _ stream: UnsafeMutablePointer<z_stream>, input: ArraySlice<UInt8>, capacity: Int, limit: Int,
        step: (UnsafeMutablePointer<z_stream>) -> Int32
    ) throws(DeflateError) -> [UInt8] {
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: max(capacity, 64))
        let ended = unsafe input.withUnsafeBufferPointer { source -> Result<Bool, DeflateError> in
            // zlib only reads here: its type is older than const.
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            unsafe stream.pointee.avail_in = UInt32(source.count)
            while true {
                let (status, produced) = unsafe chunk.withUnsafeMutableBufferPointer { target in
                    unsafe stream.pointee.next_out = target.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(target.count)
                    let status = unsafe step(stream)
                    return (status, target.count - Int(unsafe stream.pointee.avail_out))
                }
                guard output.count + produced <= limit else { return .failure(.tooLarge(limit: limit)) }
                output += chunk.prefix(produced)
                switch status {
                case Z_STREAM_END: return .success(unsafe stream.pointee.avail_in == 0)
                case Z_OK where produced > 0: continue
                case Z_MEM_ERROR: return .failure(.outOfMemory)
                default: return .success(false)
                }
            }
        }
        guard try ended.get() else { throw .malformed }
        return output
    }
}
