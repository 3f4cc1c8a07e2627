import Verdict

/// Reads deliveries and outcomes back as the events they were written from.
final class DeliveryReader {
    private let terms: TermTable
    private let connection: any Connection
    private let selectDelivery: any Query
    private let selectOutcomes: any Query

    init(_ connection: any Connection, _ terms: TermTable) throws {
        self.connection = connection
        self.terms = terms
        selectDelivery = try connection.prepare(
            """
            SELECT maildir, name, fingerprint, arrival, class, origin, folded, seen, stream, mailed, bulk, vouched,
                held, withheld, sharers
            FROM delivery WHERE id = ?1
            """)
        selectOutcomes = try connection.prepare(
            """
            SELECT o.kind, o.reason, o.status, o.reply_code, o.spelling, a.address, o.party
            FROM outcome AS o LEFT JOIN address AS a ON a.id = o.address
            WHERE o.id >= ?1 AND o.id < ?2 ORDER BY o.id
            """)
    }

    private static let outcomeColumns =
        """
        o.kind, o.reason, o.status, o.reply_code, o.action, o.diagnostic, o.remote_mta, o.command, o.spelling, o.party
        """

    /// What reports said about an address, the latest first.
    func history(_ address: Int64, _ canonical: String, limit: Int) throws -> [HistoryRow] {
        let query = try connection.prepare(
            """
            SELECT \(DeliveryReader.outcomeColumns), d.arrival, d.class, d.origin, d.message_id, d.dialect,
                d.reporting_mta, d.maildir, d.name, d.folder, d.file, d.stream, d.id
            FROM outcome AS o JOIN delivery AS d ON d.id = o.id >> \(LedgerLimits.ordinalBits)
            WHERE o.address = ?1 ORDER BY d.arrival DESC, d.fingerprint DESC, o.id LIMIT ?2
            """)
        try query.bind(1, address)
        try query.bind(2, limit)
        var rows = [HistoryRow]()
        var deliveries = [Int64]()
        while try query.step() {
            let key = DeliveryKey(maildir: try terms.text(query.integer(16)), unique: query.bytes(17))
            deliveries.append(query.integer(21))
            rows.append(
                HistoryRow(
                    arrival: query.integer(10), class: try terms.messageClass(query.integer(11)),
                    origin: try terms.origin(query.optionalInteger(12)), outcome: try outcome(query, canonical),
                    messageID: query.optionalText(13), dialect: try terms.text(query.optionalInteger(14)),
                    reportingMTA: try terms.text(query.optionalInteger(15)), key: key,
                    destination: StoredPlace.path(
                        folder: try terms.text(query.optionalInteger(18)), file: query.optionalText(19), key: key),
                    stream: try terms.text(query.optionalInteger(20))))
        }
        let captured = try CapturedTable.fields(of: Set(deliveries), connection)
        for (place, delivery) in deliveries.enumerated() { rows[place].captured = captured[delivery] ?? [] }
        return rows
    }

    /// Reads `outcomeColumns`, which come first in the row.
    private func outcome(_ row: any Query, _ canonical: String) throws -> OutcomeEvent {
        OutcomeEvent(
            address: row.optionalText(8) ?? canonical, fate: try terms.fate(row.integer(0)),
            reason: try terms.reason(row.integer(1)), party: row.optionalInteger(9).flatMap(Party.init),
            status: row.optionalText(2), replyCode: row.optionalText(3),
            action: row.optionalText(4), diagnostic: row.optionalText(5),
            remoteMTA: try terms.text(row.optionalInteger(6)), command: row.optionalText(7))
    }

    /// The numbers of the deliveries that have a key of these events, or count for the same reports, or name one of
    /// these canonical addresses.
    func deliveries(of events: [DeliveryEvent], naming addresses: [String]) throws -> Set<Int64> {
        var deliveries = Set<Int64>()
        func note(_ keys: [RowValue], _ sql: String) throws {
            try connection.forEach(keys, sql) { deliveries.insert($0.integer(0)) }
        }
        for (maildir, events) in Dictionary(grouping: events, by: \.key.maildir) {
            guard let number = try terms.known(maildir) else { continue }
            let names = events.map { RowValue.bytes($0.key.unique) }
            try note(names, "SELECT id FROM delivery WHERE maildir = \(number) AND name = ?1")
        }
        try note(
            events.flatMap(\.fingerprints).map { .bytes($0.bytes) },
            "SELECT id FROM delivery WHERE fingerprint = ?1 AND duplicate_of IS NULL")
        try note(
            addresses.map(RowValue.text),
            """
            SELECT o.id >> \(LedgerLimits.ordinalBits) FROM outcome AS o
            JOIN address AS a ON a.id = o.address WHERE a.address = ?1
            """)
        return deliveries
    }

    /// A delivery with everything that the policy uses; other texts are left out.
    func event(_ delivery: Int64) throws -> (event: DeliveryEvent, isFolded: Bool)? {
        let (query, outcomes) = (selectDelivery, selectOutcomes)
        defer {
            query.reset()
            outcomes.reset()
        }
        try query.bind(1, delivery)
        guard try query.step() else { return nil }
        try outcomes.bind(1, delivery << LedgerLimits.ordinalBits)
        try outcomes.bind(2, (delivery + 1) << LedgerLimits.ordinalBits)
        var event = DeliveryEvent(
            key: DeliveryKey(maildir: try terms.text(query.integer(0)), unique: query.bytes(1)),
            fingerprint: query.fingerprint(2), class: try terms.messageClass(query.integer(4)),
            origin: try terms.origin(query.optionalInteger(5)), arrival: query.integer(3),
            seen: query.optionalInteger(7), stream: try terms.text(query.optionalInteger(8)),
            mailed: query.optionalInteger(9), isBulk: query.integer(10) != 0, isVouched: query.integer(11) != 0,
            isWithheld: query.integer(13) != 0)
        event.isHeld = query.integer(12) != 0
        event.sharers = query.optionalInteger(14).map(Int.init) ?? 1
        while try outcomes.step() {
            event.outcomes.append(
                OutcomeEvent(
                    address: outcomes.optionalText(4) ?? outcomes.text(5), fate: try terms.fate(outcomes.integer(0)),
                    reason: try terms.reason(outcomes.integer(1)),
                    party: outcomes.optionalInteger(6).flatMap(Party.init),
                    status: outcomes.optionalText(2), replyCode: outcomes.optionalText(3)))
        }
        return (event, query.integer(6) != 0)
    }
}
