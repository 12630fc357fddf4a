extension [UInt8] {
    /// A copy with some bits of the byte at `index` changed.
    public func altered(at index: Int, by bits: UInt8 = 0x01) -> [UInt8] {
        var copy = self
        copy[index] ^= bits
        return copy
    }
}
