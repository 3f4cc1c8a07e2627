import Ledger

/// The changes that a batch made in the ledger in memory, as statements for PostgreSQL.
struct PostgresChanges {
    private let connection: any Connection
    private let journal: ChangeJournal
    private let context: PostgresContext

    private typealias Statement = PostgresSession.Statement

    init(_ connection: any Connection, _ journal: ChangeJournal, _ context: PostgresContext) {
        self.connection = connection
        self.journal = journal
        self.context = context
    }

    /// The deliveries, the outcomes, what was captured, and the members of the brake's hours.
    ///
    /// - Parameter replaced: the reports that a copy has replaced.
    func deliveries(replaced: Set<Int64>) throws -> [PostgresSession.Statement] {
        var statements: [Statement] = []
        let table = LedgerTable.delivery
        // First the reports that an earlier copy has replaced: their new rows reuse the names.
        let changed = journal.deliveries.intersection(context.deliveries).sorted()
        guard context.lockedDeliveries.isSuperset(of: changed) else { throw PostgresContext.collision("a report") }
        if !changed.isEmpty {
            let set = table.replacements(key: ["id"])
            statements.append(
                Statement(
                    sql: "UPDATE delivery SET \(set) FROM \(table.given) WHERE delivery.id = given.id",
                    parameters: try table.rows(changed, in: connection).parameters))
        }
        add(
            try table.rows(journal.deliveries.subtracting(context.deliveries).sorted(), in: connection), to: &statements
        ) { "INSERT INTO delivery (\(table.names)) SELECT * FROM \(table.given) ORDER BY fingerprint" }

        let lost = journal.outcomes.intersection(context.outcomes).sorted()
        if !lost.isEmpty {
            statements.append(
                Statement(sql: "DELETE FROM outcome WHERE id = ANY($1)", parameters: [.array(PostgresArray(lost))]))
        }
        let outcome = LedgerTable.outcome
        add(try outcome.rows(journal.outcomes.sorted(), in: connection), to: &statements) {
            "INSERT INTO outcome (\(outcome.names)) SELECT * FROM \(outcome.given)"
        }

        // Only new rows are in the ledger in memory.
        if !replaced.isEmpty {
            statements.append(
                Statement(
                    sql: "DELETE FROM captured WHERE delivery = ANY($1)",
                    parameters: [.array(PostgresArray(replaced.sorted()))]))
        }
        let captured = LedgerTable.captured
        add(try captured.allRows(in: connection), to: &statements) {
            "INSERT INTO captured (\(captured.names)) SELECT * FROM \(captured.given)"
        }
        return statements
    }

    /// The states of the addresses, and the sums.
    func states() throws -> [PostgresSession.Statement] {
        var statements: [Statement] = []
        try addMembers(&statements)
        let address = LedgerTable.address
        let rows = try address.rows(journal.addresses.sorted(), in: connection)
        add(rows, to: &statements) {
            let set = address.replacements(key: ["id", "address"])
            return "UPDATE address SET \(set) FROM \(address.given) WHERE address.id = given.id"
        }
        // Addresses of which nothing is known any more, and new ones about which the batch said nothing new.
        let select = try connection.prepare("SELECT 1 FROM address WHERE id = ?1")
        let gone = try journal.addresses.filter { number in
            defer { select.reset() }
            try select.bind(1, number)
            return try !select.step()
        }.union(context.newAddresses.subtracting(journal.addresses)).sorted()
        if !gone.isEmpty {
            statements.append(
                Statement(sql: "DELETE FROM address WHERE id = ANY($1)", parameters: [.array(PostgresArray(gone))]))
        }
        try addStreams(&statements)
        try addHours(&statements)
        try addMailingDays(&statements)
        try addChanges(&statements)
        let tally = LedgerTable.tally
        add(try tally.allRows(in: connection), to: &statements) {
            """
            INSERT INTO tally (\(tally.names)) SELECT * FROM \(tally.given) ORDER BY hour, class, origin
            ON CONFLICT (hour, class, origin) DO UPDATE
            SET counted = tally.counted + excluded.counted, duplicates = tally.duplicates + excluded.duplicates
            """
        }
        let hit = LedgerTable.ruleHit
        add(try hit.allRows(in: connection), to: &statements) {
            """
            INSERT INTO rule_hit (\(hit.names)) SELECT * FROM \(hit.given) ORDER BY rule
            ON CONFLICT (rule) DO UPDATE SET hits = rule_hit.hits + excluded.hits,
                last_seen = greatest(rule_hit.last_seen, excluded.last_seen)
            """
        }
        return statements
    }

