import Glibc
import Maildir

/// Whether a run holds the Maildir, and since when. It is read from /proc/locks: trying the lock would make a scan that
/// starts at that moment exit.
enum LockCheck {
    static let subject = "lock"
    /// A run that takes longer than this hangs, or reads a large backlog; in seconds.
    static let longRun: Int64 = 3_600

    /// Who holds a lock. The kernel does not say since when: it is at most as old as the process.
    struct Holder: Equatable {
        var process: Int
        var started: Int64?
    }

    static func judge(_ holder: Holder?, now: Int64) -> Finding {
        guard let holder else { return .ok(subject, "no run is at work") }
        let age = holder.started.map { max(0, now - $0) }
        let what = "process \(holder.process) is at work" + (age.map { ", for at most \(WaitingCheck.span($0))" } ?? "")
        guard let age, age >= longRun else { return .ok(subject, what) }
        return .warning(
            subject, what, why: "while it runs every other scan leaves without doing anything",
            mend: "ps -fp \(holder.process), and kill \(holder.process) where it hangs: it can be killed at any moment")
    }

    static func findings(_ maildir: String, now: Int64) -> [Finding] {
        guard let locks = text("/proc/locks") else { return [] }
        for path in [maildir, maildir + "/" + RunLock.fileName] {
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            if let process = holder(in: locks, inode: UInt64(status.st_ino), device: UInt64(status.st_dev)) {
                return [judge(Holder(process: process, started: startTime(process)), now: now)]
            }
        }
        return [judge(nil, now: now)]
    }

    /// The process that holds a flock(2) on a file, by proc_locks(5): `1: FLOCK ADVISORY WRITE 123 08:01:456 0 EOF`.
    static func holder(in locks: String, inode: UInt64, device: UInt64) -> Int? {
        // As makedev(3) puts the two together.
        let major = device >> 8 & 0xFFF | device >> 32 & ~0xFFF
        let minor = device & 0xFF | device >> 12 & ~0xFF
        for line in locks.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 6, words[1] == "FLOCK", let process = Int(words[4]) else { continue }
            let place = words[5].split(separator: ":")
            guard place.count == 3, UInt64(place[0], radix: 16) == major, UInt64(place[1], radix: 16) == minor,
                UInt64(place[2]) == inode
            else { continue }
            return process
        }
        return nil
    }

    /// When a process was started, by proc_pid_stat(5) and proc_stat(5), in seconds since 1970 UTC.
    private static func startTime(_ process: Int) -> Int64? {
        guard let status = text("/proc/\(process)/stat"), let end = status.lastIndex(of: ")"),
            let line = text("/proc/stat")?.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }),
            let boot = line.split(separator: " ").last.flatMap({ Int64($0) })
        else { return nil }
        // Field 22; what follows the name in brackets begins with field 3.
        let fields = status[status.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let ticks = Int64(fields[19]) else { return nil }
        return boot + ticks / Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }

    private static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // Files of /proc claim to be empty and give a page at a time, as a pipe does.
        guard let contents = try? FileContents.read(descriptor: descriptor) else { return nil }
        return String(decoding: contents.bytes, as: UTF8.self)
    }
}
