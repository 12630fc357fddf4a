internal import Capabilities
internal import DumpIdentity

/// Containers: what is read, written and read again is the same set of tokens, and is written in one way.
enum ContainerTarget {
    static func check(_ input: [UInt8]) {
        guard let container = try? Container(decoding: input) else { return }
        require(container.tokens.count <= Container.maximumTokens, "a container holds no more than it may")
        guard let written = try? container.encoded() else { return require(false, "what was read can be written") }
        // What came compressed may be too large without compression.
        guard written.count <= Container.maximumLength else { return }
        guard let again = try? Container(decoding: written) else {
            return require(false, "what was written can be read")
        }
        require(Set(again.tokens) == Set(container.tokens), "the tokens are the same")
        require(again.tokens.count == Set(again.tokens).count, "no token is written twice")
        require(try again.encoded() == written, "a set of tokens has one container")
        let delegations = try? container.delegations()
        for delegation in delegations ?? [] {
            require(container.tokens.contains(delegation.envelope.bytes), "a delegation is one of the tokens")
        }
        if let invocation = try? container.invocation() {
            require(container.tokens.contains(invocation.envelope.bytes), "the invocation is one of the tokens")
        }
    }
}
