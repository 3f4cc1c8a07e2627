import Ledger

/// The numbers of terms. They are the same for all hosts, until the term is deleted.
struct PostgresTerms {
    private var numbers: [String: Int64] = [:]
    private var known = Set<Int64>()
    /// The ledger's setting of that name when the first term was read; see ``UnusedTerms``.
    let drops: String?

    init(drops: String? = nil) { self.drops = drops }

    /// So that host names made up by senders cannot fill the memory.
    static let limit = 50_000

    var isFull: Bool { known.count > PostgresTerms.limit }

    /// Stores texts that are new.
    static let storing = """
        INSERT INTO term (text) SELECT text FROM unnest($1) AS given (text) WHERE NOT EXISTS (
            SELECT 1 FROM term WHERE term.text = given.text)
        ORDER BY text ON CONFLICT DO NOTHING
        """

    /// Looks up texts, and stores new ones in a separate statement: an unused text does no harm.
    ///
    /// - Returns: the terms that were not cached before.
    mutating func learn(_ texts: Set<String>, _ session: PostgresSession) throws -> [(Int64, String)] {
        var missing = texts.filter { numbers[$0] == nil }
        var learned: [(Int64, String)] = []
        while !missing.isEmpty {
            let rows = try session.execute(
                """
                WITH new AS (\(PostgresTerms.storing) RETURNING id, text)
                SELECT id, text FROM new UNION ALL SELECT id, text FROM term WHERE text = ANY($1)
                """, [.array(PostgresArray(missing.sorted()))])
            for term in remember(rows) {
                missing.remove(term.1)
                learned.append(term)
            }
            // What another host stores at the same time is seen by the next statement.
        }
        return learned
    }

    /// Likewise for numbers.
    mutating func learn(numbers wanted: Set<Int64>, _ session: PostgresSession) throws -> [(Int64, String)] {
        let missing = wanted.subtracting(known)
        if missing.isEmpty { return [] }
        return remember(
            try session.execute(
                "SELECT id, text FROM term WHERE id = ANY($1)", [.array(PostgresArray(missing.sorted()))]))
    }

    private mutating func remember(_ rows: PostgresRows) -> [(Int64, String)] {
        var new: [(Int64, String)] = []
        for row in 0..<rows.count {
            let (id, text) = (rows.integer(row, 0), rows.text(row, 1) ?? "")
            if known.insert(id).inserted {
                numbers[text] = id
                new.append((id, text))
            }
        }
        return new
    }

    mutating func forget(_ terms: [(Int64, String)]) {
        for (id, text) in terms {
            known.remove(id)
            numbers[text] = nil
        }
    }

    subscript(text: String) -> Int64? { numbers[text] }
}
