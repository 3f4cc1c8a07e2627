import Glibc
import Ledger
import LedgerPostgreSQL
import Maildir

/// The ledger: whether it opens, is undamaged, and has space to grow.
enum LedgerCheck {
    static let subject = "ledger"
    /// The free space that a run may need, in bytes: the WAL grows to 64 MiB before a checkpoint.
    static let roomNeeded: Int64 = 128 << 20
    /// How many faults are named.
    private static let faultLimit = 5

    static func findings(_ path: String, _ policy: Policy) -> [Finding] {
        var findings: [Finding] = []
        do throws(LedgerError) {
            let ledger = try LedgerStore(path: path, mode: .readOnly, policy: policy)
            let problems = try ledger.integrityProblems(limit: faultLimit)
            let versions = try ledger.versions()
            if problems.isEmpty {
                let state = LedgerStore.isAddress(path) ? "there" : "whole"
                findings.append(.ok(subject, "\(path): \(state), version \(versions.ledger) of \(versions.program)"))
                findings.append(judge(brakes: try ledger.brakes(), heldReports: try ledger.heldReportCount()))
                if ledger.policy.edition != .current {
                    findings.append(
                        .warning(
                            "policy", "\(path) keeps the policy of version 0.1.0",
                            why:
                                "it suppresses addresses for faults of the sender, and never a mailbox that is full on "
                                + "every mailing of a monthly list",
                            mend: "maildir-bounce policy adopt, which lists who changes sides and asks"))
                }
            } else {
                findings.append(damage(path, problems.joined(separator: "; ")))
            }
        } catch  where error.isMissing {
            findings.append(
                .warning(
                    subject, "there is no ledger \(path) yet", why: "the first scan makes it, if its folder is there",
                    mend: "maildir-bounce init, or maildir-bounce scan as the owner of the Maildir"))
        } catch {
            findings.append(
                error.category == .inputOutput
                    ? damage(path, error.description)
                    : .error(
                        subject, error.description, why: "nobody can ask who must be left out",
                        mend: "run doctor as root or as the owner of the ledger, or name it with --ledger"))
        }
        // Free space on another machine is not checked.
        if LedgerStore.isAddress(path) { return findings }
        var status = statvfs()
        if statvfs(FilePath.split(path).parent, &status) == 0 {
            findings.append(
                judge(room: Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize)), path: path))
        }
        return findings
    }

    /// What waits for an administrator's decision.
    static func judge(brakes: [BrakeEpisode], heldReports: Int) -> Finding {
        let waiting = brakes.reduce(0) { $0 + $1.held }
        var parts: [String] = []
        if waiting > 0 { parts.append("\(waiting) addresses wait in \(brakes.count) spikes") }
        if heldReports > 0 { parts.append("\(heldReports) large reports from outside are held") }
        if parts.isEmpty { return .ok("brake", "nothing waits for a decision") }
        return .warning(
            "brake", parts.joined(separator: ", "),
            why: "what is held counts against nobody until somebody decides; the addresses may be mailed",
            mend: "maildir-bounce brake list, then brake confirm or brake release")
    }

    static func judge(room: Int64, path: String) -> Finding {
        let what = "\(room >> 20) MiB are free where \(path) is"
        guard room < roomNeeded else { return .ok("space", what) }
        return .error(
            "space", what,
            why: "a run that fills the disk stops; nothing is lost, but nothing is counted until there is room",
            mend: "df -h \(FilePath.split(path).parent.shellQuoted), and free some space")
    }

    /// Whether the ledger is the one that the Maildir was counted in; `nil` if there is nothing to say.
    static func mark(_ path: String, _ policy: Policy, maildir: String) -> Finding? {
        let place: String
        do {
            guard let maildir = try? Maildir(opening: maildir), let mark = try LedgerMark.read(maildir) else {
                return nil
            }
            place = mark.path
            do {
                let ledger = try LedgerStore(path: path, mode: .readOnly, policy: policy)
                // A ledger without an identity is left to the next scan.
                guard let identity = try ledger.identity(), identity != mark.identity else { return nil }
            } catch {
                guard error.isMissing else { return nil }
            }
        } catch {
            return .error(
                subject, "\(error)", why: "a scan counts and moves nothing until this is settled",
                mend: "look into it, then maildir-bounce scan --new-ledger once")
        }
        return .error(
            subject, "\(path) is not the ledger that \(maildir) was counted in (\(place))",
            why: "a scan counts and moves nothing until this is settled: whoever is suppressed there would get mail",
            mend: "mount its disk or restore it; to start again, maildir-bounce scan --new-ledger once")
    }

    private static func damage(_ path: String, _ what: String) -> Finding {
        var finding = Finding.error(
            subject, what.contains(path) ? what : "\(path) is damaged: \(what)",
            why: "what a damaged ledger says of an address may be wrong",
            mend: "restore it from a backup, or move it away, start again with maildir-bounce scan --new-ledger, and "
                + "maildir-bounce reprocess the Maildir and the archive")
        finding.isDamage = true
        return finding
    }
}
