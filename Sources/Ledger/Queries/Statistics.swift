import Bytes
import Verdict

extension LedgerStore {
    /// How many reports arrived on each day, by class and origin, in that order. Kept for good: what was pruned is in it.
    package func tally(_ window: StatisticsWindow) throws(LedgerError) -> [DayTally] {
        try read { connection in
            let query = try connection.prepare(
                """
                SELECT hour / 24, c.text, o.text, CAST(sum(counted) AS BIGINT), CAST(sum(duplicates) AS BIGINT)
                FROM tally JOIN term AS c ON c.id = class LEFT JOIN term AS o ON o.id = origin
                WHERE hour >= ?1 AND hour < ?2 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 NULLS FIRST
                """)
            try query.bind(1, window.start / CalendarTime.secondsPerHour)
            try query.bind(2, window.end / CalendarTime.secondsPerHour)
            var rows = [DayTally]()
            while try query.step() {
                let row = DayTally(
                    day: query.integer(0), class: Token(text: query.text(1)),
                    origin: query.optionalText(2).map { Token(text: $0) },
                    counted: Int(query.integer(3)), duplicates: Int(query.integer(4)))
                if row.counted > 0 || row.duplicates > 0 { rows.append(row) }
            }
            return rows
        }
    }

    /// How many of the reports in the window have been pruned: of them only day, class and origin are known.
    package func prunedReports(_ window: StatisticsWindow) throws(LedgerError) -> Int {
        try read { connection in
            let query = try connection.prepare(
                "SELECT CAST(sum(counted) AS BIGINT) FROM tally_pruned WHERE hour >= ?1 AND hour < ?2")
            try query.bind(1, window.start / CalendarTime.secondsPerHour)
            try query.bind(2, window.end / CalendarTime.secondsPerHour)
            return try query.step() ? Int(query.integer(0)) : 0
        }
    }

    /// What the reports in the window said of recipients. Reads every delivery of the ledger once.
    ///
    /// - Parameter captured: the name of a captured field; nil: nothing is counted by campaign.
    package func recipientFigures(
        _ window: StatisticsWindow, captured: String? = nil
    ) throws(LedgerError) -> RecipientFigures {
        try read { connection in
            let scan = try StatisticsScan(connection, captured: captured)
            var total = AddressState.Counters()
            var reasons = [Int64: AddressState.Counters]()
            var parties = [Party?: AddressState.Counters]()
            var reportingMTAs = [Int64: AddressState.Counters]()
            var streams = [Int64: AddressState.Counters]()
            var campaigns = [String: AddressState.Counters]()
            var domains = [AddressState.Counters](repeating: AddressState.Counters(), count: scan.domains.count)
            var providers = [String: AddressState.Counters]()
            try scan.forEach(window) { row in
                guard let recipient = row.recipient else { return }
                total.add(recipient.effect)
                reasons[recipient.reason, default: AddressState.Counters()].add(recipient.effect)
                parties[recipient.party, default: AddressState.Counters()].add(recipient.effect)
                reportingMTAs[row.reportingMTA ?? 0, default: AddressState.Counters()].add(recipient.effect)
                streams[row.stream ?? 0, default: AddressState.Counters()].add(recipient.effect)
                if captured != nil {
                    campaigns[row.captured ?? "", default: AddressState.Counters()].add(recipient.effect)
                }
                domains[scan.domain(recipient)].add(recipient.effect)
                providers[try scan.provider(row, recipient), default: AddressState.Counters()].add(recipient.effect)
            }
            var figures = RecipientFigures(total: total)
            figures.reasons = try LedgerStore.ranked(
                reasons.map { id, counts in
                    let reason = try scan.terms.reason(id)
                    return (reason.text, .reason(reason), counts)
                })
            figures.parties = LedgerStore.ranked(parties.map { ($0?.rawValue ?? "", .party($0), $1) })
            figures.reportingMTAs = try LedgerStore.ranked(
                reportingMTAs.map { id, counts in
                    let host = id == 0 ? "" : try scan.terms.text(id)
                    return (host, .reportingMTA(host), counts)
                })
            figures.streams = try LedgerStore.ranked(
                streams.map { id, counts in
                    let stream = id == 0 ? "" : try scan.terms.text(id)
                    return (stream, .stream(stream), counts)
                })
            figures.campaigns = LedgerStore.ranked(campaigns.map { ($0, .campaign($0), $1) })
            figures.domains = LedgerStore.ranked(
                zip(scan.domains, domains).filter { $0.1.all > 0 }.map { ($0, .domain($0), $1) })
            figures.providers = LedgerStore.ranked(providers.map { ($0, .provider($0), $1) })
            return figures
        }
    }

