import ArgumentParser
import Bytes
import Classifier
import Ledger

/// What a table of a report is by.
enum ReportBy: String, CaseIterable, ExpressibleByArgument {
    case `class`
    case reason
    case domain
    case provider
    case day
    case origin
    case rule
    case reportingMTA = "reporting-mta"

    /// Whether the rows count recipients; otherwise they count reports.
    var isByRecipient: Bool {
        switch self {
        case .reason, .domain, .provider, .reportingMTA: true
        case .class, .day, .origin, .rule: false
        }
    }
}

/// A table of numbers: what every format is written from.
struct ReportTable {
    struct Column {
        /// The key in JSON and CSV.
        let key: String
        /// Words above the numbers; a narrow table breaks them at the hyphens.
        let heading: String
    }

    struct Row {
        /// Empty where the reports do not say.
        var value: String
        var counts: [Int]
        /// The latest arrival, for a rule.
        var lastSeen: Int64?
    }

    let by: ReportBy
    var columns: [Column]
    var rows: [Row]

    /// The rows that a limit leaves, and the others. Of days the latest are left.
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

extension ReportTable {
    /// By class: how many reports, and by whom.
    static func classes(_ tally: [DayTally]) -> ReportTable {
        var counts: [String: [Int]] = [:]
        for row in tally {
            let place = row.origin == "local" ? 1 : row.origin == "remote" ? 2 : 3
            counts[row.class, default: [0, 0, 0, 0, 0]][0] += row.counted
            counts[row.class, default: [0, 0, 0, 0, 0]][place] += row.counted
            counts[row.class, default: [0, 0, 0, 0, 0]][4] += row.duplicates
        }
        let columns = [
            Column(key: "reports", heading: "reports"), Column(key: "local", heading: "local"),
            Column(key: "remote", heading: "remote"), Column(key: "no_origin", heading: "no-origin"),
            Column(key: "duplicates", heading: "duplicates"),
        ]
        return ReportTable(by: .class, columns: columns, rows: ranked(counts))
    }

    /// By origin, and the classes of each.
    static func origins(_ tally: [DayTally]) -> ReportTable {
        ReportTable(by: .origin, columns: classColumns, rows: ranked(byClass(tally) { $0.origin ?? "" }))
    }

    /// By day, the earliest first; days without a report are left out.
    static func days(_ tally: [DayTally]) -> ReportTable {
        let rows = byClass(tally) { day($0.day) }.sorted { $0.key < $1.key }
        return ReportTable(
            by: .day, columns: classColumns,
            rows: rows.map { Row(value: $0.key, counts: $0.value) }
                .filter { $0.counts[0] > 0 })
    }

    /// How often each rule spoke since the ledger began.
    static func rules(_ hits: [LedgerSummary.RuleHits]) -> ReportTable {
        let rows = hits.map { Row(value: $0.rule, counts: [$0.hits], lastSeen: $0.lastSeen) }
        return ReportTable(
            by: .rule, columns: [Column(key: "hits", heading: "hits")],
            rows: rows.sorted { ($1.counts[0], $0.value) < ($0.counts[0], $1.value) })
    }

    /// By what recipients have in common.
    static func recipients(_ by: ReportBy, _ rows: [RecipientRow]) -> ReportTable {
        let columns = [
            Column(key: "bounces", heading: "bounces"), Column(key: "hard", heading: "hard"),
            Column(key: "soft", heading: "soft"), Column(key: "delayed", heading: "delayed"),
            Column(key: "complaint", heading: "complaint"), Column(key: "auto_reply", heading: "auto-reply"),
            Column(key: "delivered", heading: "delivered"), Column(key: "other", heading: "other"),
        ]
        return ReportTable(
            by: by, columns: columns,
            rows: rows.map { row in
                let counts = row.counts
                return Row(
                    value: row.value,
                    counts: [
                        counts.bounces, counts.hard, counts.soft, counts.delayed, counts.complaint, counts.autoReply,
                        counts.delivered, counts.other,
                    ])
            })
    }

    private static let classColumns =
        [Column(key: "reports", heading: "reports")]
        + MessageClass.allCases.map { name in
            Column(
                key: String(name.rawValue.map { $0 == "-" ? "_" : $0 }), heading: name.rawValue)
        }

    private static func byClass(_ tally: [DayTally], _ value: (DayTally) -> String) -> [String: [Int]] {
        let places = Dictionary(
            uniqueKeysWithValues: MessageClass.allCases.enumerated().map { ($0.element.rawValue, $0.offset + 1) })
        let none = Array(repeating: 0, count: classColumns.count)
        var counts: [String: [Int]] = [:]
        for row in tally {
            counts[value(row), default: none][0] += row.counted
            if let place = places[row.class] { counts[value(row), default: none][place] += row.counted }
        }
        return counts
    }

    private static func ranked(_ counts: [String: [Int]]) -> [Row] {
        counts.map { Row(value: $0.key, counts: $0.value) }.filter { $0.counts.contains { $0 > 0 } }
            .sorted { ($1.counts[0], $0.value) < ($0.counts[0], $1.value) }
    }
}

/// A day for a report, `2026-11-24`.
///
/// - Parameter day: days since 1970-01-01.
func day(_ day: Int64) -> String { String(timestamp(day * CalendarTime.secondsPerDay)?.prefix(10) ?? "?") }
