import Glibc
import Maildir

/// What waits in new/, and for how long: the only reliable sign that no scan runs.
struct WaitingCheck {
    static let subject = "waiting"
    /// The age for a warning, in seconds: three runs of five minutes.
    static let warningAge: Int64 = 15 * 60
    /// The age at which no scan can be running, in seconds.
    static let errorAge: Int64 = 2 * 3_600

    static func judge(count: Int, oldest: Int64?, now: Int64) -> Finding {
        guard count > 0, let oldest else { return .ok(subject, "nothing waits in new") }
        let age = max(0, now - oldest)
        let what = "\(count) \(count == 1 ? "message waits" : "messages wait") in new, the oldest for \(span(age))"
        let why = "bounces that are not counted suppress nobody: dead addresses are mailed again"
        let mend = "maildir-bounce scan --verbose, as the owner of the Maildir, and look at the cron job or timer"
        if age >= errorAge { return .error(subject, what, why: why, mend: mend) }
        if age >= warningAge { return .warning(subject, what, why: why, mend: mend) }
        return .ok(subject, what)
    }

    static func findings(_ path: String, now: Int64) -> [Finding] {
        do {
            let maildir = try Maildir(opening: path)
            let waiting = try WaitingMessages(in: maildir)
            // A file that is gone again, without a time in its name, has just arrived.
            return [judge(count: waiting.count, oldest: waiting.oldest ?? now, now: now)]
        } catch {
            // An unreadable Maildir is reported by its own check.
            return []
        }
    }

    /// What lies in cur/, where scans look there.
    static func cur(_ path: String) -> Finding? {
        guard let counts = try? Maildir(opening: path).countCur() else { return nil }
        return judge(cur: counts)
    }

    static func judge(cur counts: (unflagged: Int, flagged: Int, undated: Int)) -> Finding {
        .ok(
            subject,
            "cur holds \(counts.unflagged) without a flag, of which scans take the bounces; passed over are \(counts.flagged) "
                + "with a flag, and \(counts.undated) whose names have no time")
    }

    /// `17 min`, `3 h`, `5 days`.
    static func span(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}
