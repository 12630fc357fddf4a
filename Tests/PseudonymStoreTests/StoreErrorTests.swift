import PseudonymStore
import Testing

struct StoreErrorTests {
    @Test(
        arguments: [
            .notFound, .alreadyExists, .notPending, .replayed, .revoked, .full, .newerVersion(file: "/f"), .inUse,
            .openPermissions(file: "/f"), .malformedFile(file: "/f"), .notAKey(file: "/f"),
            .system(file: "/f", code: 13),
            .database(code: 2_067),
        ] as [StoreError])
    func `every error is told in words`(error: StoreError) {
        let text = "\(error)"
        #expect(!text.isEmpty)
        #expect(text.contains(" ") || text == "full" || text == "revoked")
        #expect(!text.contains("file:"))
    }
}
