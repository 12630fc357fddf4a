internal import IPLD

/// DAG-JSON: what is accepted can be written, has one canonical text, and means the same in DAG-CBOR.
enum JSONTarget {
    static func check(_ input: [UInt8]) {
        guard let value = try? DagJSON.decode(input) else {
            require((try? DagJSON.decode(input, strict: true)) == nil, "strict reading accepts no more")
            return
        }
        guard let text = try? DagJSON.encode(value), let pretty = try? DagJSON.encode(value, pretty: true) else {
            return require(false, "what was read can be written")
        }
        require(try DagJSON.decode(text, strict: true) == value, "the canonical text reads back as the value")
        require(try DagJSON.decode(pretty) == value, "the indented text reads back as the value")
        let isStrict = (try? DagJSON.decode(input, strict: true)) != nil
        require(isStrict == (input == Array(text.utf8)), "strict reading accepts the canonical text alone")
        require(try DagCBOR.decode(DagCBOR.encode(value)) == value, "DAG-CBOR says the same")
    }
}
