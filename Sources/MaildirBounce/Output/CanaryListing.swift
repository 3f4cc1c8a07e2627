import Bytes
import Ledger
import Verdict

/// Whether the reports on canaries have come, for `canary check`, `status`, monitors and `doctor`.
struct CanaryListing {
    /// How bad it is; the raw value is the exit status of `canary check`, as a plugin of Nagios has it.
    enum Level: Int32 {
        case ok = 0
        case warning = 1
        case alarm = 2
    }

    /// What is known of the canaries to one target.
    enum Condition: String {
        /// The report on the last one came.
        case answered
        /// The report on a remote one came, and our own server wrote it, since the other refused in the dialogue.
        case refused
        /// The last one is on its way, and none before it is overdue.
        case waiting
        /// The report came, but not to the return path with the tag that the mail was sent from.
        case tagLost = "tag-lost"
        /// None was ever sent.
        case neverSent = "never-sent"
        /// None was sent for twice the time.
        case notSent = "not-sent"
        /// sendmail did not take the last one.
        case failed
        /// No report came within the time.
        case overdue

        var level: Level {
            switch self {
            case .answered, .refused, .waiting: .ok
            case .tagLost, .neverSent, .notSent, .failed: .warning
            case .overdue: .alarm
            }
        }
    }

    struct Entry {
        var kind: Canary.Kind
        var target: String
        var history: CanaryHistory
        var condition: Condition
        /// Why none goes out, whatever came of those before; `nil` if they do.
        var unsent: Condition?
        var now: Int64

        var level: Level { condition.level }
    }

    var entries: [Entry] = []
    /// The return path of the configuration.
    var returnPath: String?

    init(_ ledger: LedgerStore, _ configuration: Configuration, at now: Int64) throws(LedgerError) {
        try self.init(ledger, configuration.canary, at: now)
        returnPath = configuration.verp.returnPath
    }

    /// - Parameter now: in seconds since 1970 UTC.
    init(_ ledger: LedgerStore, _ settings: CanarySettings, at now: Int64) throws(LedgerError) {
        let histories = try ledger.canaries(to: settings.targets.map { ($0.kind, $0.name) }, at: now)
        entries = zip(settings.targets, histories).map { target, history in
            Entry(
                kind: target.kind, target: target.name, history: history,
                condition: Self.condition(history, every: settings.every, at: now),
                unsent: Self.unsent(history, every: settings.every, at: now), now: now)
        }
    }

    static func condition(_ history: CanaryHistory, every: TimeSpan, at now: Int64) -> Condition {
        // A later one that is still on its way does not end an alarm.
        let decided = history.decided?.state(at: now)
        if decided == .overdue { return .overdue }
        if let unsent = unsent(history, every: every, at: now) { return unsent }
        guard let canary = history.decided, case .answered(let answer)? = decided else { return .waiting }
        if canary.isTagged, !answer.hasTag { return .tagLost }
        return canary.kind == .remote && answer.origin?.value == .local ? .refused : .answered
    }

    private static func unsent(_ history: CanaryHistory, every: TimeSpan, at now: Int64) -> Condition? {
        guard let latest = history.latest else { return .neverSent }
        if case .failed = latest.state(at: now) { return .failed }
        return now - latest.sent > 2 * every.seconds ? .notSent : nil
    }

    var level: Level { entries.map(\.level).max { $0.rawValue < $1.rawValue } ?? .ok }

    var overdue: Int { entries.count { $0.condition == .overdue } }
}

// MARK: For people

extension CanaryListing.Entry {
    /// What there is to say, in one line. Not escaped.
    var sentence: String {
        switch condition {
        case .answered: return "answered\(answerWords(history.decided))"
        case .refused:
            return "answered\(answerWords(history.decided)): the way home from foreign servers was not tested"
        case .tagLost:
            return "answered\(answerWords(history.decided)), but not to the tag that it was sent from"
        case .waiting:
            guard let latest = history.latest else { return "" }
            let delay = latest.delayed.map { "; a notice of \(Self.time($0)) says that it is delayed" } ?? ""
            return "sent \(Self.time(latest.sent)), its report must come until \(Self.time(latest.due))\(delay)"
        case .neverSent: return "none was sent yet"
        case .notSent: return "none was sent since \(Self.time(history.latest?.sent ?? 0))"
        case .failed: return "not sent \(Self.time(history.latest?.sent ?? 0)): \(history.latest?.failure ?? "")"
        case .overdue:
            guard let decided = history.decided else { return "" }
            let last =
                history.lastAnswered?.answer.map { "the last report came \(Self.time($0.at))" } ?? "none ever came"
            let delay = decided.delayed.map { "; a notice of \(Self.time($0)) says that it is delayed" } ?? ""
            return "no report on the mail of \(Self.time(decided.sent)), which was due \(Self.time(decided.due)); "
                + last + delay
        }
    }

