/// How large the flood is.
///
///     Flood [REQUESTS [KEYS [CONNECTIONS [HELD [SOURCES]]]]]
///     Flood --short
///
/// The short form is for busy machines: it looks at what was refused and in which order the owner is shown what came,
/// not at times.
struct FloodSize: Sendable {
    /// How many requests are sent, all together.
    let count: Int
    /// With how many keys.
    let keys: Int
    /// Over how many connections at a time.
    let connections: Int
    /// How many further connections are held open.
    let held: Int
    /// From how many addresses, 1 to 250.
    let sources: Int
    /// Whether the time counts until a genuine request is seen.
    let isTimed: Bool

    /// What the command line says, and the usual size where it says nothing.
    init(arguments: [String]) {
        let isShort = arguments.first == "--short"
        let usual = isShort ? [2_000, 200, 50, 400, 1] : [100_000, 10_000, 200, 1_000, 1]
        let given = arguments.compactMap { Int($0) }.prefix(usual.count)
        let numbers = Array(given) + usual.dropFirst(given.count)
        count = numbers[0]
        keys = numbers[1]
        connections = numbers[2]
        held = numbers[3]
        sources = min(max(numbers[4], 1), 250)
        isTimed = !isShort
    }
}
