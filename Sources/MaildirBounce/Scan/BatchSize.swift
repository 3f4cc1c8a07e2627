/// The maximum number of messages in the next batch.
///
/// The first batch is small, so that a run that is stopped early has done something; the later ones are large: a batch
/// writes every page of the ledger's indexes that it touches, and many messages share a page. The last ones are small
/// again: while a batch is committed the next messages are read, and after the last batch there is nothing to read.
struct BatchSize {
    private(set) var count: Int
    private let maximum: Int

    /// Messages of the first batch.
    private static let first = 1_000
    /// Messages of a batch that the number of those left does not make smaller.
    private static let least = 500

    init(maximum: Int) {
        self.maximum = maximum
        count = min(Self.first, maximum)
    }

    /// Records that a batch was committed, and how many messages are left, if known.
    mutating func next(left: Int = .max) { count = min(2 * count, maximum, max(Self.least, left / 2)) }
}
