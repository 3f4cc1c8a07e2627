/// Many short lists of numbers, most of them empty, one behind the other: a list of its own for each would be memory of its
/// own, thousands of times in every run.
struct NumberLists: Sendable {
    private let numbers: [Int]
    /// Where each list starts among the numbers, and where the last one ends.
    private let starts: [Int]

    /// - Parameter pairs: each number with the list that it is appended to, of which there are `count`.
    init(_ pairs: [(list: Int, number: Int)], count: Int) {
        var starts = Array(repeating: 0, count: count + 1)
        for pair in pairs { starts[pair.list + 1] += 1 }
        for list in 0..<count { starts[list + 1] += starts[list] }
        var next = starts
        var numbers = Array(repeating: 0, count: pairs.count)
        for pair in pairs {
            numbers[next[pair.list]] = pair.number
            next[pair.list] += 1
        }
        self.numbers = numbers
        self.starts = starts
    }

    /// The numbers of a list.
    subscript(_ list: Int) -> ArraySlice<Int> { numbers[starts[list]..<starts[list + 1]] }
}
