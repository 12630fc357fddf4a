internal import IPLD

/// DAG-CBOR: what is accepted has no second encoding, and means the same in the other form.
enum CBORTarget {
    static func check(_ input: [UInt8]) {
        guard let value = try? DagCBOR.decode(input) else { return }
        require(try DagCBOR.encode(value) == input, "an accepted encoding is the one that is written")
        require(try DagCBOR.decode((([0xFF] + input)[1...])) == value, "a slice is read like an array")
        // The one thing that text cannot say is a string, or a map with bytes, under the reserved key.
        guard let text = try? DagJSON.encode(value) else { return }
        require(try DagJSON.decode(text, strict: true) == value, "the text of a value reads back as the value")
    }
}
