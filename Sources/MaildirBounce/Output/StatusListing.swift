import Bytes
import Ledger
import Verdict

/// The ledger in figures, as `status` shows them.
struct StatusListing {
    /// The windows in which local and remote reports are counted, in hours.
    static let windows: [(name: StaticString, text: String, seconds: Int64)] = [
        ("24h", "24 h", 86_400), ("7d", "7 d", 7 * 86_400), ("30d", "30 d", 30 * 86_400),
    ]

    var path: String
    var now: Int64
    var summary: LedgerSummary
    /// Runs that found mail.
    var runCount: Int
    var lastRun: RunRecord?
    var brakes: [BrakeEpisode]
    /// Reports from outside that are held, and that nobody has decided about.
    var heldReports: Int
    /// Which edition of the policy's defaults the ledger has.
    var policyEdition: Policy.Edition
    var sendersFaults: SendersFaults
    var hooks: HookListing
    /// The number of the last change of the feed, and its epoch.
    var feed: FeedPosition
    /// In the order of ``windows``.
    var origins: [OriginCount]
    /// The domain to which reports are sent, if the configuration names it.
    var returnDomain: String?
    var canaries: CanaryListing
    /// Whether a foreign server has answered a canary in the last 30 days.
    private var wasAnsweredFromOutside: Bool

    init(_ ledger: LedgerStore, _ configuration: Configuration, at now: Int64) throws(LedgerError) {
        self.now = now
        returnDomain = configuration.verp.returnPath.flatMap { CanonicalAddress($0)?.domain }
        canaries = try CanaryListing(ledger, configuration, at: now)
        wasAnsweredFromOutside = try ledger.wasCanaryAnsweredFromOutside(
            since: now - (Self.windows.last?.seconds ?? 0))
        path = ledger.path
        policyEdition = ledger.policy.edition
        summary = try ledger.summary(at: now)
        runCount = try ledger.runCount()
        lastRun = try ledger.runs(limit: 1).first
        brakes = try ledger.brakes()
        heldReports = try ledger.heldReportCount()
        sendersFaults = try ledger.sendersFaults(at: now, limit: SendersFaults.listed)
        hooks = try HookListing(configuration.hooks.map(\.name), ledger)
        feed = try ledger.feed()
        origins = []
        for window in Self.windows { origins.append(try ledger.origins(from: now - window.seconds, to: now)) }
    }

    private func count(_ origin: Origin) -> Int {
        summary.reports.filter { $0.origin?.value == origin }.reduce(0) { $0 + $1.count }
    }

    /// How many addresses must not be mailed.
    var suppressed: Int { summary.suppressed.reduce(0) { $0 + $1.count } }
    var local: Int { count(.local) }
    var remote: Int { count(.remote) }

    /// By class, in the order of their names.
    var classes: [(name: String, count: Int)] {
        var classes: [(name: String, count: Int)] = []
        for report in summary.reports {
            if classes.last?.name == report.class.text {
                classes[classes.count - 1].count += report.count
            } else {
                classes.append((report.class.text, report.count))
            }
        }
        return classes
    }

    /// Who is suppressed by each cause, the strongest first; of each the most frequent reason first.
    var causes: [(cause: Suppression.Cause, reasons: [LedgerSummary.ReasonCount])] {
        var causes: [(cause: Suppression.Cause, reasons: [LedgerSummary.ReasonCount])] = []
        for cause in Suppression.Cause.allCases.sorted(by: >) {
            let reasons = summary.suppressed.filter { $0.cause == cause }
            if reasons.isEmpty { continue }
            causes.append((cause, reasons.sorted { ($1.count, $0.reason.text) < ($0.count, $1.reason.text) }))
        }
        return causes
    }

    /// How many addresses the brake keeps from being suppressed.
    var waiting: Int { brakes.reduce(0) { $0 + $1.held } }

    /// Whether no remote report, not even on a canary, came in the last 30 days although local ones show that mail is sent: some of these are
    /// older than that, or remote ones had come before.
    var lacksRemote: Bool {
        guard let month = origins.last, month.remote == 0, !wasAnsweredFromOutside else { return false }
        return remote == 0 ? local > month.local : month.local > 0
    }

    /// The warning that no remote report was ever seen, or none for long; `nil` if all is well.
    var remoteAdvice: String? {
        if wasAnsweredFromOutside { return nil }
        let address = returnDomain.map { "the return address's domain \($0)" } ?? "the return address's domain"
        let check =
            "Servers that take a mail and find out later that they cannot deliver it send their report to the return "
            + "address. Look whether \(address) has an MX record that leads to this machine (dig MX "
            + "\(returnDomain ?? "DOMAIN")), whether port 25 is open to the world, and whether mail from the null sender "
            + "<> is accepted there"
        guard remote == 0 else {
            guard let month = origins.last, month.remote == 0, month.local > 0 else { return nil }
            return "No foreign server's report came in the last 30 days, though some had come before. \(check)"
        }
        guard local > 0 else { return nil }
        return
            "Remote reports have never been seen: all \(local) reports are our own mail server's. That may be by chance "
            + "while there are few, or foreign servers cannot reach the return address. \(check)"
    }
}

// MARK: For people

