import ArgumentParser
import Bytes
import Glibc
import Ledger
import MIME

/// `report`: statistics of what arrived.
struct ReportCommand: ParsableCommand {
    /// Rows of the tables of a report about everything, for a person.
    static let overviewRows = 10

    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say in figures what arrived: by day, class, reason, domain and more.",
        discussion: """
            Without --by, an overview, and before it what you have to repair: which domains refuse mail now for a fault of \
            the sender (see maildir-bounce status), unless the report ends before today. The HTML page needs nothing else (no script, no network), and each of its numbers \
            leads to a list of the latest reports that it counts.

            Times are UTC and whole hours: the hour of --since is the first, and the end is where --until says; 30d is \
            thirty days ago. class, day, origin and rule count reports, the others count recipients. A provider is who \
            runs the server that refused, by the registered part of its name, or else the recipient's domain. A stream is \
            the List-Id of the mail that came back, or else the return path without its tag; a campaign is the value of the \
            first of [capture] headers in the configuration, or of --header, which the ledger keeps for \
            \(CaptureTable.defaultDays) days by default. The ledger does not date what rules did, so --by rule is about \
            all time.

            Example: maildir-bounce report --since 30d --ledger /var/lib/maildir-bounce/ledger.sqlite
            Example: maildir-bounce report --by domain --limit 20 --format csv
            Example: maildir-bounce report --by campaign --header X-Campaign --since 30d
            Example: maildir-bounce report --since 2026-11-01 --until 2026-12-01 --format html > november.html

            Exit status: 0 done (also where nothing arrived), 64 usage, 66 no ledger in that file, 74 it \
            is damaged, or reading failed, 75 try again later.
            """)

    @Option(help: ArgumentHelp("Only what arrived since: a day, a time, or 30d, 12w.", valueName: "time"))
    var since: GivenTime?

    @Option(help: ArgumentHelp("Only what arrived before: a day, a time, or 30d, 12w.", valueName: "time"))
    var until: GivenTime?

    @Option(
        help: ArgumentHelp(
            """
            One table: class, party (whose fault it is), reason, domain, provider, stream, campaign, day, origin, rule or \
            reporting-mta.
            """,
            valueName: "what"))
    var by: StatisticsAxis?

    @Option(
        help: ArgumentHelp(
            "Which captured field a campaign is a value of: a header field of [capture], feedback-id, subject, verp-id.",
            valueName: "name"))
    var header: CustomFieldName?

    @Option(help: "How to print: text (tables), jsonl (a line for each row), csv (with --by), html (one page).")
    var format: StatisticsFormat = .text

    @Option(
        help: ArgumentHelp(
            "Rows of a table at most: the largest, or the latest days.",
            discussion: "Without it all, or 10 in the overview.", valueName: "n"))
    var limit: Int?

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
        if format == .csv, by == nil {
            throw ValidationError("CSV is one table: say with --by which, such as --by day")
        }
        if format == .html, by != nil || limit != nil {
            throw ValidationError("the HTML page has all tables; leave out --by and --limit")
        }
        if header != nil, let by, by != .campaign {
            throw ValidationError("--header says what a campaign is; leave it out, or say --by campaign")
        }
        if by == .rule, since != nil || until != nil {
            throw ValidationError("the ledger does not date what rules did; leave out --since and --until")
        }
    }

    func run() throws {
        let configuration = try config.load()
        let now = Int64(time(nil))
        let (start, end) = (since?.moment(before: now), until?.moment(before: now))
        if let start, let end, start >= end {
            throw ValidationError("--since must be before --until")
        }
        let campaignHeader = header ?? configuration.capture.headers.first
        if by == .campaign, campaignHeader == nil {
            throw ValidationError(
                "no header field says what a campaign is: name it with --header, or set headers in [capture]")
        }
        let window = StatisticsWindow(since: start, until: end)
        let ledger = try ledgerOptions.open(configuration)
        try StandardOutput.use { output in
            if let by {
                try write(try table(by, ledger, window, campaignHeader), output)
            } else {
                try overview(ledger, window, now, campaignHeader, output)
            }
        }
    }

    private func table(
        _ by: StatisticsAxis, _ ledger: LedgerStore, _ window: StatisticsWindow, _ campaignHeader: CustomFieldName?
    ) throws(LedgerError) -> StatisticsTable {
        switch by {
        case .class: .classes(try ledger.tally(window))
        case .origin: .origins(try ledger.tally(window))
        case .day: .days(try ledger.tally(window))
        case .rule: .rules(try ledger.summary(at: 0).rules)
        case .party: .recipients(by, try ledger.recipientFigures(window).parties)
        case .reason: .recipients(by, try ledger.recipientFigures(window).reasons)
        case .domain: .recipients(by, try ledger.recipientFigures(window).domains)
        case .provider: .recipients(by, try ledger.recipientFigures(window).providers)
        case .reportingMTA: .recipients(by, try ledger.recipientFigures(window).reportingMTAs)
        case .stream: .recipients(by, try ledger.recipientFigures(window).streams)
        case .campaign:
            .recipients(by, try ledger.recipientFigures(window, captured: campaignHeader?.lowercased).campaigns)
        }
    }

    private func write(_ table: StatisticsTable, _ output: StandardOutput) throws(Failure) {
        switch format {
        case .csv: try output.write(StatisticsOutput.csv(table, limit: limit))
        case .jsonl: try output.write(StatisticsOutput.json(table, limit: limit))
        case .text, .html:
            for line in StatisticsText(width: output.width).lines(table, limit: limit) { try output.write(line: line) }
        }
    }

    private func overview(
        _ ledger: LedgerStore, _ window: StatisticsWindow, _ now: Int64, _ campaignHeader: CustomFieldName?,
        _ output: StandardOutput
    ) throws {
        let span = span(window)
        let data = try StatisticsData(
            ledger, window, span: span, now: now, campaignHeader: campaignHeader,
            suppressedLimit: StatisticsPage.suppressedRows)
        switch format {
        case .html:
            let page = try StatisticsPage.page(data) { groups throws(LedgerError) in
                try ledger.samples(
                    window, of: groups, captured: campaignHeader?.lowercased, limit: StatisticsPage.listRows)
            }
            try output.write(page.utf8)
        case .jsonl, .csv:
            try output.write(StatisticsOutput.json(data))
            try output.write(StatisticsOutput.json(data.sendersFaults))
            for table in Self.tables(data) { try output.write(StatisticsOutput.json(table, limit: limit)) }
        case .text:
            try output.write(line: terminalSafe("Bounces, \(span), in \(data.ledger)").cut(toColumns: output.width))
            let text = StatisticsText(width: output.width)
            let sentence =
                "\(data.reports) reports, \(data.duplicates) duplicates; recipients: \(data.figures.total.hard) hard, "
                + "\(data.figures.total.soft) soft; \(data.suppressions.count) newly suppressed, "
                + "\(data.undecided.count) not understood"
            try output.write(line: sentence.cut(toColumns: output.width))
            if data.sendersFaults.count > 0 {
                try output.write(line: "")
                for line in data.sendersFaults.lines { try output.write(line: line) }
            }
            for table in Self.tables(data) {
                try output.write(line: "")
                try output.write(line: "By \(table.by.rawValue)\(table.by.isByRecipient ? ", recipients" : "")")
                for line in text.lines(table, limit: limit ?? Self.overviewRows) { try output.write(line: line) }
            }
            if data.pruned > 0 {
                try output.write(line: "")
                try output.write(
                    line: ("Of \(data.pruned) reports the details were pruned: they are in the tables by class, day and "
                        + "origin only.").cut(toColumns: output.width))
            }
        }
    }

    private static func tables(_ data: StatisticsData) -> [StatisticsTable] {
        [
            .classes(data.tally), .origins(data.tally), .recipients(.party, data.figures.parties),
            .recipients(.reason, data.figures.reasons),
            .recipients(.domain, data.figures.domains), .recipients(.provider, data.figures.providers),
            .recipients(.reportingMTA, data.figures.reportingMTAs), .recipients(.stream, data.figures.streams),
        ] + (data.campaignHeader == nil ? [] : [.recipients(.campaign, data.figures.campaigns)]) + [.days(data.tally)]
    }

    private func span(_ window: StatisticsWindow) -> String {
        func words(_ seconds: Int64) -> String {
            let text = timestamp(seconds) ?? "?"
            return text.hasSuffix("T00:00:00Z") ? String(text.prefix(10)) : text
        }
        return switch (since, until) {
        case (nil, nil): "all that the ledger knows"
        case (_, nil): "since \(words(window.start))"
        case (nil, _): "before \(words(window.end))"
        default: "\(words(window.start)) until \(words(window.end))"
        }
    }
}

/// How a report is written.
enum StatisticsFormat: String, CaseIterable, ExpressibleByArgument {
    case text
    case jsonl
    case csv
    case html
}

extension CustomFieldName: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
