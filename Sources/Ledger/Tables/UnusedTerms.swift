/// Terms that no row refers to any more.
///
/// Such a text may be personal data: a domain, a server's name, an administrator's note.
package enum UnusedTerms {
    /// The setting that changes whenever terms are deleted. A program that keeps numbers of terms between its
    /// transactions reads it before it uses them.
    package static let setting = "terms"

    /// The columns, of whatever table, that hold numbers of terms.
    private static let columns: Set<String> = [
        "maildir", "class", "origin", "dialect", "reporting_mta", "folder", "kind", "reason", "remote_mta",
        "held_reason",
        "author", "rule", "provider", "stream",
    ]

    /// Every column that holds numbers of terms, with its table.
    package static var references: [(table: String, column: String)] {
        LedgerTable.all.flatMap { table in
            table.columns.filter { column in
                guard case .integer = column.type else { return false }
                // Of what a run has counted, and of a captured field, the name is here, too; elsewhere it is a file's.
                return columns.contains(column.name)
                    || ["run_count", "captured"].contains(table.name) && column.name == "name"
            }.map { (table.name, $0.name) }
        }
    }

    /// Deletes them, within a transaction that excludes other writers.
    ///
    /// - Returns: how many.
    @discardableResult
    package static func drop(_ connection: any Connection) throws -> Int {
        try connection.run("CREATE TEMP TABLE IF NOT EXISTS used (id BIGINT PRIMARY KEY)")
        try connection.run("DELETE FROM used")
        for (table, column) in references {
            try connection.run(
                """
                INSERT INTO used SELECT DISTINCT \(column) FROM \(table) WHERE \(column) IS NOT NULL
                ON CONFLICT DO NOTHING
                """)
        }
        try connection.run("DELETE FROM term WHERE NOT EXISTS (SELECT 1 FROM used WHERE used.id = term.id)")
        let count = try connection.changes
        try connection.run("DROP TABLE used")
        if count > 0 { try tell(connection) }
        return count
    }

    /// Invalidates the terms that other programs have cached.
    package static func tell(_ connection: any Connection) throws {
        connection.terms.removeAll()
        try connection.run(
            """
            INSERT INTO setting (name, value) VALUES ('\(setting)', '1')
            ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT)
            """)
    }
}