    private func answerWords(_ canary: Canary?) -> String {
        guard let canary, let answer = canary.answer else { return "" }
        let who =
            switch answer.origin?.value {
            case .local: " by our own server"
            case .remote: " by a foreign server"
            case nil: ""
            }
        let what = [answer.dialect, answer.status].compactMap(\.self).joined(separator: ", ")
        let took = TimeSpan(seconds: max(0, answer.at - canary.sent)).words
        return " after \(took)\(who)\(what.isEmpty ? "" : " (\(what))"), \(Self.time(answer.at))"
    }

    private static func time(_ seconds: Int64) -> String { timestamp(seconds) ?? "?" }
}

extension CanaryListing {
    /// What an entry means and what to do, most probable first; nil if all is well. Not escaped.
    func advice(_ entry: Entry) -> String? {
        let address = returnPath ?? "the return path"
        let domain = returnPath.flatMap { CanonicalAddress($0)?.domain } ?? "the return path's domain"
        switch entry.condition {
        case .answered, .waiting: return nil
        case .neverSent:
            return "run maildir-bounce canary send, and let cron or a timer run it (docs/operations.md, Canaries)"
        case .notSent: return "look whether cron or the timer still runs maildir-bounce canary send"
        case .failed: return "repair what it says; the next canary send tries again"
        case .refused:
            return
                "the server of \(entry.target) refused in the SMTP dialogue, so our own server wrote the report; name a domain "
                + "whose server takes mail for any address and fails later (docs/operations.md, Canaries)"
        case .tagLost:
            return "an alias or a rule drops what follows the delimiter of \(address), so no tag or id is read and "
                + "[trust] require = \"signed\" counts none; deliver to the mailbox by virtual_mailbox_maps, or keep the "
                + "extension (propagate_unmatched_extensions)"
        case .overdue:
            guard entry.kind == .remote else {
                return "reports of our own server do not come back. Most probable first: the recipient exists, or a "
                    + "catch-all took the mail; no alias or transport leads \(address) to the Maildir; the recipient delimiter is off, so that the address with a tag is unknown; "
                    + "the scan reads another Maildir; no scan runs. The mail log and mailq show where the mail is, "
                    + "maildir-bounce doctor checks all but the first"
            }
            switch localIsWell {
            case false?: return "repair the way of the local canary first: this one's report takes it, too"
            case true?, nil:
                let first =
                    localIsWell == true
                    ? "the reports of our own server come back, this one does not" : "no report came"
                return
                    "\(first). Most probable first: \(domain) has neither an MX nor an A record; port 25 of that host is "
                    + "closed from outside; a firewall, or SPF of the return path, refuses the mail or its report; the mail "
                    + "still waits here (mailq), as if port 25 is closed to the outside; \(entry.target) takes mail and drops "
                    + "it: choose another. maildir-bounce doctor --probe checks the first two"
            }
        }
    }

    /// Whether the local canaries are answered; nil if there is none, or that is not known yet.
    private var localIsWell: Bool? {
        let local = entries.filter { $0.kind == .local }
        if local.contains(where: { $0.condition == .overdue }) { return false }
        return local.contains { $0.condition == .answered || $0.condition == .tagLost } ? true : nil
    }

    func lines() -> [String] {
        entries.flatMap { entry in
            let head = "\(entry.kind.rawValue.padded(toColumns: 6))  \(entry.target): \(entry.sentence)"
            return [terminalSafe(head)] + (advice(entry).map { [terminalSafe("        \($0)")] } ?? [])
        }
    }
}

// MARK: For programs

extension JSONWriter {
    /// Left out if there are none.
    mutating func canaries(_ listing: CanaryListing) {
        array("canaries", listing.entries) { writer, entry in
            let shown =
                entry.condition == .waiting || entry.condition == .failed ? entry.history.latest : entry.history.decided
            let canary = shown ?? entry.history.latest
            writer.object { writer in
                writer.member("kind", entry.kind.rawValue)
                writer.member("target", entry.target)
                writer.member("state", entry.condition.rawValue)
                writer.member("recipient", canary?.recipient)
                writer.member("sent", canary.flatMap { timestamp($0.sent) })
                writer.member("due", canary.flatMap { timestamp($0.due) })
                writer.member("failure", canary?.failure)
                writer.member("delayed", canary?.delayed.flatMap { timestamp($0) })
                if let canary, let answer = canary.answer {
                    writer.member("answered", timestamp(answer.at))
                    writer.member("seconds", Int(max(0, answer.at - canary.sent)))
                    writer.member("origin", answer.origin?.text)
                    writer.member("dialect", answer.dialect)
                    writer.member("status", answer.status)
                    if canary.isTagged { writer.member("tag", answer.hasTag) }
                }
                writer.member("last_answered", entry.history.lastAnswered?.answer.flatMap { timestamp($0.at) })
                writer.member("advice", listing.advice(entry))
            }
        }
    }
}
