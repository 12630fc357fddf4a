import Glibc

/// Stands for the standard library's `Mutex` in this package alone, with the lock of the C library.
///
/// The sanitizer sees only what was built for it, or what it intercepts. Where the standard library's lock is contended
/// it is taken and given back inside of that library: two tasks that wait for each other look like two that do not.
public struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    /// A lock that nobody holds, and what it guards.
    public init(_ value: consuming sending Value) {
        lock = .allocate(capacity: 1)
        self.value = .allocate(capacity: 1)
        self.value.initialize(to: value)
        let failure = pthread_mutex_init(lock, nil)
        precondition(failure == 0)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
        value.deinitialize(count: 1)
        value.deallocate()
    }

    /// Runs something that nobody else runs at the same time.
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        let failure = pthread_mutex_lock(lock)
        precondition(failure == 0)
        defer { pthread_mutex_unlock(lock) }
        return try body(&value.pointee)
    }
}
