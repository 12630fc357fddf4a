import IPLD
import TestSupport
import Testing

/// Reading item by item, held against `DagCBOR.decode`, which takes everything apart.
struct InPlaceReadingTests {
    private func decoded(_ bytes: [UInt8]) -> Result<Value, IPLDError> {
        do { return .success(try DagCBOR.decode(bytes)) } catch { return .failure(error) }
    }

    /// What reading all of the bytes gives, where they stand behind others in a larger piece of memory.
    private func read<Content>(
        _ bytes: [UInt8], _ read: (inout CBORReader) throws(IPLDError) -> Content
    ) -> Result<Content, IPLDError> {
        let larger = [0xFF, 0x00] + bytes + [0x00]
        var reader = CBORReader(larger[2..<2 + bytes.count])
        do {
            let content = try read(&reader)
            try reader.finish()
            return .success(content)
        } catch { return .failure(error) }
    }

    @Test(arguments: 0..<20)
    func `an item is accepted as it is where it can be taken apart, and refused with the same error`(
        seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: 5_000 + seed)
        var (accepted, refused) = (0, 0)
        for round in 0..<150 {
            let bytes = try DagCBOR.encode(random.small())
            let damaged = round % 5 == 0 ? bytes : random.damaged(bytes, by: random.bytes(3))
            let item = read(damaged) { reader throws(IPLDError) in try reader.item() }
            switch decoded(damaged) {
            case .success(let value):
                #expect(try item.get().value == value && item.get().bytes == damaged[...], "seed \(seed)")
                accepted += 1
            case .failure(let error):
                #expect(item.error == error, "seed \(seed), \(damaged)")
                refused += 1
            }
            #expect(read(damaged) { reader throws(IPLDError) in try reader.value() } == decoded(damaged))
        }
        #expect(accepted > 10 && refused > 10, "seed \(seed): \(accepted) accepted, \(refused) refused")
    }

    @Test(arguments: 0...255 as ClosedRange<UInt8>)
    func `every first byte is read as where everything is taken apart`(first: UInt8) {
        var random = SeededGenerator(seed: 6_000 + UInt64(first))
        for count in [0, 1, 2, 3, 4, 7, 8, 9, 23, 24, 31, 40] {
            let bytes = [first] + (count % 2 == 0 ? random.bytes(count) : [UInt8](repeating: 0x61, count: count))
            let whole = decoded(bytes)
            #expect(read(bytes) { reader throws(IPLDError) in try reader.item() }.error == whole.error)

            let ofBytes = read(bytes) { reader throws(IPLDError) in Value.bytes(Array(try reader.byteString())) }
            #expect(ofBytes == (first >> 5 == 2 ? whole : .failure(.syntax(at: 0))))

            let text = read(bytes) { reader throws(IPLDError) in Array(try reader.unvalidatedText()) }
            if first >> 5 != 3 {
                #expect(text == .failure(.syntax(at: 0)))
            } else if whole.error == .invalidUTF8(at: 0) {
                // Its bytes are given as they are; there may be more behind them.
                if case .trailingBytes = text.error { continue }
                #expect(text.error == nil)
            } else {
                #expect(text.map { Value.string(String(decoding: $0, as: UTF8.self)) } == whole)
            }
        }
    }

    @Test func `a head gives the count of a list or map, and nothing else has one`() throws {
        var list = try CBORReader(hex("82 00 01")[...])
        #expect(try list.listCount() == 2)
        #expect(try list.value() == 0 && list.value() == 1)
        try list.finish()
        var map = try CBORReader(hex("a1 6161 01")[...])
        #expect(map.isAtMap)
        #expect(try map.mapCount() == 1)
        #expect(!map.isAtMap)
        for encoding in ["00", "20", "40", "60", "c0", "f6"] {
            var reader = try CBORReader(hex(encoding)[...])
            #expect(throws: IPLDError.syntax(at: 0)) { try reader.listCount() }
            reader = try CBORReader(hex(encoding)[...])
            #expect(throws: IPLDError.syntax(at: 0)) { try reader.mapCount() }
        }
    }

    @Test(arguments: ["98", "990001", "9801 00", "9f", "9c", "81", "82 00", "9b7fffffffffffffff"])
    func `a head of a list or map is as short as it can be and promises what is there`(list: String) throws {
        let bytes = try hex(list)
        let count = read(bytes) { reader throws(IPLDError) in try reader.listCount() }
        #expect(count.error != nil)
        #expect(count.error == decoded(bytes).error)
        // The same head of a map; of every two elements there has to be one byte more.
        let map = [bytes[0] + 0x20] + bytes.dropFirst()
        let entries = read(map) { reader throws(IPLDError) in try reader.mapCount() }
        #expect(entries.error != nil)
        #expect(entries.error == decoded(map).error)
    }

    @Test func `nothing is at the end`() {
        var reader = CBORReader([])
        #expect(!reader.isAtMap && reader.position == 0)
        #expect(throws: Never.self) { try reader.finish() }
        #expect(throws: IPLDError.truncated(at: 0)) { try reader.item() }
        #expect(throws: IPLDError.truncated(at: 0)) { try reader.byteString() }
        #expect(throws: IPLDError.truncated(at: 0)) { try reader.unvalidatedText() }
    }

    @Test(arguments: 0...3)
    func `an item may nest as deep as one that is taken apart`(depth: Int) throws {
        for nested in [Value.nested(depth), .nested(depth, around: ["k": 1])] {
            let bytes = try DagCBOR.encode(nested)
            for maxDepth in 0...4 {
                var reader = CBORReader(bytes[...], maxDepth: maxDepth)
                let whole = try refusal { try DagCBOR.decode(bytes, maxDepth: maxDepth) }
                #expect(try refusal { try reader.item() } == whole)
            }
        }
    }
}

extension Result where Failure == IPLDError {
    /// The error, where it failed.
    var error: IPLDError? {
        if case .failure(let error) = self { error } else { nil }
    }
}
