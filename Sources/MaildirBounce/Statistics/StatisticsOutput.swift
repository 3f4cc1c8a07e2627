import Bytes
import Ledger

/// Tables of a report for programs.
enum StatisticsOutput {
    /// A line for each row; what the reports do not say is absent.
    static func json(_ table: StatisticsTable, limit: Int?) -> [UInt8] {
        var json = JSONWriter()
        for row in table.rows(limit: limit).shown {
            json.object { writer in
                writer.member("by", table.by.rawValue)
                writer.member("value", row.value)
                for (column, count) in zip(table.columns, row.counts) { writer.member(named: column.key, count) }
                writer.member("last_seen", row.lastSeen.flatMap(timestamp))
            }
            json.endLine()
        }
        return json.bytes
    }

    static func csv(_ table: StatisticsTable, limit: Int?) -> [UInt8] {
        let hasTimes = table.by == .rule
        var csv = CSV.row([table.by.rawValue] + table.columns.map(\.key) + (hasTimes ? ["last_seen"] : []))
        for row in table.rows(limit: limit).shown {
            csv += CSV.row(
                [row.value] + row.counts.map(String.init) + (hasTimes ? [row.lastSeen.flatMap(timestamp)] : []))
        }
        return Array(csv.utf8)
    }

    /// A line for each domain that refuses mail for a fault of the sender.
    static func json(_ faults: SendersFaults) -> [UInt8] {
        var json = JSONWriter()
        for fault in faults.worst {
            json.object { writer in
                writer.member("by", "senders-fault")
                writer.sendersFault(fault)
            }
            json.endLine()
        }
        return json.bytes
    }

    /// The figures over all, as the first line of a report about everything.
    static func json(_ data: StatisticsData) -> [UInt8] {
        var json = JSONWriter()
        json.object { writer in
            writer.member("by", "all")
            writer.member("since", data.window.start > 0 ? timestamp(data.window.start) : nil)
            writer.member("until", timestamp(data.window.end))
            writer.member("reports", data.reports)
            writer.member("duplicates", data.duplicates)
            writer.member("hard", data.figures.total.hard)
            writer.member("soft", data.figures.total.soft)
            writer.member("recipients", data.figures.total.all)
            writer.member("newly_suppressed", data.suppressions.count)
            writer.member("undecided", data.undecided.count)
            writer.member("pruned", data.pruned)
        }
        json.endLine()
        return json.bytes
    }
}
