import Bytes
import Verdict
import Ledger

/// The report as one page that needs nothing else: no script, no request, no font; readable on paper, on a phone, in
/// light and in dark, and by ear.
struct StatisticsPage {
    /// Rows of the tables of domains and providers.
    static let tableRows = 20
    /// Newly suppressed addresses that are named.
    static let suppressedRows = 50
    /// Groups of bounces without a reason.
    static let undecidedGroups = 20
    /// Rows of each list that a number leads to.
    static let listRows = 10

    private let data: StatisticsData
    private let periods: StatisticsPeriods
    private var lists: [List] = []
    private var listOfGroup: [StatisticsGroup: Int] = [:]

    /// A list at the end of the page that numbers lead to.
    private struct List {
        var group: StatisticsGroup
        var title: String
        /// What the list shows the latest of: `1,234 reports`.
        var whole: String
    }

    /// - Parameter samples: reads the rows of the lists from the ledger.
    static func page(
        _ data: StatisticsData, samples: (Set<StatisticsGroup>) throws(LedgerError) -> [StatisticsGroup: [ReportSample]]
    ) throws(LedgerError) -> String {
        var report = StatisticsPage(data)
        let figures = report.figures()
        let samples = try samples(Set(report.listOfGroup.keys))
        let page = HTML {
            HTML.doctype
            HTML(.html, [.lang: "en"]) {
                report.head
                HTML(.body) {
                    HTML(.a, [.class: "skip", .href: "main"]) { "Skip to the figures" }
                    report.header
                    report.contents
                    HTML(.main, [.id: "main"]) {
                        figures
                        report.lists(samples)
                    }
                    footer
                }
            }
        }
        return page.markup
    }

    private init(_ data: StatisticsData) {
        self.data = data
        let days = data.tally.lazy.filter { $0.counted > 0 }.map(\.day)
        periods = StatisticsPeriods(days.min().flatMap { first in days.max().map { first...$0 } })
    }

    // MARK: Frame

    private var head: HTML {
        HTML(.head) {
            HTML(.meta, [.charset: "utf-8"])
            HTML(
                .meta,
                [
                    .httpEquiv: "Content-Security-Policy",
                    .content: "default-src 'none'; style-src '\(HTMLStyle.hash)'; base-uri 'none'; form-action 'none'",
                ])
            HTML(.meta, [.name: "viewport", .content: "width=device-width, initial-scale=1"])
            HTML(.meta, [.name: "referrer", .content: "no-referrer"])
            HTML(.meta, [.name: "robots", .content: "noindex"])
            HTML(.title) { "Bounces, \(data.span)" }
            HTML.style(HTMLStyle.sheet)
        }
    }

    private var header: HTML {
        HTML(.header) {
            HTML(.h1) { "Bounces, \(data.span)" }
            HTML(.p, [.class: "dim"]) {
                "From the ledger "
                data.ledger
                ", made \(timestamp(data.now) ?? "?"). All times are UTC. A number leads to its list."
            }
        }
    }

    private var contents: HTML {
        let entries = [
            ("repair", "What to repair"), ("summary", "At a glance"),
            ("days", "By \(periods.unit)"), ("classes", "Classes"),
            ("origins", "Local and remote"), ("parties", "Whose fault"), ("reasons", "Reasons"), ("domains", "Domains"),
            ("providers", "Providers"), ("streams", "Streams"), ("campaigns", "Campaigns"),
            ("suppressions", "New suppressions"), ("brake", "Held back"),
            ("undecided", "Not understood"),
            ("lists", "Lists"),
        ]
        let shown = entries.filter { id, _ in
            switch id {
            case "repair": data.sendersFaults.count > 0
            case "campaigns": data.campaignHeader != nil
            default: true
            }
        }
        return HTML(.nav, [.ariaLabel: "Contents"]) {
            HTML(.ul) {
                for (id, name) in shown { HTML(.li) { HTML(.a, [.href: id]) { name } } }
            }
        }
    }

    private static let footer = HTML(.footer) {
        HTML(.p) {
            "Made by maildir-bounce \(programVersion). Counters count recipients, reports count mails; "
            "a report that came twice counts once."
        }
    }

