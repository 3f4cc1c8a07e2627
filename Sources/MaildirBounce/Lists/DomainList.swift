import Bytes
import Ledger

/// Writes the domains that are suppressed as a whole.
struct DomainList {
    private enum Form {
        /// The domain alone.
        case plain
        case list(ListFormat)
    }

    private let form: Form
    /// Whether author and note are written.
    private let hasNotes: Bool
    private var json = JSONWriter()

    init(format: ListFormat, hasNotes: Bool) {
        form = .list(format)
        self.hasNotes = hasNotes
    }

    /// As `export --domains` writes them.
    init(exported format: ExportFormat) {
        form =
            switch format {
            case .csv: .list(.csv)
            case .jsonl: .list(.jsonl)
            case .text, .postfix, .sql: .plain
            }
        hasNotes = false
    }

    /// What comes before the first row.
    private var header: String? {
        guard case .list(.csv) = form else { return nil }
        return CSV.row(["domain", "cause", "reason", "since", "until", "why"] + (hasNotes ? ["author", "note"] : []))
    }

    private mutating func line(_ row: SuppressedDomain) -> [UInt8] {
        let suppression = row.suppression
        let (since, until) = (timestamp(suppression.since), suppression.until.flatMap(timestamp))
        switch form {
        case .plain: return Array((terminalSafe(row.domain.text) + "\n").utf8)
        case .list(.text):
            let why = [suppression.why, row.author.map { "by \($0)" }, row.note.map { "- \($0)" }]
            let columns = [row.domain.text, since ?? "", until ?? "-", why.compactMap(\.self).joined(separator: "  ")]
            return Array((columns.map(terminalSafe).joined(separator: "\t") + "\n").utf8)
        case .list(.csv):
            let columns = [
                row.domain.text, suppression.cause.name, suppression.reason.text, since, until, suppression.why,
            ]
            return Array(CSV.row(columns + (hasNotes ? [row.author, row.note] : [])).utf8)
        case .list(.jsonl):
            json.removeAll()
            json.object { writer in
                writer.suppression(suppression)
                guard hasNotes else { return }
                writer.member("author", row.author)
                writer.member("note", row.note)
            }
            json.endLine()
            return json.bytes
        }
    }

    /// Writes all that are suppressed at a time, except those with addresses of our own.
    func print(_ ledger: LedgerStore, at now: Int64, other own: OwnAddresses) throws {
        var list = self
        try StandardOutput.use { output in
            if let header { try output.write(header.utf8) }
            let printer = RowPrinter(output)
            var others = OtherAddresses(than: own)
            try ledger.suppressedDomains(at: now) {
                !others.takes($0.domain) || printer.print(list.line($0))
            }
            try printer.finish()
            others.warn()
        }
    }

    /// Says that a list of addresses lacks the suppressed domains, if there are any.
    ///
    /// - Parameter command: which lists these with `--domains`.
    static func noteUnlisted(_ ledger: LedgerStore, at now: Int64, by command: String) throws {
        let count = try ledger.suppressedDomainCount(at: now)
        if count == 0 { return }
        Log().note(
            "\(count) \(count == 1 ? "domain is" : "domains are") suppressed as a whole and not in this list; maildir-bounce "
                + "\(command) --domains lists \(count == 1 ? "it" : "them")")
    }
}
