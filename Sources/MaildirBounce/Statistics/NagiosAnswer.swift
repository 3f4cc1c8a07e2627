import Bytes
import Ledger

/// The ledger's state for Nagios and compatible monitors: one line, a bar, figures, an exit status
/// (https://nagios-plugins.org/doc/guidelines.html).
struct NagiosAnswer {
    /// The raw value is the exit status.
    enum State: Int32 {
        case ok = 0
        case warning = 1
        case critical = 2
        case unknown = 3

        var word: String {
            switch self {
            case .ok: "OK"
            case .warning: "WARNING"
            case .critical: "CRITICAL"
            case .unknown: "UNKNOWN"
            }
        }

        /// The precedence of states: an unknown state is less severe than a known problem.
        fileprivate var weight: Int {
            switch self {
            case .ok: 0
            case .unknown: 1
            case .warning: 2
            case .critical: 3
            }
        }
    }

    /// From which age on the last scan is a warning, and from which critical.
    struct Limits {
        var warning: TimeSpan
        var critical: TimeSpan
        /// How many addresses one domain must refuse for a fault of the sender for a warning.
        var sendersFaults: Int
    }

    private var findings: [(state: State, text: String)] = []
    private var figures: [String] = []

    /// The whole answer is one finding.
    init(_ state: State, _ text: String) { findings = [(state, text)] }

    /// - Parameters:
    ///   - lastScan: nil where no file tells of it.
    ///   - noScan: why there is none, for a person.
    init(_ status: StatusListing, lastScan: LastScan?, noScan: String, limits: Limits) {
        judge(status.sendersFaults, limits)
        if let scan = lastScan, let ended = scan.ended {
            judge(TimeSpan(seconds: max(0, status.now - ended)), scan.status ?? ExitStatus.success, limits)
        } else {
            findings.append((.unknown, noScan))
        }
        if status.waiting > 0 {
            findings.append(
                (.warning, "the brake holds \(status.waiting) addresses back, see maildir-bounce brake list"))
        }
        if status.heldReports > 0 {
            findings.append(
                (.warning, "\(status.heldReports) reports from outside are held, see maildir-bounce brake list"))
        }
        judge(status.hooks, at: status.now, limits)
        if status.lacksRemote {
            findings.append((.warning, "no foreign server's report in 30 days, see maildir-bounce status"))
        }
        for entry in status.canaries.entries where entry.level != .ok {
            findings.append(
                (
                    entry.level == .alarm ? .critical : .warning,
                    "canary to \(entry.target): \(entry.sentence), see maildir-bounce canary check"
                ))
        }
        findings.append((.ok, "\(status.suppressed) addresses suppressed"))
        figures += [
            "suppressed=\(status.suppressed);;;0", "held=\(status.waiting);0;;0",
            "reports=\(status.summary.reports.reduce(0) { $0 + $1.count })c",
            "senders_faults=\(status.sendersFaults.count);;;0",
            "refused_by_one=\(status.sendersFaults.worst.first?.addresses ?? 0);\(limits.sendersFaults - 1);;0",
        ]
        if !status.canaries.entries.isEmpty { figures.append("canaries_overdue=\(status.canaries.overdue);;0;0") }
    }

    /// A finding for each of the worst that reach the limit, and one for the rest of these.
    private mutating func judge(_ faults: SendersFaults, _ limits: Limits) {
        let many = faults.worst.filter { $0.addresses >= limits.sendersFaults }
        for fault in many.prefix(SendersFaults.shown) { findings.append((.warning, fault.summary)) }
        guard let first = many.first else { return }
        let rest = many.count - SendersFaults.shown
        if rest > 0 { findings.append((.warning, "and \(rest) more, see maildir-bounce status")) }
        if many.count == 1, let advice = first.advice { findings.append((.warning, "to repair: \(advice)")) }
    }

    private mutating func judge(_ hooks: HookListing, at now: Int64, _ limits: Limits) {
        for entry in hooks.entries where entry.isConfigured {
            guard entry.isLate(limits.warning.seconds, at: now) || entry.progress.failures > 0 else { continue }
            findings.append((.warning, "hook \(entry.progress.name): \(entry.sentence)"))
        }
    }

    private mutating func judge(_ age: TimeSpan, _ exitStatus: Int32, _ limits: Limits) {
        let text = "last scan \(age.words) ago"
        findings.append((age >= limits.critical ? .critical : age >= limits.warning ? .warning : .ok, text))
        figures.append("scan_age=\(age.seconds)s;\(limits.warning.seconds);\(limits.critical.seconds);0")
        guard exitStatus != ExitStatus.success else { return }
        let isPassing = exitStatus == ExitStatus.temporaryFailure
        findings.append((isPassing ? .warning : .critical, "it failed with exit status \(exitStatus)"))
    }

    var state: State { findings.map(\.state).max { $0.weight < $1.weight } ?? .unknown }

    /// One line. A bar would end the text for Nagios.
    var line: String {
        // The worst first; equal ones in their order.
        let sorted = findings.indices.sorted {
            (-findings[$0].state.weight, $0) < (-findings[$1].state.weight, $1)
        }
        let text = sorted.map { findings[$0].text }.joined(separator: "; ")
        let safe = terminalSafe(text).replacing(ascii: "|", with: "/")
        return "\(state.word) - \(safe)" + (figures.isEmpty ? "" : " | \(figures.joined(separator: " "))")
    }
}