    private static func section(_ id: String, _ heading: String, @HTML.Builder _ content: () -> HTML) -> HTML {
        HTML(.section, [.id: id, .ariaLabelledby: "\(id)-h"]) {
            HTML(.h2, [.id: "\(id)-h"]) { heading }
            content()
        }
    }

    // MARK: Sections

    @HTML.Builder private mutating func figures() -> HTML {
        repair
        summary
        days()
        Self.section("classes", "Classes") {
            figures(
                .classes(data.tally), id: "t-classes", first: "Class", caption: "Reports by class, and who wrote them.")
        }
        Self.section("origins", "Local against remote") {
            HTML(.p) {
                "Local: our own mail server was refused and wrote the report. Remote: another server took the mail "
                "and reported later."
            }
            figures(.origins(data.tally), id: "t-origins", first: "Origin", caption: "Reports by origin and class.")
        }
        recipients(
            "parties", "Whose fault", .party, data.figures.parties, limit: nil,
            "Who can do something about it: the recipient, the sender (us), or the system, which is a server, the network "
                + "or the moment.")
        recipients(
            "reasons", "Reasons", .reason, data.figures.reasons, limit: nil,
            "What servers said of recipients, by reason.")
        recipients(
            "domains", "Worst domains", .domain, data.figures.domains, limit: Self.tableRows,
            "By the domain of the address.")
        recipients(
            "providers", "Worst providers", .provider, data.figures.providers, limit: Self.tableRows,
            "By who runs the server that refused; where it has no name, by the recipient's domain.")
        recipients(
            "streams", "Streams", .stream, data.figures.streams, limit: Self.tableRows,
            "By the mailing that the mail belonged to: its List-Id, else the return path without its tag.")
        if let header = data.campaignHeader {
            recipients(
                "campaigns", "Campaigns", .campaign, data.figures.campaigns, limit: Self.tableRows,
                "By \(header.spelling) of the mail that came back, as long as the ledger keeps it.")
        }
        suppressions
        brake
        undecided
    }

    /// Who refuses our mail for faults of ours, and what to do; nothing if nobody does.
    @HTML.Builder private var repair: HTML {
        let faults = data.sendersFaults
        if faults.count > 0 {
            Self.section("repair", "What to repair") {
                HTML(.p) {
                    "Domains that refuse mail now for a fault of the sender. By default no address is suppressed for that."
                }
                Self.table(
                    "t-repair", "Most addresses first.", ["Domain", "Since", "Reason", "Said last", "To repair"],
                    ["Addresses"]
                ) {
                    for fault in faults.worst.prefix(SendersFaults.shown) {
                        HTML(.tr) {
                            Self.rowHead(.name(fault.domain))
                            HTML(.td, [.class: "t"]) { fault.firstDay }
                            HTML(.td, [.class: "w"]) { fault.reason.text }
                            HTML(.td, [.class: "s"]) { HTML(.bdi) { fault.example ?? "" } }
                            HTML(.td, [.class: "s"]) {
                                fault.advice ?? ""
                                if let documentation = fault.documentation { "; see \(documentation)" }
                            }
                            HTML(.td, [.class: "n"]) { grouped(fault.addresses) }
                        }
                    }
                }
                if let more = faults.more {
                    HTML(.p, [.class: "dim"]) {
                        "\(more): "
                        HTML(.code) { "maildir-bounce status --format json" }
                    }
                }
            }
        }
    }

    private var summary: HTML {
        let total = data.figures.total
        let tiles: [(id: String, name: String, count: Int, anchor: String)] = [
            ("reports", "Reports", data.reports, "classes"),
            ("hard", "Hard bounces", total.hard, "reasons"),
            ("soft", "Soft bounces", total.soft, "reasons"),
            ("suppressed", "Newly suppressed", data.suppressions.count, "suppressions"),
            ("local", "Reports by our server", data.reports(origin: .local), "origins"),
            ("remote", "Reports by others", data.reports(origin: .remote), "origins"),
            ("undecided", "Bounces not understood", data.undecided.count, "undecided"),
            ("letters", "Mails that are no report", data.reports(class: .notABounce), "classes"),
        ]
        return Self.section("summary", "At a glance") {
            HTML(.dl, [.class: "tiles"]) {
                for tile in tiles {
                    HTML(.div) {
                        HTML(.dt) { tile.name }
                        HTML(.dd, [.id: "n-\(tile.id)"]) { HTML(.a, [.href: tile.anchor]) { grouped(tile.count) } }
                    }
                }
            }
            if data.duplicates > 0 {
                HTML(.p, [.class: "dim"]) {
                    "\(grouped(data.duplicates)) more files held a report that another file had brought; "
                    "they do not count."
                }
            }
            if data.pruned > 0 {
                HTML(.p, [.class: "dim"]) {
                    "Of \(grouped(data.pruned)) reports the details were pruned: they are in the figures "
                    "by day, class and origin, and in none of the others."
                }
            }
        }
    }

