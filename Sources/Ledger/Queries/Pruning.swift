import Bytes

/// What pruning has done.
package struct PruneResult: Sendable, Equatable {
    /// Outcomes whose details are gone; their counts are kept.
    package var outcomes = 0
    /// Reports, and copies of them, that are gone; that they were counted is kept.
    package var deliveries = 0
    /// Texts that nothing names any more: hosts, domains, authors.
    package var terms = 0
    /// Counts of the brake that no later hour is measured by.
    package var brakeHours = 0
    /// What became of the room; `nil` if that is a server's to say.
    package var room: LedgerRoom?
}

extension LedgerStore {
    /// Drops the details of what arrived before a moment, in seconds since 1970 UTC, and keeps what they led to.
    ///
    /// The events of an address before the moment are folded into a base from which its state goes on, so that every
    /// counter, streak and suppression stays as it is. Of a report only its fingerprint stays, so that it never counts
    /// again. What the brake holds back stays held back, but can no longer be confirmed or released with its spike.
    /// What the brake counted goes, too, but for the days before the moment that later hours are measured by.
    ///
    /// Mail that arrived before the moment and is scanned only afterwards counts after the base instead of at its place
    /// in it; the base itself is no longer derived under a policy that changes later.
    package func prune(olderThan moment: Int64) throws(LedgerError) -> PruneResult {
        // Whole hours, so that of an hour of the brake an address has all its events pruned or none.
        let horizon = moment - moment % CalendarTime.secondsPerHour
        var result = try write { connection in
            try LedgerStore.prune(connection, horizon, policy)
        }
        result.room = try engine.giveBack()
        return result
    }

    private static func prune(_ connection: any Connection, _ horizon: Int64, _ policy: Policy) throws -> PruneResult {
        var result = PruneResult()
        let terms = try TermTable(connection, writes: true)
        let table = try AddressTable(connection, terms)
        let writer = try AddressWriter(connection, terms)
        let folder = try BrakeFolder(connection, terms)
        let statuses = try BrakeStatuses(connection, terms)
        let deleteOutcome = try connection.prepare("DELETE FROM outcome WHERE id = ?1")
        let deleteAction = try connection.prepare("DELETE FROM action WHERE id = ?1")
        let mark = try connection.prepare("UPDATE delivery SET folded = 1 WHERE id = ?1")
        try table.forEach(connection) { entry in
            // Nothing of an address that was first seen later can be old, and a base only holds what is gone.
            guard min(entry.state.firstSeen ?? .max, entry.state.lastAction ?? .max) < horizon else { return }
            let domain = CanonicalAddress.domain(ofCanonical: entry.address)
            let plan = try FoldPlan(table, entry.id, domain, statuses, horizon)
            if plan.isEmpty {
                return
            }
            let base = AddressState.derive(
                plan.folded, from: try table.base(entry.id), domain: domain, policy: policy)
            try writer.writeBase(base, id: entry.id)
            for event in plan.folded {
                try folder.fold(entry.id, provider: domain, event)
            }
            for row in plan.outcomeRows {
                try mark.bind(1, row >> LedgerLimits.ordinalBits)
                try mark.execute()
                try deleteOutcome.bind(1, row)
                try deleteOutcome.execute()
                result.outcomes += 1
            }
            for event in plan.folded where event.effect.isByHand {
                try deleteAction.bind(1, event.ordinal)
                try deleteAction.execute()
            }
        }
        result.deliveries = try pruneDeliveries(connection, horizon)
        result.brakeHours = try pruneBrake(connection, horizon / CalendarTime.secondsPerHour, policy)
        result.terms = try UnusedTerms.drop(connection)
        return result
    }

