/// Where the status of a grant stands: the claim `{"status_list": {"idx", "uri"}}`.
///
/// Source: Token Status List, "Referenced Token".
public struct StatusReference: Sendable, Equatable {
    /// The index in the list.
    public let index: Int
    /// The URI of the list, at most 512 bytes; compared byte for byte with the list's own name.
    public let uri: String

    /// A reference to a status.
    public init(index: Int, uri: String) {
        self.index = index
        self.uri = uri
    }
}