    private mutating func days() -> HTML {
        let unit = periods.unit
        let table = table(by: periods.periods)
        return Self.section("days", "Reports per \(unit), by class") {
            if !table.rows.isEmpty { Self.chart(table) }
            figures(
                table, id: "t-days", first: unit.capitalized,
                caption: "Reports per \(unit), by class. Each \(unit) without a report is in the chart only.",
                title: "Reports of")
        }
    }

    private func table(by periods: [StatisticsPeriods.Period]) -> StatisticsTable {
        var place = periods.startIndex
        var rows: [String: [DayTally]] = [:]
        for row in data.tally {
            while place < periods.count, periods[place].days.upperBound < row.day { place += 1 }
            guard place < periods.count, periods[place].days.contains(row.day) else { continue }
            rows[periods[place].label, default: []].append(row)
        }
        var table = StatisticsTable.days([])
        for period in periods {
            var one = StatisticsTable.days(rows[period.label] ?? []).total
            if one.isEmpty { one = Array(repeating: 0, count: table.columns.count) }
            table.rows.append(StatisticsTable.Row(value: period.label, counts: one, group: .days(period.days)))
        }
        return table
    }

    /// Bars, stacked by class. The table below it has the same numbers, so it is hidden from screen readers.
    private static func chart(_ table: StatisticsTable) -> HTML {
        let highest = table.rows.max { $0.counts[0] < $1.counts[0] }
        let top = max(highest?.counts[0] ?? 0, 1)
        let used = table.columns.indices.dropFirst().filter { column in table.rows.contains { $0.counts[column] > 0 } }
        return HTML(.figure) {
            HTML(.ul, [.class: "legend", .ariaHidden: "true"]) {
                for column in used {
                    HTML(.li) {
                        HTML(.svg, [.class: "key", .viewBox: "0 0 1 1"]) {
                            HTML(.rect, [.class: "f\(column)", .width: "1", .height: "1"])
                        }
                        table.columns[column].heading
                    }
                }
            }
            picture("chart", width: table.rows.count * 10, height: 1000) {
                for (index, row) in table.rows.enumerated() {
                    for column in used where row.counts[column] > 0 {
                        let below = row.counts[1..<column].reduce(0, +)
                        let (from, to) = (below * 960 / top, (below + row.counts[column]) * 960 / top)
                        HTML(
                            .rect,
                            [
                                .class: "f\(column)", .x: "\(index * 10 + 1)", .y: "\(1000 - max(to, from + 2))",
                                .width: "8", .height: "\(max(to - from, 2))",
                            ])
                    }
                }
            }
            if let first = table.rows.first, let last = table.rows.last {
                HTML(.p, [.class: "axis", .ariaHidden: "true"]) {
                    HTML(.span) { first.value }
                    HTML(.span) { last.value }
                }
            }
            HTML(.figcaption) {
                if let highest { "The highest bar: \(grouped(highest.counts[0])) reports, \(highest.value)." }
            }
        }
    }

    /// A drawing that repeats the numbers next to it.
    private static func picture(
        _ kind: String, width: Int, height: Int, @HTML.Builder _ content: () -> HTML
    ) -> HTML {
        HTML(
            .svg,
            [
                .class: kind, .viewBox: "0 0 \(width) \(height)", .preserveAspectRatio: "none", .ariaHidden: "true",
                .focusable: "false",
            ], content)
    }

