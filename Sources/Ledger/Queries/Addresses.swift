import Bytes
import Verdict

extension LedgerStore {
    /// The default number of history rows.
    package static let defaultHistoryLimit = 100

    /// What the ledger knows of an address; `nil` if no report named it.
    ///
    /// - Throws: `badAddress` if this is not an address.
    package func address(
        _ address: String, historyLimit: Int = LedgerStore.defaultHistoryLimit
    ) throws(LedgerError) -> AddressRecord? {
        let canonical = try LedgerStore.canonical(address).text
        return try read { connection in
            let terms = try TermTable(connection, writes: false)
            guard let entry = try AddressTable(connection, terms).entry(canonical) else { return nil }
            let history = try DeliveryReader(connection, terms).history(entry.id, canonical, limit: historyLimit)
            let actions = try LedgerStore.actions(connection, terms, entry)
            let parties = try LedgerStore.parties(connection, entry)
            return AddressRecord(
                address: canonical, state: entry.state, history: history, actions: actions, parties: parties)
        }
    }

    /// How many failures of an address were whose fault, without those that were pruned.
    private static func parties(_ connection: any Connection, _ entry: AddressTable.Entry) throws -> [Party: Int] {
        let query = try connection.prepare(
            """
            SELECT party, count(*) FROM outcome
            WHERE address = ?1 AND party IS NOT NULL AND cause IS NOT NULL GROUP BY party
            """)
        try query.bind(1, entry.id)
        var parties = [Party: Int]()
        while try query.step() {
            if let party = Party(number: query.integer(0)) { parties[party] = Int(query.integer(1)) }
        }
        return parties
    }

    private static func actions(
        _ connection: any Connection, _ terms: TermTable, _ entry: AddressTable.Entry
    ) throws -> [ManualAction] {
        let query = try connection.prepare(
            """
            SELECT kind, reason, at, until, author, note, stream, cause FROM action INDEXED BY action_event WHERE address = ?1
            ORDER BY at DESC, id DESC
            """)
        try query.bind(1, entry.id)
        var actions = [ManualAction]()
        while try query.step() {
            guard let cause = Suppression.Cause(rawValue: query.integer(7)) else { throw DamagedLedger() }
            let (reason, relay) = Suppression.read(try terms.text(query.integer(1)), cause)
            actions.append(
                ManualAction(
                    address: entry.address, kind: ManualAction.Kind(rawValue: query.integer(0)) ?? .suppress,
                    reason: reason.text, cause: cause, relay: relay,
                    stream: query.integer(6) == 0 ? nil : try terms.text(query.integer(6)), at: query.integer(2),
                    until: query.optionalInteger(3),
                    author: try terms.text(query.optionalInteger(4)), note: query.optionalText(5)))
        }
        return actions
    }

    /// Whether an address may be mailed at a moment, in seconds since 1970 UTC: neither it nor its domain is suppressed.
    ///
    /// - Parameter stream: of which the mail is; then it must not have unsubscribed from that either.
    ///
    /// - Throws: `badAddress` if this is not an address.
    package func check(
        _ address: String, stream: String? = nil, at now: Int64
    ) throws(LedgerError) -> CheckResult {
        let canonical = try LedgerStore.canonical(address)
        let answers = try read { try LedgerStore.check($0, [canonical], stream: stream, at: now) }
        return answers.first.flatMap { $0 } ?? .mayMail
    }

    /// The same for many addresses at once, in their order; nil for texts that are not addresses.
    package func check(
        _ addresses: [String], stream: String? = nil, at now: Int64
    ) throws(LedgerError) -> [CheckResult?] {
        let canonical = addresses.map { CanonicalAddress($0) }
        return try read { try LedgerStore.check($0, canonical, stream: stream, at: now) }
    }

    private static func check(
        _ connection: any Connection, _ addresses: [CanonicalAddress?], stream: String?, at now: Int64
    ) throws -> [CheckResult?] {
        let terms = try TermTable(connection, writes: false)
        var found = [String: Suppression]()
        func note(_ address: String, _ suppression: Suppression?) {
            if let suppression, suppression.holds(at: now) { found[address] = suppression }
        }
        let asked = addresses.compactMap { $0?.text }
        var rows = Set<String>()
        try connection.forEach(
            asked.map(RowValue.text),
            "SELECT cause, reason, since, until, days, party, address FROM address WHERE address = ?1 AND cause IS NOT NULL"
        ) { query in
            rows.insert(query.text(6))
            note(query.text(6), try Suppression(query, terms))
        }
        // A suppressed address is in a second index, too: a damaged page of the first must not hide it. A server has
        // checksums for that.
        if !connection.answersSlowly {
            try connection.forEach(
                asked.filter { !rows.contains($0) }.map(RowValue.text),
                "SELECT 1 FROM address INDEXED BY address_suppressed WHERE address = ?1 AND cause IS NOT NULL"
            ) { _ in throw DamagedLedger() }
        }
        try ForgottenTable(connection, terms).forEach(asked.filter { found[$0] == nil }, note)
        let domains = try suppressions(
            byDomainOf: addresses.compactMap(\.self).filter { found[$0.text] == nil }, connection, terms, at: now)
        if let stream { try unsubscribed(asked, from: stream, connection, terms) { found[$0] = found[$0] ?? $1 } }
        return addresses.map { address in
            address.map { address in
                let suppression = found[address.text] ?? (domains.isEmpty ? nil : domains[address.domain])
                return suppression.map(CheckResult.suppressed) ?? .mayMail
            }
        }
    }

