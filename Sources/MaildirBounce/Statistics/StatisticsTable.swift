import ArgumentParser
import Bytes
import Verdict
import Ledger

/// What a table of a report is by.
enum StatisticsAxis: String, CaseIterable, ExpressibleByArgument {
    case `class`
    case party
    case reason
    case domain
    case provider
    case day
    case origin
    case rule
    case reportingMTA = "reporting-mta"
    case stream
    case campaign

    /// Whether the rows count recipients; otherwise they count reports.
    var isByRecipient: Bool {
        switch self {
        case .party, .reason, .domain, .provider, .reportingMTA, .stream, .campaign: true
        case .class, .day, .origin, .rule: false
        }
    }
}

/// A table of numbers: what every format is written from.
struct StatisticsTable {
    struct Column {
        /// The key in JSON and CSV.
        let key: String
        /// The column headings; a narrow table breaks them at the hyphens.
        let heading: String
    }

    struct Row {
        /// Empty if the reports do not say.
        var value: String
        var counts: [Int]
        /// The latest arrival, for a rule.
        var lastSeen: Int64?
        /// The reports after the numbers, where they can be listed.
        var group: StatisticsGroup?
    }

    let by: StatisticsAxis
    var columns: [Column]
    var rows: [Row]

    /// The rows within a limit, and the rest. For days the latest are kept.
    func rows(limit: Int?) -> (shown: ArraySlice<Row>, rest: ArraySlice<Row>) {
        let limit = limit ?? rows.count
        return by == .day
            ? (rows.suffix(limit), rows.dropLast(limit)) : (rows.prefix(limit), rows.dropFirst(limit))
    }

    /// The sums of the columns.
    var total: [Int] {
        rows.reduce(into: Array(repeating: 0, count: columns.count)) { sums, row in
            for index in sums.indices { sums[index] += row.counts[index] }
        }
    }
}

extension StatisticsTable {
    /// By class: how many reports, and by whom.
    static func classes(_ tally: [DayTally]) -> StatisticsTable {
        var counts: [Token<MessageClass>: [Int]] = [:]
        for row in tally {
            let place =
                switch row.origin?.value {
                case .local: 1
                case .remote: 2
                case nil: 3
                }
            counts[row.class, default: [0, 0, 0, 0, 0]][0] += row.counted
            counts[row.class, default: [0, 0, 0, 0, 0]][place] += row.counted
            counts[row.class, default: [0, 0, 0, 0, 0]][4] += row.duplicates
        }
        let columns = [
            Column(key: "reports", heading: "reports"), Column(key: "local", heading: "local"),
            Column(key: "remote", heading: "remote"), Column(key: "no_origin", heading: "no-origin"),
            Column(key: "duplicates", heading: "duplicates"),
        ]
        return StatisticsTable(by: .class, columns: columns, rows: ranked(counts) { ($0.text, .class($0)) })
    }

    /// By origin, and the classes of each.
    static func origins(_ tally: [DayTally]) -> StatisticsTable {
        StatisticsTable(
            by: .origin, columns: classColumns,
            rows: ranked(byClass(tally, \.origin)) { ($0?.text ?? "", .origin($0)) })
    }

    /// By day, the earliest first; days without a report are left out.
    static func days(_ tally: [DayTally]) -> StatisticsTable {
        let rows = byClass(tally, \.day).sorted { $0.key < $1.key }
        return StatisticsTable(
            by: .day, columns: classColumns,
            rows: rows.map { Row(value: CalendarTime.text(ofDay: $0.key), counts: $0.value) }
                .filter { $0.counts[0] > 0 })
    }

    /// How often each rule spoke since the ledger began.
    static func rules(_ hits: [LedgerSummary.RuleHits]) -> StatisticsTable {
        let rows = hits.map { Row(value: $0.rule, counts: [$0.hits], lastSeen: $0.lastSeen) }
        return StatisticsTable(
            by: .rule, columns: [Column(key: "hits", heading: "hits")],
            rows: rows.sorted { ($1.counts[0], $0.value) < ($0.counts[0], $1.value) })
    }

    /// By what recipients have in common.
    static func recipients(_ by: StatisticsAxis, _ rows: [RecipientRow]) -> StatisticsTable {
        let columns = [
            Column(key: "bounces", heading: "bounces"), Column(key: "hard", heading: "hard"),
            Column(key: "soft", heading: "soft"), Column(key: "delayed", heading: "delayed"),
            Column(key: "complaint", heading: "complaint"), Column(key: "auto_reply", heading: "auto-reply"),
            Column(key: "delivered", heading: "delivered"), Column(key: "other", heading: "other"),
        ]
        return StatisticsTable(
            by: by, columns: columns,
            rows: rows.map { row in
                let counts = row.counts
                return Row(
                    value: row.value,
                    counts: [
                        counts.bounces, counts.hard, counts.soft, counts.delayed, counts.complaint, counts.autoReply,
                        counts.delivered, counts.other,
                    ], group: row.group)
            })
    }

    private static let classColumns =
        [Column(key: "reports", heading: "reports")]
        + MessageClass.allCases.map { name in
            Column(
                key: String(name.rawValue.map { $0 == "-" ? "_" : $0 }), heading: name.rawValue)
        }

    private static func byClass<Key: Hashable>(
        _ tally: [DayTally], _ key: (DayTally) -> Key
    ) -> [Key: [Int]] {
        let places = Dictionary(
            uniqueKeysWithValues: MessageClass.allCases.enumerated().map { ($0.element, $0.offset + 1) })
        let none = Array(repeating: 0, count: classColumns.count)
        var counts: [Key: [Int]] = [:]
        for row in tally {
            counts[key(row), default: none][0] += row.counted
            if let place = row.class.value.flatMap({ places[$0] }) {
                counts[key(row), default: none][place] += row.counted
            }
        }
        return counts
    }

    /// - Parameter name: the name of a row, and the reports that it counts.
    private static func ranked<Key>(
        _ counts: [Key: [Int]], name: (Key) -> (value: String, group: StatisticsGroup)
    ) -> [Row] {
        counts.map { key, counts in
            let (value, group) = name(key)
            return Row(value: value, counts: counts, group: group)
        }
        .filter { $0.counts.contains { $0 > 0 } }
        .sorted { ($1.counts[0], $0.value) < ($0.counts[0], $1.value) }
    }
}
