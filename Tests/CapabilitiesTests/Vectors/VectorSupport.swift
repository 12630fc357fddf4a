import Capabilities
import DumpIdentity
import IPLD
import Sodium
import Synchronization
import TestSupport
import Testing

extension RandomSource {
    /// A source that gives these byte strings one after the other, then nothing.
    static func vector(_ strings: [[UInt8]]) -> RandomSource {
        let next = Next(strings)
        return RandomSource { _ in next.take() }
    }

    private final class Next: Sendable {
        private let rest: Mutex<ArraySlice<[UInt8]>>
        init(_ strings: [[UInt8]]) { rest = Mutex(strings[...]) }
        func take() -> [UInt8] { rest.withLock { $0.popFirst() ?? [] } }
    }
}

extension VectorFields {
    /// A list of profile fields.
    func fields(_ key: String) throws -> [ProfileField] { try texts(key).map { try ProfileField(named: $0) } }
}

/// The name of the error that is thrown; empty where none is.
func vectorRefusal(of body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch let error as CapabilityError {
        return error.name
    } catch { return "\(error)" }
}

/// Expects that a reader refuses the bytes with any one bit altered.
func expectVectorRefusals(
    of bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation, by read: ([UInt8]) throws -> Void
) {
    for index in bytes.indices {
        #expect(throws: CapabilityError.self, "byte \(index)", sourceLocation: sourceLocation) {
            try read(bytes.altered(at: index))
        }
    }
}
