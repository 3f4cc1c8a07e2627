/// The tables, for what takes whole rows from one ledger to another.
struct LedgerTable {
    typealias Column = (name: String, element: PostgresArray.Element)

    let name: String
    let columns: [Column]

    var names: String { columns.map(\.name).joined(separator: ", ") }

    func names(of alias: String) -> String { columns.map { "\(alias).\($0.name)" }.joined(separator: ", ") }

    /// Rows as one parameter a column; the first has the number `$1`.
    var given: String {
        "unnest(\((1...columns.count).map { "$\($0)" }.joined(separator: ", "))) AS given (\(names))"
    }

    /// `name = given.name` for every column but those that are the key.
    func replacements(key: Set<String>) -> String {
        columns.filter { !key.contains($0.name) }.map { "\($0.name) = given.\($0.name)" }.joined(separator: ", ")
    }

    private init(_ name: String, integers: String, texts: String = "", bytes: String = "") {
        self.name = name
        func list(_ names: String, _ element: PostgresArray.Element) -> [Column] {
            names.split(separator: " ").map { (String($0), element) }
        }
        columns = list(integers, .integer) + list(texts, .text) + list(bytes, .bytes)
    }

    private static let state = """
        hard soft delayed delivered complaint auto_reply other first_seen last_seen last_action streak cause reason since \
        until days held_since held_reason
        """

    static let delivery = LedgerTable(
        "delivery",
        integers: "id duplicate_of maildir arrival class origin dialect reporting_mta folder folded seen",
        texts: "file message_id", bytes: "name fingerprint")
    static let outcome = LedgerTable(
        "outcome", integers: "id address kind reason remote_mta",
        texts: "status reply_code action diagnostic command spelling")
    static let address = LedgerTable(
        "address", integers: "id " + state, texts: "address spelling", bytes: "streaks")
    static let base = LedgerTable("base", integers: "address " + state, texts: "spelling", bytes: "streaks")
    static let action = LedgerTable("action", integers: "id address at kind reason until author known", texts: "note")
    static let pruned = LedgerTable("pruned", integers: "", bytes: "fingerprint")
    static let member = LedgerTable("brake_member", integers: "provider reason hour address")
    static let hour = LedgerTable("brake_hour", integers: "provider reason hour addresses folded status")
    static let decision = LedgerTable(
        "brake_decision", integers: "id provider reason first_hour last_hour verdict at author", texts: "note")
    static let tally = LedgerTable("tally", integers: "hour class origin counted duplicates")
    static let ruleHit = LedgerTable("rule_hit", integers: "rule hits last_seen")

    /// Every table, those first whose numbers the others use.
    static let all = [
        LedgerTable("setting", integers: "", texts: "name value"),
        LedgerTable("term", integers: "id", texts: "text"),
        delivery, outcome, address, base, action, pruned,
        LedgerTable("forgotten", integers: "cause reason since until days", bytes: "hash"),
        member, hour, decision, tally,
        LedgerTable("tally_pruned", integers: "hour class origin counted duplicates"),
        ruleHit,
        LedgerTable("run", integers: "id maildir started ended"),
        LedgerTable("run_count", integers: "run name count"),
    ]

    /// The columns that hold numbers of terms which the policy or the brake looks at as texts.
    static let termColumns: Set<String> = ["class", "kind", "reason", "held_reason", "maildir", "origin", "provider"]

    /// One row.
    var insertion: String {
        let places = (1...columns.count).map { "?\($0)" }.joined(separator: ", ")
        return "INSERT INTO \(name) (\(names)) VALUES (\(places))"
    }

    // MARK: Rows

    /// Writes rows that PostgreSQL has given, columns in order, into the ledger in memory, unless they are there.
    ///
    /// - Returns: the numbers of terms in them.
    func copy(_ rows: PostgresRows, into connection: any Connection) throws -> Set<Int64> {
        var terms = Set<Int64>()
        if rows.count == 0 { return terms }
        let insert = try connection.prepare(insertion + " ON CONFLICT DO NOTHING")
        let isTerm = columns.map { LedgerTable.termColumns.contains($0.name) }
        for row in 0..<rows.count {
            for (index, column) in columns.enumerated() {
                let place = Int32(index)
                switch column.element {
                case .integer:
                    let value = rows.optionalInteger(row, place)
                    try insert.bind(place + 1, value)
                    if isTerm[index], let value { terms.insert(value) }
                case .text: try insert.bind(place + 1, rows.text(row, place))
                case .bytes: try insert.bind(place + 1, rows.bytes(row, place))
                }
            }
            try insert.execute()
        }
        return terms
    }

    /// The rows that a query over `names` is at, one after the other, as columns.
    func arrays(_ read: ((any Query) throws -> Void) throws -> Void) throws -> [PostgresArray] {
        var arrays = columns.map { PostgresArray($0.element) }
        try read { row in
            for (place, value) in values(of: row).enumerated() { arrays[place].append(value) }
        }
        return arrays
    }

    /// The row that a query over `names` is at.
    func values(of row: any Query) -> [RowValue] {
        columns.enumerated().map { index, column in
            let place = Int32(index)
            return switch column.element {
            case .integer: .integer(row.optionalInteger(place))
            case .text: .text(row.optionalText(place))
            case .bytes: .bytes(row.withBytes(place) { Array($0) })
            }
        }
    }

    /// The rows with these numbers.
    func rows(_ numbers: [Int64], in connection: any Connection) throws -> [PostgresArray] {
        let select = try connection.prepare("SELECT \(names) FROM \(name) WHERE id = ?1")
        return try arrays { body in
            for number in numbers {
                defer { select.reset() }
                try select.bind(1, number)
                if try select.step() { try body(select) }
            }
        }
    }

    /// All rows.
    func allRows(in connection: any Connection) throws -> [PostgresArray] {
        let select = try connection.prepare("SELECT \(names) FROM \(name)")
        return try arrays { body in while try select.step() { try body(select) } }
    }
}

extension [PostgresArray] {
    var parameters: [PostgresSession.Parameter] { map(PostgresSession.Parameter.array) }
    var isWithoutRows: Bool { first?.count ?? 0 == 0 }
}
