import Verdict
import Crypto
import Ledger

/// The report as one page that needs nothing else: no script, no request, no font; readable on paper, on a phone, in
/// light and in dark, and by ear.
struct HTMLReport {
    /// Rows of the tables of domains and providers.
    static let tableRows = 20
    /// Newly suppressed addresses that are named.
    static let suppressedRows = 50
    /// Groups of bounces without a reason.
    static let undecidedGroups = 20
    /// Rows of each list that a number leads to.
    static let listRows = 10

    private let data: ReportData
    private let periods: ReportPeriods
    private var page = HTMLWriter()
    private var lists: [List] = []
    private var listOfGroup: [ReportGroup: Int] = [:]

    /// A list at the end of the page that numbers lead to.
    private struct List {
        var group: ReportGroup
        var title: String
        /// What the list is a part of.
        var count: Int
        /// What is counted.
        var things: String
    }

    /// - Parameter samples: reads the rows of the lists from the ledger.
    static func page(
        _ data: ReportData, samples: (Set<ReportGroup>) throws(Failure) -> [ReportGroup: [ReportSample]]
    ) throws(Failure) -> String {
        var report = HTMLReport(data)
        report.head()
        report.summary()
        report.days()
        report.classes()
        report.origins()
        report.recipients(
            "reasons", "Reasons", .reason, data.figures.reasons, limit: nil,
            "What servers said of recipients, by reason.")
        report.recipients(
            "domains", "Worst domains", .domain, data.figures.domains, limit: tableRows,
            "By the domain of the address.")
        report.recipients(
            "providers", "Worst providers", .provider, data.figures.providers, limit: tableRows,
            "By who runs the server that refused; where it has no name, by the recipient's domain.")
        report.suppressions()
        report.undecided()
        report.writeLists(try samples(Set(report.listOfGroup.keys)))
        report.foot()
        return report.page.html
    }

    private init(_ data: ReportData) {
        self.data = data
        let days = data.tally.lazy.filter { $0.counted > 0 }.map(\.day)
        periods = ReportPeriods(days.min().flatMap { first in days.max().map { first...$0 } })
    }

    // MARK: Frame

    private mutating func head() {
        let hash = base64(Array(SHA256.hash(data: Array(HTMLStyle.sheet.utf8))))
        page.line("<!DOCTYPE html>")
        page.line("<html lang=\"en\">")
        page.line("<head>")
        page.line("<meta charset=\"utf-8\">")
        page.line(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-\(hash)'; "
                + "base-uri 'none'; form-action 'none'\">")
        page.line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        page.line("<meta name=\"referrer\" content=\"no-referrer\">")
        page.line("<meta name=\"robots\" content=\"noindex\">")
        page.element("title", "Bounces, \(data.span)")
        page.line("\n<style>\(HTMLStyle.sheet)</style>")
        page.line("</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the figures</a>\n<header>")
        page.element("h1", "Bounces, \(data.span)")
        page.raw("\n<p class=\"dim\">From the ledger ")
        page.text(data.ledger)
        page.raw(", made ")
        page.text(timestamp(data.now) ?? "?")
        page.line(". All times are UTC. A number leads to its list.</p>\n</header>")
        page.line("<nav aria-label=\"Contents\"><ul>")
        let entries = [
            ("summary", "At a glance"), ("days", "By \(periods.unit)"), ("classes", "Classes"),
            ("origins", "Local and remote"), ("reasons", "Reasons"), ("domains", "Domains"),
            ("providers", "Providers"), ("suppressions", "New suppressions"), ("undecided", "Not understood"),
            ("lists", "Lists"),
        ]
        for (id, name) in entries { page.line("<li><a href=\"#\(id)\">\(name)</a></li>") }
        page.line("</ul></nav>\n<main id=\"main\">")
    }

