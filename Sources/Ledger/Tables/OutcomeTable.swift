import Verdict

/// The rows of `outcome`: one for each recipient of a report that counts. They are buffered in memory and written in
/// groups.
final class OutcomeTable {
    /// A new row.
    struct New {
        var id: Int64
        /// The number of the address; `nil` if the report names no valid one.
        var address: Int64?
        /// As the report writes it, if that is not the canonical form.
        var spelling: String?
        var cause: Suppression.Cause?
        var event: OutcomeEvent
    }

    private let terms: TermTable
    private let insertion: RowInsertion
    private let deleteRows: any Query
    private let selectRows: any Query
    private var waiting: [New] = []

    /// The maximum number of buffered rows: a report may have a million.
    private static let limit = 1_024

    init(_ connection: any Connection, _ terms: TermTable) throws {
        self.terms = terms
        insertion = try RowInsertion(
            connection, into: "outcome",
            columns: [
                "id", "address", "kind", "reason", "status", "reply_code", "action", "diagnostic", "remote_mta",
                "command", "spelling", "party", "cause",
            ])
        deleteRows = try connection.prepare("DELETE FROM outcome WHERE id >= ?1 AND id < ?2")
        selectRows = try connection.prepare(
            """
            SELECT o.address, a.address, o.kind, o.reason, o.reply_code, o.status
            FROM outcome AS o LEFT JOIN address AS a ON a.id = o.address
            WHERE o.id >= ?1 AND o.id < ?2 AND o.address IS NOT NULL
            """)
    }

    /// The number of an outcome: that of its delivery, and its place in the report.
    static func number(_ delivery: Int64, _ ordinal: Int) -> Int64 {
        delivery << LedgerLimits.ordinalBits | Int64(ordinal)
    }

    func insert(_ row: New) throws {
        waiting.append(row)
        if waiting.count >= OutcomeTable.limit { try flush() }
    }

    /// Writes the buffered rows.
    func flush() throws {
        try insertion.insert(waiting.count) { place, query, first in
            let row = waiting[place]
            let event = row.event
            try query.bind(first, row.id)
            try query.bind(first + 1, row.address)
            try query.bind(first + 2, try terms.number(event.fate.text) as Int64)
            try query.bind(first + 3, try terms.number(event.reason.text) as Int64)
            try query.bind(first + 4, event.status?.stored(limit: LedgerLimits.textBytes))
            try query.bind(first + 5, event.replyCode?.stored(limit: LedgerLimits.textBytes))
            try query.bind(first + 6, event.action?.stored(limit: LedgerLimits.textBytes))
            try query.bind(first + 7, event.diagnostic?.stored(limit: LedgerLimits.diagnosticBytes))
            try query.bind(first + 8, try terms.number(event.remoteMTA))
            try query.bind(first + 9, event.command?.stored(limit: LedgerLimits.textBytes))
            try query.bind(first + 10, row.spelling)
            try query.bind(first + 11, event.party?.number)
            try query.bind(first + 12, row.cause?.rawValue)
        }
        waiting.removeAll(keepingCapacity: true)
    }

    /// Deletes those of a delivery.
    func delete(of delivery: Int64) throws {
        try flush()
        try bind(delivery, to: deleteRows)
        try deleteRows.execute()
    }

    /// Calls `body` with those of a delivery that are about an address: its number, the address if it has a row, what
    /// it means in a report of a class, and why.
    func forEach(
        of delivery: Int64, class messageClass: Int64,
        _ body: (Int64, String?, AddressEvent.Effect, Token<Reason>) throws -> Void
    ) throws {
        try flush()
        defer { selectRows.reset() }
        try bind(delivery, to: selectRows)
        let messageClass = try terms.messageClass(messageClass)
        while try selectRows.step() {
            let effect = AddressEvent.Effect(
                class: messageClass, fate: try terms.fate(selectRows.integer(2)),
                replyCode: selectRows.optionalText(4), status: selectRows.optionalText(5))
            try body(
                selectRows.integer(0), selectRows.optionalText(1), effect, try terms.reason(selectRows.integer(3)))
        }
    }

    private func bind(_ delivery: Int64, to query: any Query) throws {
        try query.bind(1, delivery << LedgerLimits.ordinalBits)
        try query.bind(2, (delivery + 1) << LedgerLimits.ordinalBits)
    }
}
