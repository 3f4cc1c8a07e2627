/// A table whose writers number the rows.
package enum NumberedTable: String {
    case delivery, address
}

/// Numbers that no row of a table has.
package final class RowNumbers {
    private var next: Int64
    private var end: Int64
    private let more: () throws -> Range<Int64>

    /// All from one on.
    package convenience init(next: Int64) {
        self.init(next..<Int64.max) { throw DamagedLedger() }
    }

    /// These, in their order.
    package convenience init(_ numbers: [Int64]) {
        var rest = numbers[...]
        self.init(0..<0) {
            guard let next = rest.popFirst() else { throw DamagedLedger() }
            return next..<next + 1
        }
    }

    /// Some, and then others, a range at a time.
    package init(_ first: Range<Int64>, more: @escaping () throws -> Range<Int64>) {
        (next, end, self.more) = (first.lowerBound, first.upperBound, more)
    }

    package func take() throws -> Int64 {
        if next == end {
            let range = try more()
            (next, end) = (range.lowerBound, range.upperBound)
        }
        defer { next += 1 }
        return next
    }
}