    /// Calls `body` with those of the addresses that have unsubscribed from a stream.
    private static func unsubscribed(
        _ addresses: [String], from stream: String, _ connection: any Connection, _ terms: TermTable,
        _ body: (String, Suppression) -> Void
    ) throws {
        if let number = try terms.known(stream) {
            try connection.forEach(
                addresses.map(RowValue.text),
                """
                SELECT a.address, s.since FROM address AS a JOIN stream_suppression AS s ON s.address = a.id
                WHERE s.stream = \(number) AND a.address = ?1
                """
            ) { body($0.text(0), Suppression(unsubscribedFrom: stream, since: $0.integer(1))) }
        }
        var known: [String: String] = [:]
        for address in addresses { known[Forgetting.name(address, stream: stream)] = address }
        try ForgottenTable(connection, terms).forEach(known.keys.sorted()) { name, forgotten in
            guard let address = known[name], let forgotten else { return }
            body(address, Suppression(unsubscribedFrom: stream, since: forgotten.since))
        }
    }

    /// Calls `each` with the addresses that have unsubscribed from a stream, in their order, until it returns false.
    package func unsubscribed(
        from stream: String, each: (SuppressedAddress) -> Bool
    ) throws(LedgerError) {
        let rows = try read { connection in
            let terms = try TermTable(connection, writes: false)
            guard let number = try terms.known(stream) else { return [SuppressedAddress]() }
            let query = try connection.prepare(
                """
                SELECT a.address, s.since FROM stream_suppression AS s JOIN address AS a ON a.id = s.address
                WHERE s.stream = ?1 ORDER BY a.address
                """)
            try query.bind(1, number)
            var rows: [SuppressedAddress] = []
            while try query.step() {
                rows.append(
                    SuppressedAddress(
                        address: query.text(0),
                        suppression: Suppression(unsubscribedFrom: stream, since: query.integer(1))))
            }
            return rows
        }
        for row in rows where !each(row) { return }
    }

    /// How many rows are read at a time when all are iterated.
    package static let page = 10_000

    /// Calls `each` with every address that the ledger knows and its state, in no particular order, until it returns
    /// false.
    ///
    /// The rows are read in pages: what is written meanwhile may or may not be seen.
    package func addresses(
        page: Int = LedgerStore.page, each: (String, AddressState) -> Bool
    ) throws(LedgerError) {
        var last: Int64 = 0
        while true {
            let entries = try read { connection in
                try AddressTable.page(
                    connection, try TermTable(connection, writes: false), after: last, limit: page)
            }
            guard let final = entries.last else { return }
            last = final.id
            for entry in entries where !each(entry.address, entry.state) { return }
        }
    }

    /// Calls `each` with the addresses suppressed at a time, in their order, until it returns false. With `since`, only
    /// those suppressed at or after that second.
    ///
    /// The rows are read in pages: what is written meanwhile may or may not be seen, but no address occurs twice.
    package func suppressed(
        at now: Int64, since: Int64? = nil, page: Int = LedgerStore.page, each: (SuppressedAddress) -> Bool
    ) throws(LedgerError) {
        var last = ""
        while true {
            let rows = try read { try LedgerStore.suppressed($0, at: now, since: since, after: last, page) }
            for row in rows where !each(row) { return }
            guard let final = rows.last, rows.count == page else { return }
            last = final.address
        }
    }

    private static func suppressed(
        _ connection: any Connection, at now: Int64, since: Int64?, after last: String, _ page: Int
    ) throws -> [SuppressedAddress] {
        let terms = try TermTable(connection, writes: false)
        let query = try connection.prepare(
            """
            SELECT cause, reason, since, until, days, party, address FROM address INDEXED BY address_suppressed
            WHERE cause IS NOT NULL AND address > ?3 AND (until IS NULL OR until > ?1) AND since >= ?2
            ORDER BY address LIMIT \(page)
            """)
        try query.bind(1, now)
        try query.bind(2, since ?? Int64.min)
        try query.bind(3, last)
        var rows = [SuppressedAddress]()
        while try query.step() {
            if let suppression = try Suppression(query, terms) {
                rows.append(SuppressedAddress(address: query.text(6), suppression: suppression))
            }
        }
        return rows
    }

