extension String {
    /// Whether two texts have the same UTF-8 bytes: what is compared for authority is compared so, because `==` holds
    /// "é" and "e" with an accent for the same.
    public func hasSameBytes(as other: String) -> Bool {
        let (left, right) = (utf8Span.span, other.utf8Span.span)
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}
