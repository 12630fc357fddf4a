/// Things by the moment of their end, the earliest first: a binary heap. Adding and taking out cost a logarithm.
struct ExpiryQueue<Element: Sendable>: Sendable {
    private(set) var items: [(end: Int64, element: Element)] = []

    mutating func add(_ element: Element, end: Int64) {
        items.append((end, element))
        var child = items.count - 1
        while child > 0, items[child].end < items[(child - 1) / 2].end {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the one that ends first, if it ends at this time or before.
    mutating func take(endingBy time: Int64) -> Element? {
        guard let first = items.first, first.end <= time else { return nil }
        items.swapAt(0, items.count - 1)
        items.removeLast()
        var parent = 0
        while true {
            var earliest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count {
                if items[child].end < items[earliest].end { earliest = child }
            }
            guard earliest != parent else { return first.element }
            items.swapAt(earliest, parent)
            parent = earliest
        }
    }
}