    private static func ranked(_ rows: [(String, StatisticsGroup, AddressState.Counters)]) -> [RecipientRow] {
        rows.map { RecipientRow(value: $0, group: $1, counts: $2) }.sorted { left, right in
            let (first, second) = (left.counts, right.counts)
            if first.bounces != second.bounces { return first.bounces > second.bounces }
            if first.all != second.all { return first.all > second.all }
            return left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
        }
    }

    /// The addresses that were suppressed within the window and still are at `now`, in seconds since 1970 UTC.
    package func newSuppressions(
        _ window: StatisticsWindow, at now: Int64, limit: Int
    ) throws(LedgerError) -> NewSuppressions {
        try read { connection in
            let terms = try TermTable(connection, writes: false)
            let condition = """
                cause IS NOT NULL AND since >= ?1 AND since < ?2 AND (until IS NULL OR until > ?3)
                """
            func bound(_ sql: String) throws -> any Query {
                let query = try connection.prepare(sql)
                try query.bind(1, window.start)
                try query.bind(2, window.end)
                try query.bind(3, now)
                return query
            }
            var result = NewSuppressions()
            // Scans the table: through the index every row would be looked up separately.
            let counts = try bound(
                """
                SELECT cause, reason, count(*) FROM address NOT INDEXED WHERE \(condition)
                GROUP BY cause, reason ORDER BY count(*) DESC
                """)
            while try counts.step() {
                guard let cause = Suppression.Cause(rawValue: counts.integer(0)) else { throw DamagedLedger() }
                let count = Int(counts.integer(2))
                result.count += count
                result.byReason.append(
                    LedgerSummary.ReasonCount(cause: cause, reason: try terms.reason(counts.integer(1)), count: count))
            }
            let latest = try bound(
                """
                SELECT cause, reason, since, until, days, party, address FROM address NOT INDEXED WHERE \(condition)
                ORDER BY since DESC, address LIMIT ?4
                """)
            try latest.bind(4, limit)
            while try latest.step() {
                if let suppression = try Suppression(latest, terms) {
                    result.latest.append(SuppressedAddress(address: latest.text(6), suppression: suppression))
                }
            }
            return result
        }
    }

    /// The latest reports of each group, at most `limit`, the latest first. A report occurs once in the list of a
    /// class, an origin or a stretch of days, and once for each recipient in the others. Reads every delivery of the
    /// ledger once.
    ///
    /// - Parameter captured: the name of the captured field that the campaigns are values of.
    package func samples(
        _ window: StatisticsWindow, of groups: Set<StatisticsGroup>, captured: String? = nil, limit: Int
    ) throws(LedgerError) -> [StatisticsGroup: [ReportSample]] {
        try read { connection in
            let scan = try StatisticsScan(connection, captured: captured)
            var lists = try SampleLists(groups, scan, limit: limit)
            try scan.forEach(window) { row in try lists.take(row, scan) }
            return try lists.read(connection, scan)
        }
    }

    /// Calls `each` with the recipients of hard and soft bounces and delays that have one of the reasons, the last
    /// stored first, until it returns false. The rest of a row is read only if `each` asks for it.
    ///
    /// The rows are read in pages: what is written meanwhile may or may not be seen.
    package func recipients(
        _ window: StatisticsWindow, reasons: [Reason], page: Int = LedgerStore.page,
        each: (String?, () throws(LedgerError) -> ReportSample?) throws(LedgerError) -> Bool
    ) throws(LedgerError) {
        var rows = [(delivery: Int64, outcome: Int64, diagnostic: String?)]()
        var last = Int64.max
        var count = page
        while count == page {
            let before = last
            try read { connection in
                // A read may run twice.
                (rows, count) = ([], 0)
                let scan = try StatisticsScan(connection, readsDomains: false)
                let wanted = try reasons.compactMap { try scan.terms.known($0.rawValue) }
                try scan.forEach(window, reasons: wanted, before: before, limit: page) { row, diagnostic in
                    guard let recipient = row.recipient else { return }
                    count += 1
                    last = recipient.outcome
                    if [.hard, .relay, .soft, .delayed].contains(recipient.effect) {
                        rows.append((row.delivery, recipient.outcome, diagnostic))
                    }
                }
            }
            for row in rows {
                let goesOn = try each(row.diagnostic) { () throws(LedgerError) in
                    try read { connection in
                        try SampleReader(connection, try TermTable(connection, writes: false))
                            .sample(row.delivery, row.outcome)
                    }
                }
                if !goesOn { return }
            }
        }
    }
}
