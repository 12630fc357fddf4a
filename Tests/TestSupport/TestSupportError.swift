/// Why what a test reads is not as the test needs it.
public enum TestSupportError: Error, Equatable {
    /// A text is not bytes in hexadecimal.
    case notHexadecimal
    /// Something is not there, or of another kind; the text is its name.
    case missing(String)
}
