import Bytes
import Ledger

/// Statements that create and fill two tables, one of addresses and one of domains, which MariaDB, MySQL, PostgreSQL and SQLite all read as the same rows, in
/// every quoting mode.
///
/// Three things differ between them, and all three are avoided. A backslash in a string is an escape for MySQL and
/// MariaDB (without NO_BACKSLASH_ESCAPES) and for PostgreSQL without standard_conforming_strings: no string contains
/// one, except `'\\'`, which ends at the same place in all of them and starts with a backslash. Double quotes quote a
/// name only in ANSI mode: no name needs them. Statements for MySQL alone are in comments that only it reads.
struct SQLExport {
    /// A table that is made and filled.
    struct Table: Equatable {
        let name: String
        /// The column with the key, and how many bytes it may have.
        let key: String
        let keyBytes: Int

        fileprivate var creation: String {
            """
            CREATE TABLE IF NOT EXISTS \(name) (
                \(key) VARCHAR(\(keyBytes)) NOT NULL PRIMARY KEY,
                cause VARCHAR(16) NOT NULL,
                reason TEXT NOT NULL,
                since VARCHAR(20) NOT NULL,
                until VARCHAR(20)
            ) /*! ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin */;
            """
        }

        fileprivate var insert: String { "INSERT INTO \(name) (\(key), cause, reason, since, until) VALUES\n" }
    }

    static let addresses = Table(
        name: "maildir_bounce_suppressed", key: "address", keyBytes: CanonicalAddress.addressBytes)
    static let domains = Table(
        name: "maildir_bounce_suppressed_domain", key: "domain", keyBytes: DomainPattern.bytes)
    /// Rows in one INSERT.
    static let statementRows = 500
    /// Bytes of one INSERT, unless a single row has more: far below every server's max_allowed_packet.
    static let statementBytes = 256 << 10

    /// Table, rows and bytes of the statement that is being written.
    private var table = addresses
    private var rows = 0
    private var bytes = 0

    /// What comes before the first row. The tables are created before the transaction, which MySQL would otherwise
    /// commit.
    static let header = """
        /*! SET NAMES utf8mb4 */;
        \(addresses.creation)
        \(domains.creation)
        BEGIN;
        DELETE FROM \(addresses.name);
        DELETE FROM \(domains.name);

        """

    private static let between = ",\n"

    /// One row, with what comes between it and the row before.
    mutating func row(_ row: SuppressedAddress) -> String {
        self.row(row.address, row.suppression, SQLExport.addresses)
    }

    /// The same for a domain; all of them come after the addresses.
    mutating func row(_ row: SuppressedDomain) -> String {
        self.row(row.domain.text, row.suppression, SQLExport.domains)
    }

    private mutating func row(_ key: String, _ suppression: Suppression, _ table: Table) -> String {
        // The key byte by byte: other spellings do not match.
        let values = [
            SQLExport.string(key), SQLExport.string(suppression.cause.name),
            SQLExport.string(terminalSafe(suppression.reason.text)),
            SQLExport.string(timestamp(suppression.since) ?? ""),
            suppression.until.flatMap(timestamp).map(SQLExport.string) ?? "NULL",
        ]
        let text = "(\(values.joined(separator: ", ")))"
        let size = text.utf8.count + SQLExport.between.utf8.count
        if self.table == table, rows > 0, rows < SQLExport.statementRows, bytes + size <= SQLExport.statementBytes {
            rows += 1
            bytes += size
            return SQLExport.between + text
        }
        let end = rows > 0 ? ";\n" : ""
        self.table = table
        rows = 1
        bytes = size
        return end + table.insert + text
    }

    /// What comes after the last row.
    var footer: String { (rows > 0 ? ";\n" : "") + "COMMIT;\n" }

    /// A text as an expression that all of them read as that text.
    static func string(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return quoted(text) }
        let mark = unusedMark(text)
        let marked = quoted(text.replacing(ascii: "\\", with: mark))
        return "REPLACE(\(marked), '\(mark)', SUBSTR('\\\\', 1, 1))"
    }

    /// A text that is not in `text` and does not arise when it is inserted: its first character occurs only once in it.
    private static func unusedMark(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var number = 0
        while bytes.firstRange(of: Array("~\(number)".utf8)) != nil { number += 1 }
        return "~\(number)"
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing(ascii: "'", with: "''") + "'"
    }
}