    private func addMembers(_ statements: inout [Statement]) throws {
        let table = LedgerTable.member
        let select = try connection.prepare("SELECT \(table.names) FROM brake_member")
        var kept = Set<[Int64]>()
        let new = try table.arrays { body in
            while try select.step() {
                let row = (0..<4).map { select.integer($0) }
                let known = context.members[row]
                if known != nil { kept.insert(row) }
                if known != select.integer(4) { try body(select) }
            }
        }
        let gone = context.members.keys.filter { !kept.contains($0) }
        if !gone.isEmpty {
            let columns = (0..<4).map { column in PostgresArray(gone.map { $0[column] }) }
            statements.append(
                Statement(
                    sql: """
                        DELETE FROM brake_member USING unnest($1, $2, $3, $4) AS given (provider, reason, hour, address)
                        WHERE brake_member.provider = given.provider
                            AND brake_member.reason = given.reason AND brake_member.hour = given.hour
                            AND brake_member.address = given.address
                        """, parameters: columns.parameters))
        }
        add(new, to: &statements) {
            """
            INSERT INTO brake_member (\(table.names)) SELECT * FROM \(table.given)
            ON CONFLICT (provider, reason, hour, address) DO UPDATE SET weight = excluded.weight
            """
        }
    }

    private func addHours(_ statements: inout [Statement]) throws {
        let table = LedgerTable.hour
        let select = try connection.prepare("SELECT \(table.names) FROM brake_hour")
        var kept = Set<PostgresContext.Hour>()
        let changed = try table.arrays { body in
            while try select.step() {
                let hour = PostgresContext.Hour(
                    provider: select.integer(0), reason: select.integer(1), hour: select.integer(2))
                kept.insert(hour)
                let old = context.hours[hour]
                if old?.addresses != select.integer(3) || old?.status != select.integer(5)
                    || old?.votes != select.integer(6) || old?.vouched != select.integer(8)
                {
                    try body(select)
                }
            }
        }
        add(changed, to: &statements) {
            """
            INSERT INTO brake_hour (\(table.names)) SELECT * FROM \(table.given)
            ON CONFLICT (provider, reason, hour) DO UPDATE
            SET addresses = excluded.addresses, votes = excluded.votes, vouched = excluded.vouched, status = excluded.status
            """
        }
        let gone = context.hours.keys.filter { !kept.contains($0) }
        if gone.isEmpty { return }
        statements.append(
            Statement(
                sql: """
                    DELETE FROM brake_hour USING unnest($1, $2, $3) AS given (provider, reason, hour)
                    WHERE brake_hour.provider = given.provider AND brake_hour.reason = given.reason
                        AND brake_hour.hour = given.hour
                    """,
                parameters: [gone.map(\.provider), gone.map(\.reason), gone.map(\.hour)].map { PostgresArray($0) }
                    .parameters))
    }

    /// Who has unsubscribed: the rows of every address that changed.
    private func addStreams(_ statements: inout [Statement]) throws {
        let table = LedgerTable.streamSuppression
        let changed = journal.addresses.sorted()
        if !changed.isEmpty {
            statements.append(
                Statement(
                    sql: "DELETE FROM stream_suppression WHERE address = ANY($1)",
                    parameters: [.array(PostgresArray(changed))]))
        }
        let addresses = Set(changed)
        let select = try connection.prepare("SELECT \(table.names) FROM stream_suppression")
        let rows = try table.arrays { body in
            while try select.step() {
                if addresses.contains(select.integer(0)) { try body(select) }
            }
        }
        add(rows, to: &statements) { "INSERT INTO stream_suppression (\(table.names)) SELECT * FROM \(table.given)" }
    }

    private func addMailingDays(_ statements: inout [Statement]) throws {
        let table = LedgerTable.mailingDay
        let select = try connection.prepare("SELECT \(table.names) FROM mailing_day")
        let changed = try table.arrays { body in
            while try select.step() {
                let day = MailingDays.Day(stream: select.integer(0), day: select.integer(1))
                if context.mailingDays[day] != [select.integer(2), select.integer(3)] { try body(select) }
            }
        }
        add(changed, to: &statements) {
            """
            INSERT INTO mailing_day (\(table.names)) SELECT * FROM \(table.given)
            ON CONFLICT (stream, day) DO UPDATE SET low = excluded.low, high = excluded.high
            """
        }
    }

    /// The feed. The brake's lock is held until the commit: who sees a number has seen every smaller one.
    private func addChanges(_ statements: inout [Statement]) throws {
        let table = LedgerTable.change
        let values = table.columns.map { $0.name == "number" ? "last.number + given.number" : "given.\($0.name)" }
        add(try table.allRows(in: connection), to: &statements) {
            """
            INSERT INTO change (\(table.names)) SELECT \(values.joined(separator: ", ")) FROM \(table.given), (
                SELECT greatest((SELECT max(number) FROM change), (
                    SELECT CAST(value AS BIGINT) FROM setting WHERE name = '\(Feed.lastSetting)')) AS number) AS last
            """
        }
    }

    /// Adds a statement over rows, if there are any.
    private func add(
        _ rows: [PostgresArray], to statements: inout [PostgresSession.Statement], _ sql: () -> String
    ) {
        if !rows.isWithoutRows { statements.append(Statement(sql: sql(), parameters: rows.parameters)) }
    }
}