    private mutating func recipients(
        _ id: String, _ heading: String, _ by: StatisticsAxis, _ rows: [RecipientRow], limit: Int?,
        _ caption: String
    ) -> HTML {
        let table = StatisticsTable.recipients(by, rows)
        return Self.section(id, heading) {
            figures(
                table, id: "t-\(id)", first: by.rawValue.capitalized, caption: "\(caption) Recipients, not mails.",
                limit: limit, sharesFrom: max(table.total[0], 1),
                recipients: Dictionary(rows.map { ($0.value, $0.counts.all) }, uniquingKeysWith: +))
            if let limit, rows.count > limit {
                HTML(.p, [.class: "dim"]) {
                    "The first \(limit) of \(grouped(rows.count)); all of them: "
                    HTML(.code) { "maildir-bounce report --by \(by.rawValue)" }
                }
            }
        }
    }

    private var suppressions: HTML {
        let new = data.suppressions
        return Self.section("suppressions", "New suppressions") {
            HTML(.p) {
                "Addresses suppressed in this time that still are. "
                HTML(.a, [.href: "l-suppressed"]) {
                    HTML(.span, [.id: "n-suppressions"]) { grouped(new.count) }
                    " in all"
                }
                "."
            }
            if new.count > 0 {
                Self.table(
                    "t-suppressions", "New suppressions by cause and reason.", ["Cause", "Reason"], ["Addresses"]
                ) {
                    for row in new.byReason {
                        HTML(.tr) {
                            Self.rowHead(HTML(row.cause.name))
                            HTML(.td) { row.reason.text }
                            HTML(.td, [.class: "n"]) { HTML(.a, [.href: "l-suppressed"]) { grouped(row.count) } }
                        }
                    }
                }
                HTML(.h3, [.id: "l-suppressed"]) { "The latest \(new.latest.count) of \(grouped(new.count))" }
                Self.table("t-suppressed", "The latest suppressions first.", ["Address", "Since", "Why"]) {
                    for row in new.latest {
                        HTML(.tr) {
                            Self.rowHead(.name(row.address))
                            HTML(.td, [.class: "t"]) { timestamp(row.suppression.since) ?? "?" }
                            HTML(.td, [.class: "s"]) { row.suppression.why }
                        }
                    }
                }
            }
        }
    }

    /// What waits for an administrator's decision.
    private var brake: HTML {
        Self.section("brake", "Held back") {
            if data.brakes.isEmpty && data.heldReports.isEmpty {
                HTML(.p) { "Nothing is held back." }
            } else {
                HTML(.p) {
                    "Counts against nobody until it is decided, whenever it came: see maildir-bounce brake list."
                }
            }
            if !data.brakes.isEmpty {
                Self.table(
                    "t-brakes", "Waves of failures.", ["Provider", "Reason", "Start", "End"], ["Addresses", "Waiting"]
                ) {
                    for episode in data.brakes.prefix(Self.tableRows) {
                        HTML(.tr) {
                            Self.rowHead(.name(episode.provider))
                            HTML(.td) { episode.reason.text }
                            HTML(.td, [.class: "t"]) { timestamp(episode.start) ?? "?" }
                            HTML(.td, [.class: "t"]) { timestamp(episode.end) ?? "?" }
                            HTML(.td, [.class: "n"]) { grouped(episode.addresses) }
                            HTML(.td, [.class: "n"]) { grouped(episode.held) }
                        }
                    }
                }
            }
            if !data.heldReports.isEmpty {
                Self.table(
                    "t-held-reports", "Reports from outside about more addresses than one may blame.",
                    ["File", "Arrival", "Class", "Domains"], ["Addresses"]
                ) {
                    for report in data.heldReports.prefix(Self.tableRows) {
                        HTML(.tr) {
                            Self.rowHead(.name(report.file))
                            HTML(.td, [.class: "t"]) { timestamp(report.arrival) ?? "?" }
                            HTML(.td) { report.class.text }
                            HTML(.td, [.class: "s"]) {
                                report.domains.prefix(HeldReport.domainLimit).joined(separator: ", ")
                            }
                            HTML(.td, [.class: "n"]) { grouped(report.addresses) }
                        }
                    }
                }
            }
        }
    }