    private mutating func foot() {
        page.line("</main>\n<footer>")
        page.raw(
            "<p>Made by maildir-bounce \(htmlText(programVersion)). Counters count recipients, reports count mails; ")
        page.line("a report that came twice counts once.</p>\n</footer>\n</body>\n</html>")
    }

    private mutating func section(_ id: String, _ heading: String, _ body: (inout HTMLReport) -> Void) {
        page.raw("<section id=\"\(id)\" aria-labelledby=\"\(id)-h\">\n<h2 id=\"\(id)-h\">")
        page.text(heading)
        page.line("</h2>")
        body(&self)
        page.line("</section>")
    }

    // MARK: Sections

    private mutating func summary() {
        section("summary", "At a glance") { report in
            let data = report.data
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
            report.page.line("<dl class=\"tiles\">")
            for tile in tiles {
                report.page.line(
                    "<div><dt>\(tile.name)</dt><dd id=\"n-\(tile.id)\"><a href=\"#\(tile.anchor)\">"
                        + "\(grouped(tile.count))</a></dd></div>")
            }
            report.page.line("</dl>")
            if data.duplicates > 0 {
                report.page.line(
                    "<p class=\"dim\">\(grouped(data.duplicates)) more files held a report that another file had "
                        + "brought; they do not count.</p>")
            }
            if data.pruned > 0 {
                report.page.line(
                    "<p class=\"dim\">Of \(grouped(data.pruned)) reports the details were pruned: they are in the figures "
                        + "by day, class and origin, and in none of the others.</p>")
            }
        }
    }

    private mutating func days() {
        let unit = periods.unit
        section("days", "Reports per \(unit), by class") { report in
            let periods = report.periods
            guard !periods.periods.isEmpty else { return report.nothing() }
            let table = report.table(by: periods)
            report.chart(table)
            report.write(
                table, id: "t-days", first: unit.capitalized,
                caption: "Reports per \(unit), by class. Each \(unit) without a report is in the chart only.",
                limit: nil
            ) { row in
                periods.periods.first { $0.label == row.value }.map { .days($0.days) }
            } title: {
                "Reports of \($0)"
            }
        }
    }

    private func table(by periods: ReportPeriods) -> ReportTable {
        var place = periods.periods.startIndex
        var rows: [String: [DayTally]] = [:]
        for row in data.tally {
            while place < periods.periods.count, periods.periods[place].days.upperBound < row.day { place += 1 }
            guard place < periods.periods.count, periods.periods[place].days.contains(row.day) else { continue }
            rows[periods.periods[place].label, default: []].append(row)
        }
        var table = ReportTable.days([])
        for period in periods.periods {
            var one = ReportTable.days(rows[period.label] ?? []).total
            if one.isEmpty { one = Array(repeating: 0, count: table.columns.count) }
            table.rows.append(ReportTable.Row(value: period.label, counts: one))
        }
        return table
    }

    /// Bars, stacked by class. The table beside it says the same in numbers, so it is hidden from screen readers.
    private mutating func chart(_ table: ReportTable) {
        let highest = table.rows.max { $0.counts[0] < $1.counts[0] }
        let top = max(highest?.counts[0] ?? 0, 1)
        let used = table.columns.indices.dropFirst().filter { column in table.rows.contains { $0.counts[column] > 0 } }
        page.line("<figure>\n<ul class=\"legend\" aria-hidden=\"true\">")
        for column in used {
            page.line(
                "<li><svg class=\"key\" viewBox=\"0 0 1 1\"><rect class=\"f\(column)\" width=\"1\" height=\"1\"/></svg>"
                    + "\(table.columns[column].heading)</li>")
        }
        page.line("</ul>")
        page.line(
            "<svg class=\"chart\" viewBox=\"0 0 \(table.rows.count * 10) 1000\" preserveAspectRatio=\"none\" "
                + "aria-hidden=\"true\" focusable=\"false\">")
        for (index, row) in table.rows.enumerated() {
            var below = 0
            for column in used where row.counts[column] > 0 {
                let (from, to) = (below * 960 / top, (below + row.counts[column]) * 960 / top)
                below += row.counts[column]
                page.line(
                    "<rect class=\"f\(column)\" x=\"\(index * 10 + 1)\" y=\"\(1000 - max(to, from + 2))\" width=\"8\" "
                        + "height=\"\(max(to - from, 2))\"/>")
            }
        }
        page.line("</svg>")
        if let first = table.rows.first, let last = table.rows.last {
            page.line(
                "<p class=\"axis\" aria-hidden=\"true\"><span>\(first.value)</span><span>\(last.value)</span></p>")
        }
        page.raw("<figcaption>")
        if let highest {
            page.raw("The highest bar: \(grouped(highest.counts[0])) reports, \(htmlText(highest.value)).")
        }
        page.line("</figcaption>\n</figure>")
    }

