import Bytes

/// What was compared, and the differences.
package struct Verification: Sendable, Equatable {
    package var addresses = 0
    package var reports = 0
    /// The first differences, as sentences.
    package var differences: [String] = []
    package var differenceCount = 0

    fileprivate let limit: Int

    fileprivate init(limit: Int) { self.limit = limit }

    fileprivate mutating func add(_ difference: String, count: Int = 1) {
        differenceCount += count
        if differences.count < limit { differences.append(difference) }
    }
}

extension LedgerStore {
    /// Compares everything derived from the events (counters, streaks, suppressions, the brake's counts and the totals
    /// of the hours) with the events. Writes nothing.
    ///
    /// - Parameter limit: how many differences are named.
    package func verify(limit: Int) throws(LedgerError) -> Verification {
        let policy = self.policy
        return try read { connection in
            var result = Verification(limit: limit)
            let stored = try LedgerStore.storedPolicy(connection)
            if stored != policy.signature {
                result.add(
                    "the states follow from another policy than this host's; reprocess --rebuild derives them again")
                return result
            }
            try LedgerStore.verifyStates(connection, policy, &result)
            try LedgerStore.verifyRows(connection, &result)
            return result
        }
    }

    private static func verifyStates(
        _ connection: any Connection, _ policy: Policy, _ result: inout Verification
    ) throws {
        let terms = try TermTable(connection, writes: false)
        let table = try AddressTable(connection, terms)
        let statuses = try BrakeStatuses(connection, terms)
        let mailings = try MailingDays(connection, terms)
        var members = RowSum()
        try table.forEach(connection) { entry in
            result.addresses += 1
            let state = try table.derive(entry.id, entry.address, policy: policy, brake: statuses, mailings: mailings)
            if state != entry.state {
                result.add("\(entry.address): the counters are not those of its events")
            }
            guard policy.brake != nil else { return }
            let provider = try terms.known(CanonicalAddress.domain(ofCanonical: entry.address)) ?? 0
            var hours: [[Int64]: Int64] = [:]
            try table.forEachOutcome(entry.id) { event, _ in
                guard event.isBraked else { return }
                let hour = [provider, try terms.known(event.reason.text) ?? 0, event.hour, entry.id]
                hours[hour] = max(hours[hour] ?? 0, event.weight)
            }
            for (hour, weight) in hours { members.add((hour + [weight]).map(RowValue.integer)) }
        }
        var stored = RowSum()
        let select = try connection.prepareScan("SELECT provider, reason, hour, address, weight FROM brake_member")
        while try select.step() { stored.add((0..<5).map { .integer(select.integer($0)) }) }
        if members != stored { result.add("the brake does not count the addresses that the events name") }
    }

    private static func verifyRows(_ connection: any Connection, _ result: inout Verification) throws {
        result.reports = Int(try connection.integer("SELECT count(*) FROM delivery") ?? 0)
        let bits = LedgerLimits.ordinalBits
        let faults = [
            (
                "suppressed domains without a reason",
                "domain AS d LEFT JOIN term AS t ON t.id = d.reason WHERE t.id IS NULL"
            ),
            (
                "outcomes of no report",
                "outcome AS o LEFT JOIN delivery AS d ON d.id = o.id >> \(bits) WHERE d.id IS NULL"
            ),
            (
                "captured texts of no report that counts",
                "captured AS c LEFT JOIN delivery AS d ON d.id = c.delivery AND d.duplicate_of IS NULL WHERE d.id IS NULL"
            ),
            (
                "outcomes of an address without a row",
                "outcome AS o LEFT JOIN address AS a ON a.id = o.address WHERE o.address IS NOT NULL AND a.id IS NULL"
            ),
            (
                "copies of a report that is not there",
                "delivery AS c LEFT JOIN delivery AS d ON d.id = c.duplicate_of AND d.duplicate_of IS NULL "
                    + "WHERE c.duplicate_of IS NOT NULL AND d.id IS NULL"
            ),
            (
                "hours in which the brake's count is not that of its addresses",
                """
                (SELECT coalesce(h.provider, m.provider) FROM brake_hour AS h LEFT JOIN (
                    SELECT provider, reason, hour, count(*) AS members, sum(weight) AS votes,
                        count(CASE WHEN weight > \(BrakeTimeline.vote) THEN 1 END) AS vouched
                    FROM brake_member GROUP BY 1, 2, 3) AS m
                    ON m.provider = h.provider AND m.reason = h.reason AND m.hour = h.hour
                WHERE h.addresses <> h.folded + coalesce(m.members, 0)
                    OR h.votes <> h.folded_votes + coalesce(m.votes, 0)
                    OR h.vouched <> h.folded_vouched + coalesce(m.vouched, 0)) AS wrong
                """
            ),
            (
                "hours of which the sums are not those of the reports",
                """
                (SELECT hour, class, origin, sum(counted) AS counted, sum(duplicates) AS duplicates FROM (
                    SELECT arrival / \(CalendarTime.secondsPerHour) AS hour, class, coalesce(origin, 0) AS origin,
                        count(*) - count(duplicate_of) AS counted, count(duplicate_of) AS duplicates
                    FROM delivery WHERE \(CanaryTable.excluded) GROUP BY 1, 2, 3
                    UNION ALL SELECT hour, class, origin, counted, duplicates FROM tally_pruned
                    UNION ALL SELECT hour, class, origin, -counted, -duplicates FROM tally) AS rows
                GROUP BY 1, 2, 3 HAVING sum(counted) <> 0 OR sum(duplicates) <> 0) AS wrong
                """
            ),
        ]
        for (what, rows) in faults {
            let count = Int(try connection.integer("SELECT count(*) FROM \(rows)") ?? 0)
            if count > 0 { result.add("\(count) \(what)", count: count) }
        }
    }
}