    private var undecided: HTML {
        let groups = data.undecided
        let shown = groups.ranked.prefix(Self.undecidedGroups)
        return Self.section("undecided", "Not understood") {
            HTML(.p) {
                "Bounces and delays for which no reason was found, grouped by likeness: "
                HTML(.span, [.id: "n-undecided-list"]) { grouped(groups.count) }
                " in \(grouped(groups.groupCount)) groups. They count as soft. "
                HTML(.code) { "maildir-bounce unclassified --anonymize" }
                " makes samples fit for a bug report."
            }
            if groups.count > 0 {
                HTML(.p, [.class: "dim"]) { "The largest \(shown.count), with the sample that came last." }
                HTML(.ol, [.class: "groups", .id: "l-undecided"]) {
                    for group in shown {
                        HTML(.li) {
                            HTML(.strong) { grouped(group.count) }
                            " like this one to "
                            HTML.name(group.sample.shownAddress)
                            ", \(timestamp(group.sample.arrival) ?? "?"):"
                            HTML(.pre) { group.sample.outcome?.diagnostic ?? "(the report says nothing)" }
                        }
                    }
                }
            }
        }
    }

    // MARK: Tables

    private static let nothing = HTML(.p) { "Nothing in this time." }

    private static func columnHead(_ name: String, isNumber: Bool = false, key: String? = nil) -> HTML {
        HTML(.th, [.scope: "col", .class: isNumber ? "n" : nil, .dataKey: key]) { name }
    }

    private static func rowHead(_ content: HTML) -> HTML { HTML(.th, [.scope: "row"]) { content } }

    private static func table(
        _ id: String, _ caption: String, _ names: [String], _ numbers: [String] = [],
        @HTML.Builder rows: () -> HTML
    ) -> HTML {
        let head = HTML {
            for name in names { columnHead(name) }
            for name in numbers { columnHead(name, isNumber: true) }
        }
        return table(id, caption, head: head, body: HTML(.tbody, [:], rows))
    }

    private static func table(_ id: String, _ caption: String, head: HTML, body: HTML) -> HTML {
        HTML(.div, [.class: "scroll", .tabindex: "0", .role: "region", .ariaLabelledby: "\(id)-c"]) {
            HTML(.table, [.id: id]) {
                HTML(.caption, [.id: "\(id)-c"]) { HTML(.span) { caption } }
                HTML(.thead) { HTML(.tr) { head } }
                body
            }
        }
    }

    /// A table of numbers that lead to lists.
    ///
    /// - Parameters:
    ///   - title: what the title of a row's list begins with; `first` if nil.
    ///   - whole: what the first number is shown as a share of, as a bar.
    ///   - recipients: how many recipients the list of each row is taken from; nil if the rows count reports.
    private mutating func figures(
        _ table: StatisticsTable, id: String, first: String, caption: String, title: String? = nil, limit: Int? = nil,
        sharesFrom whole: Int? = nil, recipients: [String: Int]? = nil
    ) -> HTML {
        let rows = table.rows.filter { $0.counts.contains { $0 > 0 } }
        guard !rows.isEmpty else { return Self.nothing }
        let total = table.total
        let used = table.columns.indices.filter { $0 == 0 || total[$0] > 0 }
        let head = HTML {
            Self.columnHead(first)
            for column in used {
                Self.columnHead(table.columns[column].heading, isNumber: true, key: table.columns[column].key)
            }
            if whole != nil { Self.columnHead("share") }
        }
        let body = HTML {
            HTML(.tbody) {
                for row in rows.prefix(limit ?? rows.count) {
                    let name = row.value.isEmpty ? StatisticsText.notSaid : row.value
                    let listed =
                        recipients.map { "\(grouped($0[row.value] ?? 0)) recipients" }
                        ?? "\(grouped(row.counts[0])) reports"
                    let anchor = row.group.map { list($0, "\(title ?? first) \(name)", of: listed) }
                    let named = used.first { row.counts[$0] > 0 }
                    HTML(.tr) {
                        Self.rowHead(.name(name))
                        for column in used {
                            Self.number(row.counts[column], anchor, name: column == named ? name : nil)
                        }
                        if let whole { Self.share(row.counts[0], of: whole) }
                    }
                }
            }
            HTML(.tfoot) {
                HTML(.tr) {
                    Self.rowHead(HTML("all"))
                    for column in used { HTML(.td, [.class: "n"]) { grouped(total[column]) } }
                    if whole != nil { HTML(.td) }
                }
            }
        }
        return Self.table(id, caption, head: head, body: body)
    }

