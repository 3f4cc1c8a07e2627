import ArgumentParser
import Bytes
import Ledger

/// How lists are written for other programs.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
    case text
    case csv
    case jsonl
    case postfix
    case sql

    /// Whether it has domains next to addresses.
    var hasDomains: Bool { self == .postfix || self == .sql }
}

/// Writes the suppression list for another program.
struct ExportList {
    private let format: ExportFormat
    private var list: SuppressedList
    private var statements = SQLExport()
    /// How many addresses the format cannot represent.
    private(set) var leftOut = 0
    /// How many lines of a Postfix map are for every domain below one.
    private(set) var belowCount = 0
    private var hasDomainHeader = false

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
        case .sql: SQLExport.header
        }
    }

    /// What comes after the last row.
    var footer: String? { format == .sql ? statements.footer : nil }

    mutating func line(_ row: SuppressedAddress) -> [UInt8] {
        switch format {
        case .text: return Array((ExportList.text(row.address) + "\n").utf8)
        case .csv, .jsonl: return list.line(row)
        case .postfix:
            if AccessMap.key(row.address) == nil { leftOut += 1 }
            return Array(AccessMap.lines(row).utf8)
        case .sql: return Array(statements.row(row).utf8)
        }
    }

    /// A domain, after the addresses, in a format that has them.
    mutating func line(_ row: SuppressedDomain) -> [UInt8] {
        guard format == .postfix else { return Array(statements.row(row).utf8) }
        let header = hasDomainHeader ? "" : AccessMap.domainHeader
        hasDomainHeader = true
        if row.domain.isBelow { belowCount += 1 }
        return Array((header + AccessMap.lines(row)).utf8)
    }

    /// An address that would be taken for a comment is written in quotes.
    private static func text(_ address: String) -> String {
        let address = terminalSafe(address)
        guard address.utf8.first == UInt8(ascii: "#"), let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else {
            return address
        }
        return "\"\(address[..<at])\"" + address[at...]
    }
}
