import Bytes
import Ledger

/// A table of mailings: stream, day and count.
enum MailingTable {
    /// How many lines are taken at once: ten years of a hundred daily lists.
    static let lineLimit = 400_000
    private static let columns = ["stream", "day", "count"]

    /// Reads a table.
    ///
    /// - Parameter latest: the last day that may stand in it, in days since 1970.
    /// - Throws: a failure with status 65 that names the first line that is wrong.
    static func read(_ lines: LineReader, until latest: Int64) throws(Failure) -> [Mailing] {
        var mailings: [Mailing] = []
        var hasNames = false
        while let line = try lines.next() {
            if line.bytes.isEmpty, !line.isTooLong { continue }
            func wrong(_ what: String) -> Failure {
                Failure(ExitStatus.dataError, "\(lines.name): line \(line.number): \(what); nothing was changed")
            }
            guard !line.isTooLong, let fields = CSV.fields(of: line.bytes) else {
                throw wrong("this is no row of a table")
            }
            if line.number == 1, fields.first?.lowercased() == columns[0] {
                hasNames = true
                continue
            }
            let stream = Mailing.streamName(fields[0])
            guard (2...3).contains(fields.count), !stream.isEmpty else {
                throw wrong("a row has the columns stream, day and, if known, count")
            }
            guard fields[1].utf8.count == 10, let moment = parsedTimestamp(fields[1]) else {
                throw wrong("'\(fields[1])' is no day such as 2026-11-24")
            }
            let day = CalendarTime.day(of: moment)
            guard day <= latest else { throw wrong("\(fields[1]) lies in the future") }
            var count: Int64?
            if fields.count == 3, !fields[2].isEmpty {
                guard let number = Int64(fields[2]), number >= 0 else {
                    throw wrong("'\(fields[2])' is no number of mails")
                }
                count = number
            }
            guard mailings.count < lineLimit else { throw wrong("more than \(lineLimit) mailings; give them in parts") }
            mailings.append(Mailing(stream: stream, day: day, count: count))
        }
        // With names it is a table of no mailings; without them, whatever should have written it has failed.
        guard !mailings.isEmpty || hasNames else {
            throw Failure(ExitStatus.dataError, "\(lines.name): there is no mailing in it")
        }
        return mailings
    }

    static func lines(_ mailings: [Mailing], _ format: ListFormat) -> [[UInt8]] {
        let rows = mailings.map { mailing in
            [
                mailing.stream, LedgerStore.day(mailing.day), mailing.count.map { "\($0)" } ?? "",
                mailing.isTold ? "told" : "reports",
            ]
        }
        switch format {
        case .text: return Columns.lines(rows.map { $0.map { terminalSafe($0) } }).map { Array(($0 + "\n").utf8) }
        case .csv: return ([columns + ["known_by"]] + rows).map { Array(CSV.row($0).utf8) }
        case .jsonl:
            var json = JSONWriter()
            for mailing in mailings {
                json.object { writer in
                    writer.member("stream", mailing.stream)
                    writer.member("day", LedgerStore.day(mailing.day))
                    writer.member("count", mailing.count.map { Int($0) })
                    writer.member("known_by", mailing.isTold ? "told" : "reports")
                }
                json.endLine()
            }
            return [json.bytes]
        }
    }
}
