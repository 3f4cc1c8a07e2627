import Ledger

/// Reads the feed of changes for another program, without our own addresses.
struct FeedReader {
    private let ledger: LedgerStore
    private let own: OwnAddresses

    init(_ ledger: LedgerStore, own: OwnAddresses) {
        self.ledger = ledger
        self.own = own
    }

    /// Whether a row concerns others.
    func takes(_ change: LedgerChange) -> Bool {
        if let address = change.address { return !own.contains(address) }
        return change.domain.map { own.domain(under: $0) == nil } ?? true
    }

    /// The next rows.
    ///
    /// - Throws: a failure with status 75 if a new epoch began.
    func next(after number: Int64, limit: Int, in epoch: String) throws -> [LedgerChange] {
        let (feed, rows) = try ledger.changes(after: number, limit: limit)
        guard feed.continues(after: number, in: epoch) else { throw Self.changed }
        return rows
    }

    /// Gives the lines of a snapshot to `write`, until it returns false.
    ///
    /// - Returns: the position from which the changes continue it.
    /// - Throws: a failure with status 75 if a new epoch began meanwhile.
    @discardableResult
    func snapshot(
        _ format: ListFormat, kinds: Set<LedgerChange.Kind> = [.suppressed], _ write: ([UInt8]) -> Bool
    ) throws -> FeedPosition? {
        var list: ChangeList?
        var position: FeedPosition?
        var goesOn = true
        let isWhole = try ledger.snapshot { feed in
            position = feed
            let new = ChangeList(format: format, epoch: feed.epoch)
            list = new
            if let header = new.header { goesOn = write(Array(header.utf8)) }
            if goesOn, let line = list?.line(.begin) { goesOn = write(line) }
        } each: { change in
            guard goesOn, kinds.contains(change.kind), takes(change) else { return goesOn }
            if let line = list?.line(change) { goesOn = write(line) }
            return goesOn
        }
        guard goesOn else { return nil }
        guard isWhole else { throw Self.changed }
        if let line = list?.line(.complete, number: position?.number) { goesOn = write(line) }
        return goesOn ? position : nil
    }

    private static var changed: Failure {
        Failure(ExitStatus.temporaryFailure, "the feed started over or lost rows meanwhile; run this again")
    }
}
