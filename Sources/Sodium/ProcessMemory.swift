internal import CSodium

/// What keeps the memory of a process that holds keys from files and from other processes.
public enum ProcessMemory {
    /// Turns core dumps off, and keeps processes of the same user from reading this one's memory.
    ///
    /// - Returns: whether both were done.
    public static func close() -> Bool { dump_close_memory() == 0 }

    /// Whether core dumps are off, and other processes of the user kept out.
    public static var isClosed: Bool { dump_memory_is_closed() != 0 }

    /// How much memory may be locked at once, in bytes; `nil` for any amount.
    public static var lockLimit: UInt64? {
        let limit = dump_lock_limit()
        return limit == .max ? nil : limit
    }
}
