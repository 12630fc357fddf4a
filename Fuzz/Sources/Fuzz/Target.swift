/// What is fuzzed. A target reads an input of any bytes, and ends the program where a property does not hold.
enum Target: String, CaseIterable {
    case cbor
    case json
    case envelope
    case container
    case policy
    case status
    case account

    /// Runs one input.
    func check(_ input: [UInt8]) {
        switch self {
        case .cbor: CBORTarget.check(input)
        case .json: JSONTarget.check(input)
        case .envelope: EnvelopeTarget.check(input)
        case .container: ContainerTarget.check(input)
        case .policy: PolicyTarget.check(input)
        case .status: StatusTarget.check(input)
        case .account: AccountTarget.check(input)
        }
    }
}
