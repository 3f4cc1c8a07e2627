import Glibc
import Ledger
import MIME

/// What starts the scan: a cron job or a systemd timer; and when it last found mail.
struct ScheduleCheck {
    static let subject = "schedule"

    /// A file of /etc/cron.d that runs us.
    struct CronFile: Equatable {
        var path: String
        var owner: uid_t
        var mode: mode_t
        /// The users of the lines that run us.
        var users: [String]
    }

    var cronFiles: [CronFile] = []
    /// The timer's file, and whether it is enabled.
    var timer: (path: String, isEnabled: Bool)?
    /// Whether folders could not be read, so that nothing can be said of what was not found.
    var isBlind = false
    var maildirOwner: String?

    init() {}

    /// Looks at the system's files.
    ///
    /// - Parameter root: in front of each path; empty for the system itself.
    init(root: String = "", maildirOwner: String?) {
        self.maildirOwner = maildirOwner
        let folder = BytePath(root + "/etc/cron.d")
        do {
            let names = try FolderListing(folder)
            for index in 0..<names.count {
                let path = folder.appending(names[index])
                guard let contents = try? readFile(path, limit: 64 << 10, onlyRegular: false) else { continue }
                let users = Self.users(in: String(decoding: contents.bytes, as: UTF8.self))
                var status = stat()
                guard !users.isEmpty, path.withCString({ stat($0, &status) }) == 0 else { continue }
                cronFiles.append(
                    CronFile(path: path.text, owner: status.st_uid, mode: status.st_mode & 0o7777, users: users))
            }
        } catch {
            if case .system = error { isBlind = true }
        }
        let unit = "maildir-bounce.timer"
        for folder in ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"] {
            let path = "\(root)\(folder)/\(unit)"
            guard timer == nil, access(path, F_OK) == 0 else { continue }
            var status = stat()
            let link = "\(root)/etc/systemd/system/timers.target.wants/\(unit)"
            timer = (path, lstat(link, &status) == 0)
        }
    }

    func findings() -> [Finding] {
        let why = "nothing counts the bounces that come, and dead addresses are mailed again"
        var findings = cronFiles.flatMap(judge)
        if let timer {
            findings.append(
                timer.isEnabled
                    ? .ok(Self.subject, "the timer \(timer.path) is enabled")
                    : cronFiles.isEmpty
                        ? .error(
                            Self.subject, "the timer \(timer.path) is there and not enabled", why: why,
                            mend: "systemctl enable --now maildir-bounce.timer")
                        : .ok(Self.subject, "the timer \(timer.path) is not enabled; cron does its work"))
        }
        if findings.isEmpty {
            findings.append(
                .warning(
                    Self.subject,
                    isBlind
                        ? "/etc/cron.d cannot be read, and there is no timer"
                        : "no file in /etc/cron.d runs maildir-bounce, and there is no timer", why: why,
                    mend: "install cron/bounce-scan.cron as /etc/cron.d/bounce-scan (root, 0644)"))
        }
        return findings
    }

    private func judge(_ file: CronFile) -> [Finding] {
        let quoted = shellQuoted(file.path)
        let name = file.path.split(separator: "/").last ?? ""
        let isNameGood = name.utf8.allSatisfy { byte in
            byte.isLetter || byte.isDigit || "-_".utf8.contains(byte)
        }
        let why = "cron passes over it without a word, so nothing is scanned"
        if !isNameGood {
            return [
                .error(
                    Self.subject, "\(file.path) has a name that cron does not read", why: why,
                    mend: "mv \(quoted) /etc/cron.d/bounce-scan")
            ]
        }
        if file.owner != 0 || file.mode & 0o022 != 0 {
            return [
                .error(
                    Self.subject, "\(file.path) belongs to another user than root, or others may write it", why: why,
                    mend: "chown root \(quoted) && chmod 644 \(quoted)")
            ]
        }
        if let owner = maildirOwner, let user = file.users.first(where: { $0 != owner && $0 != "root" }) {
            return [
                .error(
                    Self.subject, "\(file.path) scans as \(user), and the Maildir belongs to \(owner)",
                    why: "\(user) cannot move what another user owns",
                    mend: "write \(owner) in place of \(user) in \(quoted)")
            ]
        }
        return [.ok(Self.subject, "\(file.path) runs as \(file.users.joined(separator: ", "))")]
    }

    /// The users of the lines of a crontab(5) that run a scan.
    static func users(in crontab: String) -> [String] {
        crontab.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#"), line.contains("maildir-bounce") else { return nil }
            // @hourly stands for five fields. A line such as MAILTO=… has no user.
            let index = first.hasPrefix("@") ? 1 : 5
            guard words.count > index + 1, !first.contains("=") else { return nil }
            return String(words[index])
        }
    }

    /// When a run last found mail. Runs that find nothing leave no trace, so an old one is no fault by itself.
    static func lastRun(_ ledger: String, _ policy: Policy, now: Int64) -> [Finding] {
        guard let store = try? LedgerStore(path: ledger, mode: .readOnly, policy: policy),
            let runs = try? store.runs(limit: 1)
        else { return [] }
        guard let run = runs.first else { return [.ok("runs", "no run has found mail yet")] }
        return [
            .ok(
                "runs",
                "the last run that found mail was \(WaitingCheck.span(max(0, now - run.ended))) ago, \(timestamp(run.ended) ?? "?")"
            )
        ]
    }
}
