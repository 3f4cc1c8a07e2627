import ArgumentParser
import Ledger

/// How lists are written for other programs.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
    case text
    case csv
    case jsonl
    case postfix
    case sql
}

/// Writes the list of those who must be left out, for another program.
struct ExportList {
    /// The table that the SQL makes and fills.
    static let table = "maildir_bounce_suppressed"

    private let format: ExportFormat
    private var list: SuppressedList
    /// How many addresses the format cannot hold.
    private(set) var leftOut = 0

    init(_ format: ExportFormat) {
        self.format = format
        list = SuppressedList(format: format == .csv ? .csv : .jsonl)
    }

    /// What comes before the first row.
    var header: String? {
        switch format {
        case .text, .jsonl: nil
        case .csv: list.header
        case .postfix:
            "# For check_recipient_access. Made by maildir-bounce export; run postmap on it after each change.\n"
        case .sql:
            """
            BEGIN;
            CREATE TABLE IF NOT EXISTS "\(ExportList.table)" (
                "address" VARCHAR(\(CanonicalAddress.addressBytes)) NOT NULL PRIMARY KEY,
                "cause" VARCHAR(16) NOT NULL,
                "reason" VARCHAR(512) NOT NULL,
                "since" VARCHAR(20) NOT NULL,
                "until" VARCHAR(20)
            );
            DELETE FROM "\(ExportList.table)";

            """
        }
    }

    /// What comes after the last row.
    var footer: String? { format == .sql ? "COMMIT;\n" : nil }

    mutating func line(_ row: SuppressedAddress) -> [UInt8] {
        switch format {
        case .text: return Array((ExportList.text(row.address) + "\n").utf8)
        case .csv, .jsonl: return list.line(row)
        case .postfix:
            if AccessMap.key(row.address) == nil { leftOut += 1 }
            return Array(AccessMap.lines(row).utf8)
        case .sql: return Array(ExportList.insert(row).utf8)
        }
    }

    /// An address that would be taken for a comment is written in quotes.
    private static func text(_ address: String) -> String {
        let address = terminalSafe(address)
        guard address.utf8.first == UInt8(ascii: "#"), let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else {
            return address
        }
        return "\"\(address[..<at])\"" + address[at...]
    }

    private static func insert(_ row: SuppressedAddress) -> String {
        let suppression = row.suppression
        let values = [
            row.address, suppression.cause.name, suppression.reason, timestamp(suppression.since) ?? "",
        ].map(quoted)
        let until = suppression.until.flatMap(timestamp).map(quoted) ?? "NULL"
        return "INSERT INTO \"\(table)\" VALUES (\(values.joined(separator: ", ")), \(until));\n"
    }

    /// A string of standard SQL. A backslash means nothing in it, but for MySQL without NO_BACKSLASH_ESCAPES.
    private static func quoted(_ text: String) -> String {
        "'" + terminalSafe(text).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
