import Bytes
import Ledger

/// Statements that make and fill a table again, of which MariaDB, MySQL, PostgreSQL and SQLite read the same text as
/// the same rows, in whatever mode of quoting they run.
///
/// Three things differ between them, and all three are left out. A backslash in a string is an escape for MySQL and
/// MariaDB (without NO_BACKSLASH_ESCAPES) and for PostgreSQL without standard_conforming_strings: no string holds one,
/// except `'\\'`, which ends where it seems to for all of them and whose first character is a backslash. Double quotes
/// make a name only in ANSI mode: no name needs any. What MySQL alone must be told is in comments that it alone reads.
struct SQLExport {
    /// The table that is made and filled.
    static let table = "maildir_bounce_suppressed"
    /// Rows in one INSERT.
    static let statementRows = 500
    /// Bytes of one INSERT, unless a single row has more: far below every server's max_allowed_packet.
    static let statementBytes = 256 << 10

    /// Rows and bytes of the statement that is being written.
    private var rows = 0
    private var bytes = 0

    /// What comes before the first row. The table is made before the transaction begins, which MySQL would else commit.
    static let header = """
        /*! SET NAMES utf8mb4 */;
        CREATE TABLE IF NOT EXISTS \(table) (
            address VARCHAR(\(CanonicalAddress.addressBytes)) NOT NULL PRIMARY KEY,
            cause VARCHAR(16) NOT NULL,
            reason TEXT NOT NULL,
            since VARCHAR(20) NOT NULL,
            until VARCHAR(20)
        ) /*! ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin */;
        BEGIN;
        DELETE FROM \(table);

        """

    private static let insert = "INSERT INTO \(table) (address, cause, reason, since, until) VALUES\n"

    private static let between = ",\n"

    /// One row, with what comes between it and the row before.
    mutating func row(_ row: SuppressedAddress) -> String {
        let suppression = row.suppression
        // The address as it is: no other text would be found by it.
        let values = [
            SQLExport.string(row.address), SQLExport.string(suppression.cause.name),
            SQLExport.string(terminalSafe(suppression.reason.text)),
            SQLExport.string(timestamp(suppression.since) ?? ""),
            suppression.until.flatMap(timestamp).map(SQLExport.string) ?? "NULL",
        ]
        let text = "(\(values.joined(separator: ", ")))"
        let size = text.utf8.count + SQLExport.between.utf8.count
        if rows > 0, rows < SQLExport.statementRows, bytes + size <= SQLExport.statementBytes {
            rows += 1
            bytes += size
            return SQLExport.between + text
        }
        let end = rows > 0 ? ";\n" : ""
        rows = 1
        bytes = size
        return end + SQLExport.insert + text
    }

    /// What comes after the last row.
    var footer: String { (rows > 0 ? ";\n" : "") + "COMMIT;\n" }

    /// A text as an expression that every one of them reads as that text.
    static func string(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return quoted(text) }
        let mark = unusedMark(text)
        let marked = quoted(text.replacing(ascii: "\\", with: mark))
        return "REPLACE(\(marked), '\(mark)', SUBSTR('\\\\', 1, 1))"
    }

    /// A text that is not in `text`, nor comes into being if it is put between parts of it: its first character is none
    /// of its others.
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
