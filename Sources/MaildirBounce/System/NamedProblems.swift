/// Problems of one kind, of which only the first are told one by one: a list of a million broken lines is not a reason
/// to write a million warnings.
struct NamedProblems {
    /// How many are told; of the rest only the number is.
    static let limit = 20

    private(set) var count = 0

    /// Counts one.
    ///
    /// - Returns: whether it is one of those to be told.
    mutating func add() -> Bool {
        count += 1
        return count <= Self.limit
    }

    /// How many were not told.
    var untold: Int { max(0, count - Self.limit) }
}