    /// - Parameter name: the row's, for its first number; the tab key passes over the others.
    private static func number(_ count: Int, _ anchor: Int?, name: String?) -> HTML {
        guard count > 0, let anchor else {
            return HTML(.td, [.class: count == 0 ? "n zero" : "n"]) { grouped(count) }
        }
        let label = name.map { "\(grouped(count)), list of \($0)" }
        return HTML(.td, [.class: "n"]) {
            HTML(.a, [.href: "list-\(anchor)", .ariaLabel: label, .tabindex: label == nil ? "-1" : nil]) {
                grouped(count)
            }
        }
    }

    private static func share(_ count: Int, of whole: Int) -> HTML {
        let permille = count * 1000 / whole
        return HTML(.td, [.class: "t"]) {
            picture("share", width: 1000, height: 10) {
                HTML(.rect, [.class: "back", .width: "1000", .height: "10"])
                HTML(.rect, [.width: "\(permille)", .height: "10"])
            }
            " \(permille / 10).\(permille % 10)%"
        }
    }

    // MARK: Lists

    private mutating func list(_ group: StatisticsGroup, _ title: String, of whole: String) -> Int {
        if let known = listOfGroup[group] { return known }
        lists.append(List(group: group, title: title, whole: whole))
        listOfGroup[group] = lists.count - 1
        return lists.count - 1
    }

    private func lists(_ samples: [StatisticsGroup: [ReportSample]]) -> HTML {
        HTML {
            HTML(.p, [.class: "paper"]) { "The lists that the numbers lead to are on the screen only." }
            Self.section("lists", "Lists") {
                HTML(.p) {
                    "The latest \(Self.listRows) of each. "
                    HTML(.code) { "maildir-bounce address" }
                    " shows all about one address."
                }
                for (index, list) in lists.enumerated() {
                    let rows = samples[list.group] ?? []
                    HTML(.h3, [.id: "list-\(index)"]) { list.title }
                    if rows.isEmpty {
                        HTML(.p) { "The details of these reports were pruned." }
                    } else {
                        Self.table(
                            "list-\(index)-t", "The latest \(rows.count) of \(list.whole).",
                            ["Address", "Arrived", "Class", "Reason", "Said", "File"]
                        ) {
                            for row in rows { Self.row(row) }
                        }
                    }
                }
                HTML(.p) { HTML(.a, [.href: "main"]) { "Back to the figures" } }
            }
        }
    }

    private static func row(_ row: ReportSample) -> HTML {
        func cell(_ kind: String, _ parts: String?...) -> HTML {
            HTML(.td, [.class: kind]) { parts.compactMap(\.self).joined(separator: ", ") }
        }
        let said = [row.outcome?.diagnostic, row.reportingMTA.map { "(by \($0))" }]
        return HTML(.tr) {
            rowHead(.name(row.shownAddress))
            cell("t", timestamp(row.arrival) ?? "?")
            cell("w", row.class.text, row.origin?.text)
            cell("w", row.outcome?.fate.kind.text, row.outcome?.reason.text)
            HTML(.td, [.class: "s"]) { HTML(.bdi) { said.compactMap(\.self).joined(separator: " ") } }
            HTML(.td, [.class: "s"]) { HTML.name(row.destination ?? "") }
        }
    }
}

extension ReportSample {
    fileprivate var shownAddress: String { address.isEmpty ? "(no address)" : address }
}

/// A number with its thousands apart: `1,234,567`.
func grouped(_ number: Int) -> String {
    let digits = String(number)
    guard digits.count > 3, number > 0 else { return digits }
    let head = (digits.count - 1) % 3 + 1
    var parts = [digits.prefix(head)]
    var rest = digits.dropFirst(head)
    while !rest.isEmpty {
        parts.append(rest.prefix(3))
        rest = rest.dropFirst(3)
    }
    return parts.joined(separator: ",")
}