    private mutating func classes() {
        let table = ReportTable.classes(data.tally)
        section("classes", "Classes") { report in
            report.write(
                table, id: "t-classes", first: "Class", caption: "Reports by class, and who wrote them.", limit: nil
            ) {
                $0.group
            } title: {
                "Class \($0)"
            }
        }
    }

    private mutating func origins() {
        let table = ReportTable.origins(data.tally)
        section("origins", "Local against remote") { report in
            report.page.line(
                "<p>Local: our own mail server was refused and wrote the report. Remote: another server took the mail "
                    + "and reported later.</p>")
            report.write(
                table, id: "t-origins", first: "Origin", caption: "Reports by origin and class.", limit: nil
            ) {
                $0.group
            } title: {
                "Origin \($0)"
            }
        }
    }

    private mutating func recipients(
        _ id: String, _ heading: String, _ by: ReportBy, _ rows: [RecipientRow], limit: Int?,
        _ caption: String
    ) {
        let table = ReportTable.recipients(by, rows)
        let counts = Dictionary(rows.map { ($0.value, $0.counts.all) }, uniquingKeysWith: +)
        section(id, heading) { report in
            report.write(
                table, id: "t-\(id)", first: by.rawValue.capitalized, caption: "\(caption) Recipients, not mails.",
                limit: limit, things: "recipients", sharesFrom: max(table.total[0], 1)
            ) {
                $0.group
            } title: {
                "\(by.rawValue.capitalized) \($0)"
            } count: {
                counts[$0.value] ?? 0
            }
            if let limit, rows.count > limit {
                report.page.line(
                    "<p class=\"dim\">The first \(limit) of \(grouped(rows.count)); all of them: "
                        + "<code>maildir-bounce report --by \(by.rawValue)</code></p>")
            }
        }
    }

    private mutating func suppressions() {
        section("suppressions", "New suppressions") { report in
            let new = report.data.suppressions
            report.page.line(
                "<p>Addresses suppressed in this time that still are. <a href=\"#l-suppressed\">"
                    + "<span id=\"n-suppressions\">\(grouped(new.count))</span> in all</a>.</p>")
            guard new.count > 0 else { return }
            report.open("t-suppressions", "New suppressions by cause and reason.", ["Cause", "Reason"], ["Addresses"])
            for row in new.byReason {
                report.page.raw("<tr><th scope=\"row\">\(row.cause.name)</th><td>")
                report.page.text(row.reason.text)
                report.page.line(
                    "</td><td class=\"n\"><a href=\"#l-suppressed\">\(grouped(row.count))</a></td></tr>")
            }
            report.close()
            report.page.line("<h3 id=\"l-suppressed\">The latest \(new.latest.count) of \(grouped(new.count))</h3>")
            report.open("t-suppressed", "The latest suppressions first.", ["Address", "Since", "Why"], [])
            for row in new.latest {
                report.page.raw("<tr><th scope=\"row\">")
                report.page.name(row.address)
                report.page.raw(
                    "</th><td class=\"t\">\(timestamp(row.suppression.since) ?? "?")</td><td class=\"s\">")
                report.page.text(row.suppression.why)
                report.page.line("</td></tr>")
            }
            report.close()
        }
    }

