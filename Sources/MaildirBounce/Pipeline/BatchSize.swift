/// How many messages the next batch takes, at the most.
///
/// The first one is small, so that a run that is stopped soon has done something; the later ones are large: a batch writes
/// every page of the ledger's indexes that it touches, and many messages share a page.
struct BatchSize {
    private(set) var count: Int
    private let maximum: Int

    /// Messages of the first batch.
    private static let first = 1_000

    init(maximum: Int) {
        self.maximum = maximum
        count = min(Self.first, maximum)
    }

    /// Tells that a batch was committed.
    mutating func grow() { count = min(2 * count, maximum) }
}
