/// The type of a column's values.
package enum ColumnType: Sendable {
    case integer, text, bytes
}

/// The tables, for copying whole rows from one ledger to another.
package struct LedgerTable {
    package typealias Column = (name: String, type: ColumnType)

    package let name: String
    package let columns: [Column]

    package var names: String { columns.map(\.name).joined(separator: ", ") }

    package func names(of alias: String) -> String { columns.map { "\(alias).\($0.name)" }.joined(separator: ", ") }

    /// Rows as one parameter a column; the first has the number `$1`.
    package var given: String {
        "unnest(\((1...columns.count).map { "$\($0)" }.joined(separator: ", "))) AS given (\(names))"
    }

    /// `name = given.name` for every column but those that are the key.
    package func replacements(key: Set<String>) -> String {
        columns.filter { !key.contains($0.name) }.map { "\($0.name) = given.\($0.name)" }.joined(separator: ", ")
    }

    private init(_ name: String, integers: String, texts: String = "", bytes: String = "") {
        self.name = name
        func list(_ names: String, _ type: ColumnType) -> [Column] {
            names.split(separator: " ").map { (String($0), type) }
        }
        columns = list(integers, .integer) + list(texts, .text) + list(bytes, .bytes)
    }

    private static let state = """
        hard soft delayed delivered complaint auto_reply other first_seen last_seen last_action streak cause reason since \
        until days held_since held_reason party held_vouched
        """

    package static let delivery = LedgerTable(
        "delivery",
        integers: """
            id duplicate_of maildir arrival class origin dialect reporting_mta folder folded seen first_seen stream mailed \
            bulk vouched held withheld sharers
            """,
        texts: "file message_id delivered_to", bytes: "name fingerprint")
    package static let outcome = LedgerTable(
        "outcome", integers: "id address kind reason remote_mta party cause",
        texts: "status reply_code action diagnostic command spelling")
    package static let address = LedgerTable(
        "address", integers: "id " + state, texts: "address spelling access_key", bytes: "streaks")
    package static let base = LedgerTable("base", integers: "address " + state, texts: "spelling", bytes: "streaks")
    package static let action = LedgerTable(
        "action", integers: "id address at kind reason until author known stream cause", texts: "note")
    package static let pruned = LedgerTable("pruned", integers: "", bytes: "fingerprint")
    package static let member = LedgerTable("brake_member", integers: "provider reason hour address weight")
    package static let hour = LedgerTable(
        "brake_hour", integers: "provider reason hour addresses folded status votes folded_votes vouched folded_vouched"
    )
    package static let decision = LedgerTable(
        "brake_decision", integers: "id provider reason first_hour last_hour verdict at author", texts: "note")
    package static let reportDecision = LedgerTable(
        "report_decision", integers: "id verdict at author", texts: "note", bytes: "fingerprint")
    package static let tally = LedgerTable("tally", integers: "hour class origin counted duplicates")
    package static let sent = LedgerTable("sent", integers: "stream day count")
    package static let mailingDay = LedgerTable("mailing_day", integers: "stream day low high folded")
    package static let streamSuppression = LedgerTable(
        "stream_suppression", integers: "address stream cause reason since until days")
    package static let change = LedgerTable(
        "change", integers: "number at change cause reason stream delivery", texts: "address domain", bytes: "hash")
    package static let captured = LedgerTable("captured", integers: "delivery name arrival", texts: "value")
    package static let ruleHit = LedgerTable("rule_hit", integers: "rule hits last_seen")

    /// Every table, in dependency order.
    package static let all = [
        LedgerTable("setting", integers: "", texts: "name value"),
        LedgerTable("term", integers: "id", texts: "text"),
        delivery, outcome, address, base, action, pruned,
        LedgerTable("forgotten", integers: "cause reason since until days party", bytes: "hash"),
        member, hour, decision, tally,
        LedgerTable("tally_pruned", integers: "hour class origin counted duplicates"),
        ruleHit,
        LedgerTable("run", integers: "id maildir started ended"),
        LedgerTable("run_count", integers: "run name count"),
        captured,
        change,
        LedgerTable("hook", integers: "number tried done failures lease", texts: "name epoch failure holder"),
        LedgerTable("domain", integers: "id cause reason since until author released", texts: "domain note access_key"),
        streamSuppression,
        sent,
        mailingDay,
        reportDecision,
        LedgerTable(
            "canary", integers: "tagged sent due delayed answered has_tag",
            texts: "token kind target recipient sender failure origin dialect status"),
    ]

    /// The columns with numbers of terms that the policy or the brake uses as texts.
    package static let termColumns: Set<String> = [
        "class", "kind", "reason", "held_reason", "maildir", "origin", "provider", "stream",
    ]

    /// One row.
    package var insertion: String {
        let places = (1...columns.count).map { "?\($0)" }.joined(separator: ", ")
        return "INSERT INTO \(name) (\(names)) VALUES (\(places))"
    }

    /// The current row of a query over `names`.
    package func values(of row: any Query) -> [RowValue] {
        columns.enumerated().map { index, column in
            let place = Int32(index)
            return switch column.type {
            case .integer: .integer(row.optionalInteger(place))
            case .text: .text(row.optionalText(place))
            case .bytes: .bytes(row.withBytes(place) { Array($0) })
            }
        }
    }
}
