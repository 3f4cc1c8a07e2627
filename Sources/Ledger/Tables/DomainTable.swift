import Verdict

/// The rows of `domain`: the last decision about each domain that was suppressed as a whole.
struct DomainTable {
    /// What a row holds about its domain.
    struct Row {
        var suppression: Suppression
        var author: String?
        var note: String?
        /// When it was released; author and note are then those of the release.
        var released: Int64?

        func holds(at now: Int64) -> Bool { released == nil && suppression.holds(at: now) }
    }

    private let connection: any Connection
    private let terms: TermTable

    init(_ connection: any Connection, _ terms: TermTable) {
        self.connection = connection
        self.terms = terms
    }

    private static let columns = "domain, cause, reason, since, until, author, note, released"

    /// What holds in a row, ?1 being the time.
    private static let isHeld = "released IS NULL AND (until IS NULL OR until > ?1)"

    private func read(_ row: any Query) throws -> (domain: DomainPattern, row: Row) {
        guard let cause = Suppression.Cause(rawValue: row.integer(1)) else { throw DamagedLedger() }
        let domain = DomainPattern(stored: row.text(0))
        var suppression = Suppression(
            cause: cause, reason: Token(text: try terms.text(row.integer(2))), since: row.integer(3),
            until: row.optionalInteger(4), days: 1)
        suppression.domain = domain
        return (
            domain,
            Row(
                suppression: suppression, author: try terms.text(row.optionalInteger(5)), note: row.optionalText(6),
                released: row.optionalInteger(7))
        )
    }

    func row(_ domain: DomainPattern) throws -> Row? {
        let select = try connection.prepare("SELECT \(DomainTable.columns) FROM domain WHERE domain = ?1")
        try select.bind(1, domain.text)
        return try select.step() ? try read(select).row : nil
    }

    /// Writes what is known of a domain, in place of what was.
    func write(_ row: Row, of domain: DomainPattern) throws {
        let insert = try connection.prepare(
            """
            INSERT INTO domain (\(DomainTable.columns), access_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (domain) DO UPDATE SET cause = excluded.cause, reason = excluded.reason, since = excluded.since,
                until = excluded.until, author = excluded.author, note = excluded.note, released = excluded.released
            """)
        try insert.bind(1, domain.text)
        try insert.bind(2, row.suppression.cause.rawValue)
        try insert.bind(3, try terms.number(row.suppression.reason.text) as Int64)
        try insert.bind(4, row.suppression.since)
        try insert.bind(5, row.suppression.until)
        try insert.bind(6, try terms.number(row.author))
        try insert.bind(7, row.note)
        try insert.bind(8, row.released)
        try insert.bind(9, domain.unicodeForm)
        try insert.execute()
    }

    /// For each list of patterns the row of the first that holds at a time, or `nil`.
    ///
    /// - Parameter lists: is asked for only if the ledger has any domain.
    func first(of lists: () -> [[String]], at now: Int64) throws -> [SuppressedDomain?] {
        // Most ledgers have none, in the table and in the second index.
        let any = "SELECT since FROM domain UNION ALL SELECT cause FROM domain INDEXED BY domain_cause LIMIT 1"
        guard try connection.integer(any) != nil else { return [] }
        let lists = lists()
        let texts = Set(lists.joined())
        var found = [String: SuppressedDomain]()
        var seen = Set<String>()
        try connection.forEach(
            texts.map(RowValue.text), "SELECT \(DomainTable.columns) FROM domain WHERE domain = ?1"
        ) { query in
            seen.insert(query.text(0))
            let (domain, row) = try read(query)
            guard row.holds(at: now) else { return }
            found[domain.text] = SuppressedDomain(
                domain: domain, suppression: row.suppression, author: row.author, note: row.note)
        }
        // As with addresses: a damaged page of one index must not hide a row. A server has checksums for that.
        if !connection.answersSlowly {
            try connection.forEach(
                texts.filter { !seen.contains($0) }.map(RowValue.text),
                "SELECT 1 FROM domain INDEXED BY domain_cause WHERE domain = ?1"
            ) { _ in throw DamagedLedger() }
        }
        return lists.map { texts in texts.lazy.compactMap { found[$0] }.first }
    }

    /// The domains suppressed at a time that come after another in their order, up to `limit`.
    func page(after last: String, at now: Int64, limit: Int) throws -> [SuppressedDomain] {
        let select = try connection.prepare(
            """
            SELECT \(DomainTable.columns) FROM domain WHERE \(DomainTable.isHeld) AND domain > ?2
            ORDER BY domain LIMIT \(limit)
            """)
        try select.bind(1, now)
        try select.bind(2, last)
        var rows = [SuppressedDomain]()
        while try select.step() {
            let (domain, row) = try read(select)
            rows.append(
                SuppressedDomain(domain: domain, suppression: row.suppression, author: row.author, note: row.note))
        }
        return rows
    }

    /// How many domains are suppressed at a time.
    static func count(_ connection: any Connection, at now: Int64) throws -> Int {
        let select = try connection.prepare("SELECT count(*) FROM domain WHERE \(isHeld)")
        try select.bind(1, now)
        return try select.step() ? Int(select.integer(0)) : 0
    }
}
