extension LedgerStore {
    /// Writes actions by hand in one transaction, in the order in which they were taken; what is not an address is left
    /// out and told.
    ///
    /// An import of suppressions is the same thing: each with the time and the reason that the other system gives.
    ///
    /// - Returns: what became of each.
    @discardableResult
    package func record(_ actions: [ManualAction]) throws(LedgerError) -> [ActionOutcome] {
        try write { connection in
            try BatchWriter(connection, policy: policy).write(actions)
        }
    }

    /// Writes actions that come some at a time, such as the lines of a long list, in one transaction: all, or none.
    ///
    /// The ledger is locked for other writers from the first that are asked for until the end.
    ///
    /// - Parameters:
    ///   - next: gives the next actions, empty or not, until the end; or says that nothing is to be written.
    ///   - each: is told what became of them, before they are written for good.
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
                case .end: return true
                case .abandon: return nil
                }
            }
        }
        return done != nil
    }

    /// Leaves addresses out from a moment on, in seconds since 1970 UTC, until they are released.
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
