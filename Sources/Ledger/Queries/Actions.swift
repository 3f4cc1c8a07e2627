extension LedgerStore {
    /// Writes actions by hand in one transaction, in the order in which they were taken; texts that are not addresses
    /// are left out and reported.
    ///
    /// An import of suppressions works the same way: each has the time and the reason that the other system gives.
    ///
    /// - Returns: the outcome of each.
    @discardableResult
    package func record(_ actions: [ManualAction]) throws(LedgerError) -> [ActionOutcome] {
        try write { connection in
            try BatchWriter(connection, policy: policy).write(actions)
        }
    }

    /// Writes actions that come in pages, such as the lines of a long list, in one transaction: all, or none.
    ///
    /// The ledger is locked for other writers from the first page until the end.
    ///
    /// - Parameters:
    ///   - next: returns the next actions, possibly none, until the end; or says that nothing is to be written.
    ///   - each: is called with their outcomes, before they are committed.
    /// - Returns: whether they were written.
    @discardableResult
    package func record(
        from next: () -> ActionPage, each: ([ActionOutcome]) -> Void
    ) throws(LedgerError) -> Bool {
        let done: Bool? = try writeOrAbandon { connection in
            let writer = try BatchWriter(connection, policy: policy)
            while true {
                switch next() {
                case .actions(let actions): each(try writer.write(actions))
                case .domains(let actions): each(try LedgerStore.write(actions, connection))
                case .end: return true
                case .abandon: return nil
                }
            }
        }
        return done != nil
    }

    /// Suppresses addresses from a time on, in seconds since 1970 UTC, until they are released.
    @discardableResult
    package func suppress(
        _ addresses: [String], reason: String = ManualAction.plainReason, note: String? = nil, author: String? = nil,
        at: Int64
    ) throws(LedgerError) -> [ActionOutcome] {
        try record(
            addresses.map {
                ManualAction(address: $0, kind: .suppress, reason: reason, at: at, author: author, note: note)
            })
    }

    /// Lets addresses be mailed again, whatever suppressed them. Mail that arrived before does not undo it; a bounce
    /// that arrives after it counts again.
    @discardableResult
    package func release(
        _ addresses: [String], reason: String = ManualAction.plainReason, note: String? = nil, author: String? = nil,
        at: Int64
    ) throws(LedgerError) -> [ActionOutcome] {
        try record(
            addresses.map {
                ManualAction(address: $0, kind: .release, reason: reason, at: at, author: author, note: note)
            })
    }
}