    private mutating func undecided() {
        section("undecided", "Not understood") { report in
            let groups = report.data.undecided
            report.page.line(
                "<p>Bounces and delays for which no reason was found, grouped by likeness: "
                    + "<span id=\"n-undecided-list\">\(grouped(groups.count))</span> in "
                    + "\(grouped(groups.groupCount)) groups. They count as soft. "
                    + "<code>maildir-bounce unclassified --anonymize</code> makes samples fit for a bug report.</p>")
            guard groups.count > 0 else { return }
            let shown = groups.ranked.prefix(HTMLReport.undecidedGroups)
            report.page.line("<p class=\"dim\">The largest \(shown.count), with the sample that came last.</p>")
            report.page.line("<ol class=\"groups\" id=\"l-undecided\">")
            for group in shown {
                report.page.raw("<li><strong>\(grouped(group.count))</strong> like this one to ")
                report.page.name(group.sample.address.isEmpty ? "(no address)" : group.sample.address)
                report.page.raw(", \(timestamp(group.sample.arrival) ?? "?"):<pre>")
                report.page.text(group.sample.outcome?.diagnostic ?? "(the report says nothing)")
                report.page.line("</pre></li>")
            }
            report.page.line("</ol>")
        }
    }

    // MARK: Tables

    private mutating func open(_ id: String, _ caption: String, _ names: [String], _ numbers: [String]) {
        page.line("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"\(id)-c\">")
        page.raw("<table id=\"\(id)\"><caption id=\"\(id)-c\">")
        page.element("span", caption)
        page.raw("</caption><thead><tr>")
        for name in names { page.raw("<th scope=\"col\">\(htmlText(name))</th>") }
        for name in numbers { page.raw("<th scope=\"col\" class=\"n\">\(htmlText(name))</th>") }
        page.line("</tr></thead><tbody>")
    }

    private mutating func close() { page.line("</tbody></table></div>") }

    private mutating func nothing() { page.line("<p>Nothing in this time.</p>") }

    /// - Parameters:
    ///   - sharesFrom: what the first number is shown as a share of, as a bar.
    ///   - group: the list that a row's numbers lead to.
    ///   - count: of how many rows of the list only the latest are shown; the first number unless given.
    private mutating func write(
        _ table: ReportTable, id: String, first: String, caption: String, limit: Int?, things: String = "reports",
        sharesFrom whole: Int? = nil, group: (ReportTable.Row) -> ReportGroup?, title: (String) -> String,
        count: ((ReportTable.Row) -> Int)? = nil
    ) {
        let rows = table.rows.filter { $0.counts.contains { $0 > 0 } }
        guard !rows.isEmpty else { return nothing() }
        let total = table.total
        let used = table.columns.indices.filter { $0 == 0 || total[$0] > 0 }
        page.line("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"\(id)-c\">")
        page.raw("<table id=\"\(id)\"><caption id=\"\(id)-c\"><span>\(htmlText(caption))</span></caption><thead><tr>")
        page.raw("<th scope=\"col\">\(first)</th>")
        for column in used {
            page.raw(
                "<th scope=\"col\" class=\"n\" data-key=\"\(table.columns[column].key)\">"
                    + "\(table.columns[column].heading)</th>")
        }
        if whole != nil { page.raw("<th scope=\"col\">share</th>") }
        page.line("</tr></thead><tbody>")
        for row in rows.prefix(limit ?? rows.count) {
            let name = row.value.isEmpty ? ReportText.notSaid : row.value
            let anchor = group(row).map { list($0, title(name), count?(row) ?? row.counts[0], things) }
            page.raw("<tr><th scope=\"row\">")
            page.name(name)
            page.raw("</th>")
            var isFirst = true
            for column in used {
                number(row.counts[column], anchor, name: isFirst ? name : nil)
                if row.counts[column] > 0 { isFirst = false }
            }
            if let whole { share(row.counts[0], of: whole) }
            page.line("</tr>")
        }
        page.raw("</tbody><tfoot><tr><th scope=\"row\">all</th>")
        for column in used { page.raw("<td class=\"n\">\(grouped(total[column]))</td>") }
        if whole != nil { page.raw("<td></td>") }
        page.line("</tr></tfoot></table></div>")
    }

