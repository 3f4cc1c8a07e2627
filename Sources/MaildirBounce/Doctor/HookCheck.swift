import Glibc

/// The hooks: whether their programs can be run and are nobody else's, and whether they take what is there.
enum HookCheck {
    static let subject = "hook"

    static func program(of hook: HookTable) -> [Finding] {
        let path = hook.command[0]
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o111 != 0 else {
            return [
                .error(
                    subject, "\(hook.name): \(path) is no program that can be run", why: "nobody is told of changes",
                    mend: "name another in [[hook]], or chmod +x \(path.shellQuoted)")
            ]
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) != 0 else { return [] }
        return [
            .warning(
                subject, "\(hook.name): others than its owner may write \(path)",
                why: "whoever may write it does what the hook's user may do, who may write the ledger",
                mend: "chmod go-w \(path.shellQuoted)")
        ]
    }

    /// How long changes may wait, in seconds.
    private static let lateAfter: Int64 = 3_600

    static func judge(_ entry: HookListing.Entry, now: Int64) -> Finding {
        let what = "\(entry.progress.name): \(entry.sentence)"
        if entry.progress.failures > 0 {
            return .error(
                subject, what, why: "its program is given the same changes again until it takes them",
                mend: "maildir-bounce hook run \(entry.progress.name) --verbose, as the hook's user")
        }
        guard entry.progress.done == nil || entry.isLate(lateAfter, at: now) else { return .ok(subject, what) }
        return .warning(
            subject, what, why: "nobody is told of changes",
            mend: "run maildir-bounce hook run from cron or the timer maildir-bounce-hook (docs/operations.md)")
    }
}
