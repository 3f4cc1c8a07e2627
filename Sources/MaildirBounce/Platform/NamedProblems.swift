/// Problems of one kind, of which only the first are reported one by one: a list with a million invalid lines should
/// not give a million warnings.
struct NamedProblems {
    /// How many are reported; the rest are only counted.
    static let limit = 20

    private(set) var count = 0

    /// Counts one.
    ///
    /// - Returns: whether it is to be reported.
    mutating func add() -> Bool {
        count += 1
        return count <= Self.limit
    }

    /// How many were not reported.
    var untold: Int { max(0, count - Self.limit) }
}
