import Bytes
import Glibc
import Ledger
import LedgerPostgreSQL
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

    /// The crontab of one user that runs us (crontab(1)).
    struct Crontab: Equatable {
        var path: String
        var user: String
    }

    var cronFiles: [CronFile] = []
    var crontabs: [Crontab] = []
    /// The user of the systemd service; `nil` if there is no service.
    var serviceUser: String?
    /// Whether a program runs that starts jobs; `nil` if that cannot be seen.
    var runsCron: Bool?
    var runsSystemd: Bool?
    /// The timer's file, and whether it is enabled.
    var timer: (path: String, isEnabled: Bool)?
    /// Whether folders could not be read, so that a missing job may still exist.
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
                guard let text = Self.text(path) else { continue }
                let users = Self.users(in: text)
                var status = stat()
                guard !users.isEmpty, path.withCString({ stat($0, &status) }) == 0 else { continue }
                cronFiles.append(
                    CronFile(path: path.text, owner: status.st_uid, mode: status.st_mode & 0o7777, users: users))
            }
        } catch {
            if case .system = error { isBlind = true }
        }
        let unit = "maildir-bounce.timer"
        for folder in Self.unitFolders {
            let path = "\(root)\(folder)/\(unit)"
            guard timer == nil, access(path, F_OK) == 0 else { continue }
            var status = stat()
            let link = "\(root)/etc/systemd/system/timers.target.wants/\(unit)"
            timer = (path, lstat(link, &status) == 0)
        }
        serviceUser = Self.serviceUser(root)
        crontabs = Self.crontabs(root)
        (runsCron, runsSystemd) = Self.runners(root)
    }

    /// The users that scans are run as, without duplicates.
    var users: [String] {
        var users: [String] = []
        let service = timer?.isEnabled == true ? serviceUser : nil
        for user in cronFiles.flatMap(\.users) + crontabs.map(\.user) + [service].compactMap(\.self)
        where !users.contains(user) { users.append(user) }
        return users
    }

    private static let unitFolders = ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"]
    private static let sizeLimit = 64 << 10

    /// `User=` of the service, as systemd reads it: the first file of its name, then the drop-ins in `….service.d`.
    private static func serviceUser(_ root: String) -> String? {
        let unit = "maildir-bounce.service"
        var texts: [String] = []
        for folder in unitFolders where texts.isEmpty {
            if let text = text(BytePath("\(root)\(folder)/\(unit)")) { texts.append(text) }
        }
        guard !texts.isEmpty else { return nil }
        for folder in unitFolders.reversed() {
            let parts = BytePath("\(root)\(folder)/\(unit).d")
            guard let names = try? FolderListing(parts) else { continue }
            for index in 0..<names.count { texts += [text(parts.appending(names[index]))].compactMap(\.self) }
        }
        var user = "root"
        for line in texts.flatMap({ $0.split(whereSeparator: \.isNewline) }) {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingBlanks }
            if parts.count == 2, parts[0] == "User" { user = parts[1] }
        }
        return user
    }

    private static func crontabs(_ root: String) -> [Crontab] {
        // Debian has a separate folder for them; Red Hat does not.
        for folder in ["/var/spool/cron/crontabs", "/var/spool/cron"] {
            let path = BytePath(root + folder)
            guard let names = try? FolderListing(path) else { continue }
            return (0..<names.count).compactMap { index in
                let file = path.appending(names[index])
                guard let text = text(file), hasScan(text) else { return nil }
                return Crontab(path: file.text, user: String(decoding: names[index], as: UTF8.self))
            }
        }
        return []
    }

    /// Whether a line runs us, and not only for the canaries or the hooks.
    private static func startsScan(_ line: some StringProtocol) -> Bool {
        line.contains("maildir-bounce")
            && !["canary", "hook"].contains { line.contains("maildir-bounce \($0)") }
    }

    private static func hasScan(_ crontab: String) -> Bool {
        crontab.split(whereSeparator: \.isNewline).contains { line in
            !line.trimmingBlanks.hasPrefix("#") && startsScan(line)
        }
    }

    private static func text(_ path: BytePath) -> String? {
        guard let contents = try? FileContents.read(path, limit: sizeLimit, onlyRegular: false) else { return nil }
        return String(decoding: contents.bytes, as: UTF8.self)
    }

    /// Whether cron and systemd run. A container often has neither, and a job that is installed there never starts.
    private static func runners(_ root: String) -> (cron: Bool?, systemd: Bool?) {
        let folder = BytePath(root + "/proc")
        // If other users' processes are hidden, so is the first one.
        guard text(folder.appending("1/comm".utf8)) != nil, let names = try? FolderListing(folder) else {
            return (nil, nil)
        }
        let systemd = access("\(root)/run/systemd/system", F_OK) == 0
        // systemd-cron makes timers of the lines of crontabs.
        let generator = "\(root)/usr/lib/systemd/system-generators/systemd-crontab-generator"
        if systemd, access(generator, F_OK) == 0 { return (true, true) }
        let cron = (0..<names.count).contains { index in
            guard names[index].first?.isDigit == true else { return false }
            let name = text(folder.appending(names[index]).appending("comm".utf8))?.trimmingBlanks ?? ""
            return ["cron", "crond", "fcron", "bcron-sched", "cronie", "supercronic"].contains(name)
        }
        return (cron, systemd)
    }

    func findings() -> [Finding] {
        let why = "nothing counts the bounces that come, and dead addresses are mailed again"
        var findings =
            cronFiles.flatMap(judge) + crontabs.map { .ok(Self.subject, "the crontab of \($0.user) runs a scan") }
        if let path = cronFiles.first?.path ?? crontabs.first?.path, runsCron == false, timer?.isEnabled != true {
            findings.append(
                .error(
                    Self.subject, "\(path) is there, and no cron runs" + (runsSystemd == true ? "" : ", nor systemd"),
                    why: why, mend: runsSystemd == true ? "systemctl enable --now cron" : Self.container))
        }
        if let timer, timer.isEnabled, runsSystemd == false {
            findings.append(
                .error(
                    Self.subject, "the timer \(timer.path) is enabled, and systemd does not run here", why: why,
                    mend: Self.container))
        } else if let timer {
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
                        : "no file in /etc/cron.d runs maildir-bounce, and there is no timer"
                            + (runsCron == false && runsSystemd == false ? "; neither cron nor systemd runs here" : ""),
                    why: why,
                    mend: runsCron == false && runsSystemd == false
                        ? Self.container : "install cron/bounce-scan.cron as /etc/cron.d/bounce-scan (root, 0644)"))
        }
        return findings
    }

    private static let container =
        "start cron here (service cron start, or crond), or start the scan from outside: in a container from its host"

    private func judge(_ file: CronFile) -> [Finding] {
        let quoted = file.path.shellQuoted
        let name = file.path.split(separator: "/").last ?? ""
        let isNameGood = name.utf8.allSatisfy { $0.isLetterOrDigit || "-_".utf8.contains($0) }
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
            guard let first = words.first, !first.hasPrefix("#"), startsScan(line) else { return nil }
            // @hourly replaces five fields. A line such as MAILTO=… has no user.
            let index = first.hasPrefix("@") ? 1 : 5
            guard words.count > index + 1, !first.contains("=") else { return nil }
            return String(words[index])
        }
    }

    /// When a run last found mail. Runs that find nothing leave no trace, so an old one is not a fault by itself.
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