    /// Deletes the brake's counts of hours of which no address is known any more and that no later hour is measured by.
    ///
    /// What stays: spikes, since a report of such an hour may still be scanned and falls under what was decided; and of
    /// each provider that was seen later the last count before, so that it does not look new.
    private static func pruneBrake(_ connection: any Connection, _ hour: Int64, _ policy: Policy) throws -> Int {
        let rule = policy.brake ?? Policy.Brake()
        let first = BrakeTimeline.firstHour(before: BrakeTimeline.firstChange(by: hour, rule), rule)
        try connection.run(
            """
            DELETE FROM brake_hour WHERE hour < \(first) AND addresses <= folded AND status = 0
                AND NOT (
                    EXISTS (
                        SELECT 1 FROM brake_hour AS n WHERE n.provider = brake_hour.provider
                            AND n.reason = brake_hour.reason AND n.hour >= \(first))
                    AND NOT EXISTS (
                        SELECT 1 FROM brake_hour AS n WHERE n.provider = brake_hour.provider
                            AND n.reason = brake_hour.reason AND n.hour > brake_hour.hour AND n.hour < \(first)))
            """)
        return try connection.changes
    }

    /// Deletes the old deliveries of which no address keeps an outcome, and the copies of deliveries that are gone.
    private static func pruneDeliveries(_ connection: any Connection, _ horizon: Int64) throws -> Int {
        let bits = LedgerLimits.ordinalBits
        try connection.run("CREATE TEMP TABLE IF NOT EXISTS gone (id BIGINT PRIMARY KEY)")
        try connection.run("DELETE FROM gone")
        try connection.run(
            """
            INSERT INTO gone SELECT id FROM delivery AS d
            WHERE duplicate_of IS NULL AND arrival < \(horizon) AND NOT EXISTS (
                SELECT 1 FROM outcome AS o
                WHERE o.id >= d.id << \(bits) AND o.id < (d.id + 1) << \(bits) AND o.address IS NOT NULL)
            """)
        let isGone = "id IN (SELECT id FROM gone)"
        try connection.run("INSERT INTO pruned SELECT fingerprint FROM delivery WHERE \(isGone) ON CONFLICT DO NOTHING")
        try connection.run("DELETE FROM outcome WHERE id >> \(bits) IN (SELECT id FROM gone)")
        // Not as an OR of two lists where rows are looked for: PostgreSQL would go through a long one for each row.
        try connection.run("INSERT INTO gone SELECT id FROM delivery WHERE duplicate_of IN (SELECT id FROM gone)")
        try connection.run(
            """
            INSERT INTO tally_pruned (hour, class, origin, counted, duplicates)
            SELECT arrival / \(CalendarTime.secondsPerHour), class, coalesce(origin, 0), count(*) - count(duplicate_of),
                count(duplicate_of)
            FROM delivery WHERE \(isGone) GROUP BY 1, 2, 3
            ON CONFLICT (hour, class, origin) DO UPDATE
            SET counted = tally_pruned.counted + excluded.counted,
                duplicates = tally_pruned.duplicates + excluded.duplicates
            """)
        try connection.keepDeliveryNumbers()
        try connection.run("DELETE FROM delivery WHERE \(isGone)")
        let count = try connection.changes
        try connection.run("DROP TABLE gone")
        return count
    }
}

/// Which events of an address can go into its base.
private struct FoldPlan {
    /// In the order in which they act.
    var folded: [AddressEvent] = []
    /// The rows of the reports among them, and of what these reports said twice.
    var outcomeRows: [Int64] = []

    var isEmpty: Bool { folded.isEmpty }

    init(
        _ table: AddressTable, _ id: Int64, _ domain: String, _ statuses: BrakeStatuses,
        _ horizon: Int64
    ) throws {
        var all = try table.events(id)
        try statuses.mark(&all, domain: domain)
        let ordered = AddressState.inOrder(all)
        folded = Array(ordered.prefix { $0.arrival < horizon })
        let deliveries = Set(folded.lazy.filter { !$0.effect.isByHand }.map(\.delivery))
        try table.forEachOutcome(id) { event, row in
            if deliveries.contains(event.delivery) { outcomeRows.append(row) }
        }
    }
}
