/// An address that another policy would treat differently.
package struct PolicyChange: Sendable, Equatable {
    package var address: String
    /// The suppression now; nil: it may be mailed.
    package var before: Suppression?
    package var after: Suppression?
}

extension LedgerStore {
    /// Calls `each` with the addresses whose suppression would differ at a time under another policy, for the whole
    /// ledger and without writing, until it returns false.
    ///
    /// Pruned events keep the effect of the policy of their time.
    package func simulate(
        _ other: Policy, at now: Int64, each: (PolicyChange) -> Bool
    ) throws(LedgerError) {
        let changes = try read { connection in
            let terms = try TermTable(connection, writes: false)
            let table = try AddressTable(connection, terms)
            let brake = try BrakeTable.statuses(connection, terms, under: other.brake)
            let mailings = try MailingDays(connection, terms)
            var changes = [PolicyChange]()
            try table.forEach(connection) { entry in
                let after = try table.derive(
                    entry.id, entry.address, policy: other, brake: brake, mailings: mailings
                ).suppression
                let change = PolicyChange(
                    address: entry.address, before: entry.state.suppression.flatMap { $0.holds(at: now) ? $0 : nil },
                    after: after.flatMap { $0.holds(at: now) ? $0 : nil })
                if (change.before == nil) != (change.after == nil) {
                    changes.append(change)
                }
            }
            return changes
        }
        for change in changes.sorted(by: { $0.address.utf8.lexicographicallyPrecedes($1.address.utf8) })
        where !each(change) { return }
    }
}
