/// Many short lists of numbers, most of them empty, one after the other.
struct NumberLists: @unchecked Sendable {
    /// Where each list starts among the numbers, and where the last one ends.
    private let starts: UnsafeBufferPointer<UInt32>
    private let numbers: UnsafeBufferPointer<UInt32>

    init(_ table: RuleTable, starts: RuleTable.Section, numbers: RuleTable.Section) {
        self.starts = table.numbers(starts)
        self.numbers = table.numbers(numbers)
    }

    /// The numbers of a list.
    subscript(_ list: Int) -> Slice<UnsafeBufferPointer<UInt32>> { numbers[Int(starts[list])..<Int(starts[list + 1])] }
}