    /// - Parameter name: the row's, for its first number; the others are passed over by the tabulator.
    private mutating func number(_ count: Int, _ anchor: Int?, name: String?) {
        guard count > 0, let anchor else {
            page.raw("<td class=\"n\(count == 0 ? " zero" : "")\">\(grouped(count))</td>")
            return
        }
        let label =
            name.map { " aria-label=\"\(grouped(count)), list of \(htmlText($0))\"" } ?? " tabindex=\"-1\""
        page.raw("<td class=\"n\"><a href=\"#list-\(anchor)\"\(label)>\(grouped(count))</a></td>")
    }

    private mutating func share(_ count: Int, of whole: Int) {
        let permille = count * 1000 / whole
        page.raw(
            "<td class=\"t\"><svg class=\"share\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                + "aria-hidden=\"true\" focusable=\"false\"><rect class=\"back\" width=\"1000\" height=\"10\"/>"
                + "<rect width=\"\(permille)\" height=\"10\"/></svg> \(permille / 10).\(permille % 10)%</td>")
    }

    // MARK: Lists

    private mutating func list(_ group: ReportGroup, _ title: String, _ count: Int, _ things: String) -> Int {
        if let known = listOfGroup[group] { return known }
        lists.append(List(group: group, title: title, count: count, things: things))
        listOfGroup[group] = lists.count - 1
        return lists.count - 1
    }

    private mutating func writeLists(_ samples: [ReportGroup: [ReportSample]]) {
        page.line("<p class=\"paper\">The lists that the numbers lead to are on the screen only.</p>")
        let lists = self.lists
        section("lists", "Lists") { report in
            report.page.line(
                "<p>The latest \(HTMLReport.listRows) of each. <code>maildir-bounce address</code> shows all about one "
                    + "address.</p>")
            for (index, list) in lists.enumerated() {
                let rows = samples[list.group] ?? []
                report.page.raw("<h3 id=\"list-\(index)\">")
                report.page.text(list.title)
                report.page.line("</h3>")
                guard !rows.isEmpty else {
                    report.page.line("<p>The details of these reports were pruned.</p>")
                    continue
                }
                report.open(
                    "list-\(index)-t", "The latest \(rows.count) of \(grouped(list.count)) \(list.things).",
                    ["Address", "Arrived", "Class", "Reason", "Said", "File"], [])
                for row in rows { report.write(row) }
                report.close()
            }
            report.page.line("<p><a href=\"#main\">Back to the figures</a></p>")
        }
    }

    private mutating func write(_ row: ReportSample) {
        page.raw("<tr><th scope=\"row\">")
        page.name(row.address.isEmpty ? "(no address)" : row.address)
        page.raw("</th><td class=\"t\">\(timestamp(row.arrival) ?? "?")</td><td class=\"w\">")
        page.text([row.class.text, row.origin?.text].compactMap(\.self).joined(separator: ", "))
        page.raw("</td><td class=\"w\">")
        page.text([row.outcome?.fate.kind.text, row.outcome?.reason.text].compactMap(\.self).joined(separator: ", "))
        page.raw("</td><td class=\"s\"><bdi>")
        page.text(
            [row.outcome?.diagnostic, row.reportingMTA.map { "(by \($0))" }].compactMap(\.self).joined(separator: " "))
        page.raw("</bdi></td><td class=\"s\">")
        page.name(row.destination ?? "")
        page.line("</td></tr>")
    }
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
