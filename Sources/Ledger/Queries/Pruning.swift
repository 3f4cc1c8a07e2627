import Bytes

/// What pruning has done.
package struct PruneResult: Sendable, Equatable {
    /// Outcomes whose details were removed; their counts are kept.
    package var outcomes = 0
    /// Reports, and copies of them, that were removed; their fingerprints are kept.
    package var deliveries = 0
    /// Texts that nothing refers to any more: hosts, domains, authors.
    package var terms = 0
    /// Counts of the brake that no later hour is compared with.
    package var brakeHours = 0
    /// Rows of the feed that were removed.
    package var changes = 0
    /// Texts of mails that came back.
    package var captured = 0
    /// The space that was freed; `nil` if a server manages it.
    package var room: LedgerRoom?
}

extension LedgerStore {
    /// Removes the details of what arrived before a time, in seconds since 1970 UTC, and keeps the resulting states.
    ///
    /// The events of an address before that time are folded into a base from which its state continues, so that every
    /// counter, streak and suppression stays as it is. Only the fingerprint of a report is kept, so that it never
    /// counts again. What the brake holds back stays held back, but can no longer be confirmed or released with its
    /// spike. The feed loses its old rows. The brake's counts are removed, too, except those of the days that later hours
    /// are compared with.
    ///
    /// Mail that arrived before that time and is scanned later counts after the base instead of within it; a later
    /// change of the policy does not affect the base.
    ///
    /// - Parameter captured: texts of mails that came back are dropped if their report arrived before this time, in
    ///   seconds since 1970 UTC; those of pruned reports always are.
    package func prune(
        olderThan moment: Int64, capturedBefore captured: Int64 = 0
    ) throws(LedgerError) -> PruneResult {
        // Whole hours, so that an address has all its events in a brake's hour pruned, or none.
        let horizon = moment - moment % CalendarTime.secondsPerHour
        var result = try write { connection in
            try LedgerStore.prune(connection, horizon, capturedBefore: captured, policy)
        }
        result.room = try engine.giveBack()
        return result
    }

    private static func prune(
        _ connection: any Connection, _ horizon: Int64, capturedBefore captured: Int64, _ policy: Policy
    ) throws -> PruneResult {
        var result = PruneResult()
        let terms = try TermTable(connection, writes: true)
        let table = try AddressTable(connection, terms)
        let writer = try AddressWriter(connection, terms)
        let folder = try BrakeFolder(connection, terms)
        let statuses = try BrakeStatuses(connection, terms)
        let mailings = try MailingDays(connection, terms)
        let deleteOutcome = try connection.prepare("DELETE FROM outcome WHERE id = ?1")
        let deleteAction = try connection.prepare("DELETE FROM action WHERE id = ?1")
        let mark = try connection.prepare("UPDATE delivery SET folded = 1 WHERE id = ?1")
        try table.forEach(connection) { entry in
            // An address that was first seen later has no old events, and a base only holds removed ones.
            guard min(entry.state.firstSeen ?? .max, entry.state.lastAction ?? .max) < horizon else { return }
            let domain = CanonicalAddress.domain(ofCanonical: entry.address)
            let plan = try FoldPlan(table, entry.id, domain, statuses, horizon)
            if plan.isEmpty {
                return
            }
            let base = AddressState.derive(
                plan.folded, from: try table.base(entry.id), domain: domain, policy: policy,
                mailings: try mailings.known(for: plan.folded))
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
        (result.deliveries, result.captured) = try pruneDeliveries(connection, horizon)
        result.captured += try CapturedTable.drop(before: captured, connection)
        result.brakeHours = try pruneBrake(connection, horizon / CalendarTime.secondsPerHour, policy)
        result.changes = try Feed.prune(connection, before: horizon)
        result.terms = try UnusedTerms.drop(connection)
        return result
    }

    /// Deletes the brake's counts of hours that have no address any more and that no later hour is compared with.
    ///
    /// Kept are spikes, since a report of such an hour may still be scanned and falls under the decision, and the last
    /// earlier count of each provider that was seen later, so that it does not look new.
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

    /// Deletes the old deliveries without remaining outcomes, what was captured of them, and the copies of deleted
    /// deliveries.
    private static func pruneDeliveries(
        _ connection: any Connection, _ horizon: Int64
    ) throws -> (deliveries: Int, captured: Int) {
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
        try connection.run("DELETE FROM captured WHERE delivery IN (SELECT id FROM gone)")
        let captured = try connection.changes
        // Not with an OR of two lists: PostgreSQL would scan a long one for each row.
        try connection.run("INSERT INTO gone SELECT id FROM delivery WHERE duplicate_of IN (SELECT id FROM gone)")
        try connection.run(
            """
            INSERT INTO tally_pruned (hour, class, origin, counted, duplicates)
            SELECT arrival / \(CalendarTime.secondsPerHour), class, coalesce(origin, 0), count(*) - count(duplicate_of),
                count(duplicate_of)
            FROM delivery WHERE \(isGone) AND \(CanaryTable.excluded) GROUP BY 1, 2, 3
            ON CONFLICT (hour, class, origin) DO UPDATE
            SET counted = tally_pruned.counted + excluded.counted,
                duplicates = tally_pruned.duplicates + excluded.duplicates
            """)
        try connection.keepDeliveryNumbers()
        try connection.run("DELETE FROM delivery WHERE \(isGone)")
        let count = try connection.changes
        try connection.run("DROP TABLE gone")
        return (count, captured)
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
