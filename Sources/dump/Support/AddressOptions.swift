internal import ArgumentParser
internal import AuthAPI

/// Options of every command that calls an address which somebody else wrote.
struct AddressOptions: ParsableArguments {
    @Flag(help: "Call this machine's own addresses, too, and over HTTP; for development.")
    var allowLoopback = false

    @Option(
        name: .customLong("allow-network"),
        help: ArgumentHelp(
            "A network that may be called over HTTPS though not everyone can reach it; may be repeated.",
            valueName: "cidr"))
    var networks: [String] = []

    func policy() throws(CommandError) -> AddressPolicy {
        AddressPolicy(allowsLoopback: allowLoopback, networks: try AddressOptions.networks(networks))
    }

    /// Networks, as they were typed.
    static func networks(_ texts: [String]) throws(CommandError) -> [IPNetwork] {
        var networks: [IPNetwork] = []
        for text in texts {
            guard let network = IPNetwork(text) else {
                throw .usage("\(Output.safe(text)): a network is written as 10.0.0.0/8 or fd00::/8")
            }
            networks.append(network)
        }
        return networks
    }
}
