internal import CSodium

/// Secret bytes with one owner, zeroed when it goes.
///
/// Two kinds of memory: *guarded* (`sodium_malloc`: locked, with guard pages, left out of core dumps; costs about
/// 30 µs) for what lives for a request or longer, and *scratch* (the heap, zeroed on release) for what is derived and
/// used at once. Contents are read through a closure only.
///
/// This is the only type of the project that is `@unchecked Sendable`: its memory is never written after `init`.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    /// Which memory holds the bytes.
    public enum Memory: Sendable {
        case guarded
        case scratch
    }

    private let base: UnsafeMutablePointer<UInt8>
    private let memory: Memory
    /// The number of bytes.
    public let count: Int

    /// Memory of `count` bytes, written by `write` before anyone else sees it.
    ///
    /// - Throws: ``SodiumError/outOfMemory``, or what `write` throws; the memory is zeroed and released in that case.
    init(
        count: Int, in memory: Memory, writtenBy write: (UnsafeMutablePointer<UInt8>) throws(SodiumError) -> Void
    ) throws(SodiumError) {
        try Library.require()
        let target = try unsafe SecretBytes.allocate(count, in: memory)
        do throws(SodiumError) {
            try unsafe write(target)
        } catch {
            unsafe SecretBytes.release(target, count, in: memory)
            throw error
        }
        if memory == .guarded { _ = unsafe sodium_mprotect_readonly(target) }
        unsafe self.base = target
        self.memory = memory
        self.count = count
    }

    private static func allocate(_ count: Int, in memory: Memory) throws(SodiumError) -> UnsafeMutablePointer<UInt8> {
        let capacity = max(count, 1)
        switch memory {
        case .guarded:
            guard let raw = unsafe sodium_malloc(capacity) else { throw .outOfMemory }
            let target = unsafe raw.bindMemory(to: UInt8.self, capacity: capacity)
            unsafe target.initialize(repeating: 0, count: capacity)
            return unsafe target
        case .scratch:
            let target = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            unsafe target.initialize(repeating: 0, count: capacity)
            return unsafe target
        }
    }

    private static func release(_ base: UnsafeMutablePointer<UInt8>, _ count: Int, in memory: Memory) {
        switch memory {
        case .guarded:
            // sodium_free zeroes, and makes the memory writable itself.
            unsafe sodium_free(base)
        case .scratch:
            unsafe sodium_memzero(base, count)
            unsafe base.deallocate()
        }
    }

    /// A copy of bytes that exist already; the caller's copy stays as it is.
    public init(_ bytes: [UInt8], in memory: Memory) throws(SodiumError) {
        try unsafe self.init(count: bytes.count, in: memory) { target in
            for index in bytes.indices { unsafe target[index] = bytes[index] }
        }
    }

    /// `count` bytes that are made one by one, the first first, without a copy of them in ordinary memory.
    public init(count: Int, in memory: Memory, each byte: (Int) -> UInt8) throws(SodiumError) {
        try unsafe self.init(count: count, in: memory) { target in
            for index in 0..<count { unsafe target[index] = byte(index) }
        }
    }

    /// Fresh random bytes.
    public static func random(count: Int, in memory: Memory) throws(SodiumError) -> SecretBytes {
        try unsafe SecretBytes(count: count, in: memory) { target in unsafe randombytes_buf(target, count) }
    }

    deinit {
        unsafe SecretBytes.release(base, count, in: memory)
    }

    /// Lends the bytes for the length of the call; they must not be kept.
    public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe Span(_unsafeStart: base, count: count))
    }

    /// A copy of the bytes in ordinary memory, for what must leave the process (a session token, a grant key in its
    /// sealed answer).
    public borrowing func copyForTransfer() -> [UInt8] {
        withBytes { span in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(span.count)
            for index in span.indices { bytes.append(span[index]) }
            return bytes
        }
    }

    /// Calls libsodium with the address of the bytes.
    borrowing func withAddress<Result: ~Copyable>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        defer { SecretBytes.clearStack() }
        return unsafe body(UnsafePointer(base))
    }

    /// Zeroes the stack where functions have run that were given secrets. libsodium zeroes its own variables, but the
    /// compiler spills registers, and the loader saves all of them where a function is called for the first time.
    private static func clearStack() { sodium_stackzero(16_384) }

    /// Whether the operating system lets guarded memory be locked. `sodium_malloc` does not fail where locking does,
    /// so a service asks once at its start and says so.
    public static func canLockMemory(bytes: Int = 16_384) -> Bool {
        Library.isReady && dump_can_lock(bytes) != 0
    }
}
