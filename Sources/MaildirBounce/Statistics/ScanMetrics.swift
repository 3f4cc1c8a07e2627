import Verdict
import Ledger
import Maildir

/// The metrics that a scan writes for Prometheus.
struct ScanMetrics {
    static let timestampName = "maildir_bounce_last_run_timestamp_seconds"
    static let statusName = "maildir_bounce_last_run_exit_status"

    /// The Maildir's absolute path, which distinguishes the metrics of several Maildirs.
    var maildir: String
    /// In seconds since 1970 UTC.
    var ended: Int64
    var milliseconds: Int64
    /// One of ``ExitStatus``.
    var status: Int32
    var tally: ScanTally
    /// `nil` if new/ could not be listed.
    var waiting: WaitingMessages?
    /// `nil` if the scan failed: then the ledger is not queried.
    var ledger: LedgerFigures?

    var text: String {
        var metrics = PrometheusText(label: ("maildir", maildir))
        metrics.add(Self.timestampName, .gauge, "When the last scan ended, in seconds since 1970 UTC.", Int(ended))
        metrics.add(
            "maildir_bounce_last_run_duration_seconds", .gauge, "How long the last scan took.",
            milliseconds: milliseconds)
        metrics.add(Self.statusName, .gauge, "The exit status of the last scan; 0 is well.", Int(status))
        metrics.add(
            "maildir_bounce_last_run_messages", .gauge, "Messages that the last scan read, by class.", by: "class",
            Self.classes(tally.run.classes).merging(["canary": 0]) { seen, _ in seen })
        metrics.add(
            "maildir_bounce_last_run_counted", .gauge, "Messages that the last scan counted.", tally.run.counted)
        metrics.add(
            "maildir_bounce_last_run_duplicates", .gauge, "Messages whose report had come before in another one.",
            tally.run.duplicates)
        metrics.add(
            "maildir_bounce_last_run_left", .gauge, "Messages that the last scan could not read or move.", tally.left)
        if let waiting {
            metrics.add(
                "maildir_bounce_waiting_messages", .gauge, "Messages in new/ after the last scan.", waiting.count)
            metrics.add(
                "maildir_bounce_oldest_waiting_seconds", .gauge,
                "Age of the oldest message in new/ after the last scan; 0 where there was none.",
                waiting.age(at: ended))
        }
        if let ledger { ledger.add(to: &metrics) }
        return metrics.text
    }

    /// With every class, so that a figure is 0 before it is 1.
    fileprivate static func classes(_ counts: [String: Int]) -> [String: Int] {
        MessageClass.allCases.reduce(into: counts) { $0[$1.rawValue, default: 0] += 0 }
    }
}

/// The ledger's totals.
struct LedgerFigures {
    private let summary: LedgerSummary
    private let held: Int
    private let sendersFaults: SendersFaults
    private let hooks: [HookListing.Entry]
    private let now: Int64
    private let canaries: [CanaryListing.Entry]

    /// Reads them as they are at a moment in seconds since 1970 UTC.
    init(_ ledger: LedgerStore, _ canary: CanarySettings, hooks names: [String], at now: Int64) throws(LedgerError) {
        summary = try ledger.summary(at: now)
        held = try ledger.brakes().reduce(0) { $0 + $1.held }
        sendersFaults = try ledger.sendersFaults(at: now, limit: 0)
        hooks = try HookListing(names, ledger).entries.filter(\.isConfigured)
        self.now = now
        canaries = try CanaryListing(ledger, canary, at: now).entries
    }

    fileprivate func add(to metrics: inout PrometheusText) {
        metrics.add(
            "maildir_bounce_reports_total", .counter, "Reports in the ledger, by class.", by: "class",
            ScanMetrics.classes(summary.reports.reduce(into: [:]) { $0[$1.class.text, default: 0] += $1.count }))
        metrics.add(
            "maildir_bounce_duplicates_total", .counter, "Messages with a report that the ledger had from another one.",
            summary.duplicates)
        metrics.add("maildir_bounce_addresses", .gauge, "Addresses that the ledger knows.", summary.addresses)
        let causes = Suppression.Cause.allCases.reduce(into: [:]) { $0[$1.name] = 0 }
        metrics.add(
            "maildir_bounce_suppressed_addresses", .gauge, "Addresses that must not be mailed, by cause.", by: "cause",
            summary.suppressed.reduce(into: causes) { $0[$1.cause.name, default: 0] += $1.count })
        metrics.add(
            "maildir_bounce_held_addresses", .gauge, "Addresses that the brake keeps from being suppressed.", held)
        if !hooks.isEmpty {
            metrics.add(
                "maildir_bounce_hook_waiting_changes", .gauge, "Changes that a hook has not taken.", by: "hook",
                hooks.reduce(into: [:]) {
                    $0[$1.progress.name] =
                        $1.beginsAgain ? summary.suppressed.reduce(0) { $0 + $1.count } : $1.progress.lag
                })
            metrics.add(
                "maildir_bounce_hook_waiting_seconds", .gauge, "For how long changes have waited for a hook.",
                by: "hook",
                hooks.reduce(into: [:]) { $0[$1.progress.name] = $1.waitingSince.map { Int(now - $0) } ?? 0 })
            metrics.add(
                "maildir_bounce_hook_failures", .gauge, "How often a hook has failed since it last took changes.",
                by: "hook", hooks.reduce(into: [:]) { $0[$1.progress.name] = $1.progress.failures })
        }
        // One sample a reason, whatever domains there are.
        let reasons = Reason.allCases.filter { $0.party == .sender }.reduce(into: [:]) { $0[$1.rawValue] = 0 }
        metrics.add(
            "maildir_bounce_senders_fault_addresses", .gauge,
            "Addresses whose domain refuses mail now for a fault of the sender, by reason.", by: "reason",
            sendersFaults.byReason.reduce(into: reasons) {
                $0[$1.key.value?.rawValue ?? "other", default: 0] += $1.value
            })
        if canaries.isEmpty { return }
        func each(_ value: (CanaryListing.Entry) -> Int64?) -> [String: Int] {
            canaries.reduce(into: [:]) { $0[$1.target] = value($1).map { Int($0) } }
        }
        metrics.add(
            "maildir_bounce_canary_overdue", .gauge, "1 if the report on the last canary is overdue, by target.",
            by: "target", each { $0.condition == .overdue ? 1 : 0 })
        metrics.add(
            "maildir_bounce_canary_last_sent_timestamp_seconds", .gauge,
            "When sendmail took the last canary, in seconds since 1970 UTC; 0 if it took none.", by: "target",
            each { $0.history.lastSent?.sent ?? 0 })
        metrics.add(
            "maildir_bounce_canary_not_sent", .gauge,
            "1 if no canary goes out: none was ever sent, none for twice the time, or the last one failed.",
            by: "target", each { $0.unsent == nil ? 0 : 1 })
        metrics.add(
            "maildir_bounce_canary_last_answer_timestamp_seconds", .gauge,
            "When the report on the last canary that was answered came, in seconds since 1970 UTC; 0 if none did.",
            by: "target", each { $0.history.lastAnswered?.answer?.at ?? 0 })
        metrics.add(
            "maildir_bounce_canary_last_answer_duration_seconds", .gauge,
            "How long that report took; a target that never answered has none.", by: "target",
            each { entry in entry.history.lastAnswered.flatMap { one in one.answer.map { max(0, $0.at - one.sent) } } })
    }
}