    /// The totals of the ledger; suppressions are counted at a time in seconds since 1970 UTC.
    package func summary(at now: Int64) throws(LedgerError) -> LedgerSummary {
        try read { connection in
            var summary = LedgerSummary(
                reports: [], duplicates: 0,
                addresses: Int(try connection.integer("SELECT count(*) FROM address") ?? 0), suppressed: [], rules: [])
            let reports = try connection.prepare(
                """
                SELECT c.text, o.text, CAST(sum(counted) AS BIGINT), CAST(sum(duplicates) AS BIGINT) FROM tally
                JOIN term AS c ON c.id = class LEFT JOIN term AS o ON o.id = origin
                GROUP BY 1, 2 ORDER BY 1, 2 NULLS FIRST
                """)
            while try reports.step() {
                summary.duplicates += Int(reports.integer(3))
                if reports.integer(2) > 0 {
                    summary.reports.append(
                        ClassCount(
                            class: Token(text: reports.text(0)),
                            origin: reports.optionalText(1).map { Token(text: $0) }, count: Int(reports.integer(2))))
                }
            }
            let suppressed = try connection.prepare(
                """
                SELECT cause, term.text, count(*) FROM address JOIN term ON term.id = reason
                WHERE cause IS NOT NULL AND (until IS NULL OR until > ?1)
                GROUP BY 1, 2 ORDER BY 2, 1
                """)
            try suppressed.bind(1, now)
            while try suppressed.step() {
                guard let cause = Suppression.Cause(rawValue: suppressed.integer(0)) else { throw DamagedLedger() }
                summary.suppressed.append(
                    LedgerSummary.ReasonCount(
                        cause: cause, reason: Token(text: suppressed.text(1)), count: Int(suppressed.integer(2))))
            }
            summary.domains = try DomainTable.count(connection, at: now)
            let rules = try connection.prepare(
                "SELECT term.text, hits, last_seen FROM rule_hit JOIN term ON term.id = rule ORDER BY term.text")
            while try rules.step() {
                summary.rules.append(
                    LedgerSummary.RuleHits(
                        rule: rules.text(0), hits: Int(rules.integer(1)), lastSeen: rules.integer(2)))
            }
            return summary
        }
    }

    /// How many reports of each origin arrived from one second on and before another. The ledger counts by the hour:
    /// the first and last hour of the window are included as a whole.
    package func origins(from start: Int64, to end: Int64) throws(LedgerError) -> OriginCount {
        try read { connection in
            let query = try connection.prepare(
                """
                SELECT term.text, CAST(sum(counted) AS BIGINT) FROM tally LEFT JOIN term ON term.id = origin
                WHERE hour >= ?1 AND hour <= ?2 GROUP BY 1
                """)
            try query.bind(1, LedgerLimits.clamped(arrival: start) / CalendarTime.secondsPerHour)
            try query.bind(2, LedgerLimits.clamped(arrival: end - 1) / CalendarTime.secondsPerHour)
            var count = OriginCount(local: 0, remote: 0, unknown: 0)
            while try query.step() {
                let reports = Int(query.integer(1))
                switch Origin(rawValue: query.text(0)) {
                case .local: count.local += reports
                case .remote: count.remote += reports
                case nil: count.unknown += reports
                }
            }
            return count
        }
    }

    static func canonical(_ address: String) throws(LedgerError) -> CanonicalAddress {
        guard let canonical = CanonicalAddress(address) else {
            throw LedgerError(
                .badAddress, "\(address.stored(limit: CanonicalAddress.addressBytes)) is not a mail address")
        }
        return canonical
    }
}

extension Suppression {
    /// Reads cause, reason, since, until, days and party, the first columns of the row; `nil` if the cause is NULL.
    init?(_ row: any Query, _ terms: TermTable, from column: Int32 = 0) throws {
        guard let number = row.optionalInteger(column) else { return nil }
        guard let cause = Cause(rawValue: number) else { throw DamagedLedger() }
        self.init(
            cause: cause, storedReason: try terms.text(row.integer(column + 1)), since: row.integer(column + 2),
            until: row.optionalInteger(column + 3), days: Int(row.integer(column + 4)),
            party: row.optionalInteger(column + 5).flatMap(Party.init))
    }
}
