import Bytes

extension LedgerStore {
    package static let policySetting = "policy"
    /// Which edition of the policy's defaults the ledger has.
    package static let editionSetting = "policy-edition"

    /// Derives every state again from the events, in one transaction. The result is the same as that of the commits,
    /// unless the policy or the program has changed.
    ///
    /// - Returns: how many addresses changed.
    @discardableResult
    package func rebuild() throws(LedgerError) -> Int {
        try write { connection in
            try LedgerStore.rebuild(connection, policy)
        }
    }

    /// The edition of the policy's defaults that a ledger keeps.
    static func edition(_ engine: any LedgerEngine) throws(LedgerError) -> Policy.Edition {
        let number = try engine.read { try SettingTable.integer(editionSetting, $0) }
        // A later edition is a later program's, which this one does not open.
        return number.flatMap { Policy.Edition(rawValue: Int($0)) } ?? .current
    }

    /// Derives the states again if they were derived under another policy.
    func adoptPolicy() throws(LedgerError) {
        if try read({ try LedgerStore.storedPolicy($0) }) == policy.signature { return }
        try write { connection in
            if engine.isShared {
                // If two hosts start at once, the second finds what the first has done.
                let known = try LedgerStore.storedPolicy(connection)
                if known == policy.signature { return }
                let isEmpty = try connection.integer("SELECT 1 FROM address LIMIT 1") == nil
                guard known == nil || isEmpty else { throw LedgerStore.otherPolicy(path) }
            }
            _ = try LedgerStore.rebuild(connection, policy)
        }
    }

    package static func otherPolicy(_ path: String) -> LedgerError {
        LedgerError(
            .configuration,
            "the ledger \(path) is kept under another policy than this host's: give all hosts that write to it the same "
                + "[policy], or bring the ledger to this one with maildir-bounce reprocess --rebuild")
    }

    static func storedPolicy(_ connection: any Connection) throws -> String? {
        try SettingTable.text(policySetting, connection)
    }

    static func rebuild(_ connection: any Connection, _ policy: Policy) throws -> Int {
        let terms = try TermTable(connection, writes: true)
        let table = try AddressTable(connection, terms)
        let writer = try AddressWriter(connection, terms)
        let brake = try BrakeTable(connection, terms, rule: policy.brake)
        try connection.run("DELETE FROM brake_member")
        if policy.brake != nil {
            try table.forEach(connection) { entry in
                let provider = try terms.number(CanonicalAddress.domain(ofCanonical: entry.address)) as Int64
                try table.forEachOutcome(entry.id) { event, _ in
                    let reason = try terms.number(event.reason.text) as Int64
                    try brake.add(entry.id, provider: provider, reason: reason, event, isCounted: true)
                }
            }
        }
        try brake.recount()
        try MailingDays.recount(connection)
        let mailings = try MailingDays(connection, terms)
        let changes = ChangeWriter(connection, terms)
        var (changed, isTold) = (0, false)
        try table.forEach(connection) { entry in
            let state = try table.derive(
                entry.id, entry.address, policy: policy, brake: brake.statuses, mailings: mailings)
            if state != entry.state {
                changed += 1
                isTold = try isTold || changes.isTold(from: entry.state, to: state)
                try writer.write(state, id: entry.id)
            }
            try writer.writeAccessKey(entry.address, id: entry.id)
        }
        try rebuildTally(connection)
        if isTold { try Feed.begin(connection) }
        try SettingTable.store(policy.signature, as: policySetting, connection)
        return changed
    }

    private static func rebuildTally(_ connection: any Connection) throws {
        try connection.run("DELETE FROM tally")
        try connection.run(
            """
            INSERT INTO tally (hour, class, origin, counted, duplicates)
            SELECT hour, class, origin, sum(counted), sum(duplicates) FROM (
                SELECT arrival / \(CalendarTime.secondsPerHour) AS hour, class, coalesce(origin, 0) AS origin,
                    count(*) - count(duplicate_of) AS counted, count(duplicate_of) AS duplicates
                FROM delivery WHERE \(CanaryTable.excluded) GROUP BY 1, 2, 3
                UNION ALL SELECT hour, class, origin, counted, duplicates FROM tally_pruned) AS hours
            GROUP BY 1, 2, 3
            """)
    }
}