extension StatusListing {
    func lines() -> [String] {
        var rows: [[String]] = [["ledger", terminalSafe(path)]]
        if let run = lastRun {
            let counts = run.counts.ranked.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            let place = run.maildir.map { ", \($0)" } ?? ""
            rows.append(["last run", terminalSafe("\(timestamp(run.started) ?? "?")\(place): \(counts)")])
        } else {
            rows.append(["last run", "none has found mail yet"])
        }
        rows.append(["runs", "\(runCount) that found mail"])
        rows.append(["addresses", "\(summary.addresses)"])
        rows.append(["duplicates", "\(summary.duplicates) (files with a report that had come before)"])
        if policyEdition != .current {
            rows.append(["policy", "that of version 0.1.0; policy adopt shows what would change"])
        }
        rows.append(["suppressed", "\(suppressed)"])
        for (cause, reasons) in causes {
            let words = reasons.prefix(Self.reasonLimit).map { "\($0.count) \($0.reason.text)" }
            let more = reasons.count > Self.reasonLimit ? ", …" : ""
            let count = reasons.reduce(0) { $0 + $1.count }
            rows.append(["  \(cause.name)", terminalSafe("\(count): \(words.joined(separator: ", "))\(more)")])
        }
        if summary.domains > 0 {
            rows.append([
                "domains", "\(summary.domains) suppressed as a whole; see maildir-bounce suppressed --domains",
            ])
        }
        rows.append([
            "brake",
            brakes.isEmpty
                ? "no spike is held back"
                : "\(brakes.count) \(brakes.count == 1 ? "spike" : "spikes") undecided, \(waiting) addresses wait; see "
                    + "maildir-bounce brake list",
        ])
        if heldReports > 0 {
            rows.append([
                "held reports",
                "\(heldReports) from outside \(heldReports == 1 ? "blames" : "blame") more addresses than one may; see "
                    + "maildir-bounce brake list",
            ])
        }
        for entry in hooks.entries where entry.isConfigured {
            rows.append(["hook \(entry.progress.name)", terminalSafe(entry.sentence)])
        }
        for line in canaries.entries.map({ "\($0.kind.rawValue), \($0.target): \($0.sentence)" }) {
            rows.append(["canary", terminalSafe(line)])
        }
        var lines = canaries.entries.filter { $0.level != .ok }.map { entry in
            terminalSafe("canary to \(entry.target): \(entry.sentence); \(canaries.advice(entry) ?? "")")
        }
        lines += sendersFaults.lines
        if !lines.isEmpty { lines.append("") }
        lines += Columns.lines(rows)
        lines += [""] + Columns.lines([["reports", "total"]] + classes.map { ["  \($0.name)", "\($0.count)"] })
        let head = ["origin", "total"] + Self.windows.map(\.text)
        lines +=
            [""]
            + Columns.lines([
                head, ["  local", "\(local)"] + origins.map { "\($0.local)" },
                ["  remote", "\(remote)"] + origins.map { "\($0.remote)" },
            ])
        if let advice = remoteAdvice { lines += ["", advice] }
        return lines
    }

    /// How many reasons are named of each cause.
    private static let reasonLimit = 5
}

// MARK: For programs

extension JSONWriter {
    mutating func status(_ status: StatusListing) {
        object { writer in
            writer.member("ledger", status.path)
            writer.member("now", timestamp(status.now))
            writer.sendersFaults(status.sendersFaults)
            writer.member("runs", status.runCount)
            if let run = status.lastRun {
                writer.object("last_run") { writer in
                    writer.member("maildir", run.maildir)
                    writer.member("started", timestamp(run.started))
                    writer.member("ended", timestamp(run.ended))
                    writer.array("counts", run.counts.sorted { $0.key < $1.key }) { writer, entry in
                        writer.object { writer in
                            writer.member("name", entry.key)
                            writer.member("count", entry.value)
                        }
                    }
                }
            }
            writer.member("addresses", status.summary.addresses)
            writer.member("duplicates", status.summary.duplicates)
            writer.member("policy_edition", status.policyEdition.rawValue)
            writer.array("reports", status.summary.reports) { writer, report in
                writer.object { writer in
                    writer.member("class", report.class.text)
                    writer.member("origin", report.origin?.text)
                    writer.member("count", report.count)
                }
            }
            writer.array("suppressed", status.summary.suppressed) { writer, row in
                writer.object { writer in
                    writer.member("cause", row.cause.name)
                    writer.member("reason", row.reason.text)
                    writer.member("count", row.count)
                }
            }
            writer.member("suppressed_domains", status.summary.domains)
            writer.array("brakes", status.brakes) { writer, episode in writer.brakeEpisode(episode) }
            writer.member("held_reports", status.heldReports)
            writer.object("feed") { writer in
                writer.member("epoch", status.feed.epoch)
                writer.member("number", Int(status.feed.number))
            }
            writer.array("hooks", status.hooks.entries) { writer, entry in writer.object { $0.hook(entry) } }
            writer.canaries(status.canaries)
            writer.object("origins") { writer in
                writer.object("total") { writer in
                    writer.member("local", status.local)
                    writer.member("remote", status.remote)
                }
                for (window, count) in zip(StatusListing.windows, status.origins) {
                    writer.object(window.name) { writer in
                        writer.member("local", count.local)
                        writer.member("remote", count.remote)
                    }
                }
            }
            writer.member("remote_seen", status.remote > 0)
            writer.member("advice", status.remoteAdvice)
        }
        endLine()
    }
}
