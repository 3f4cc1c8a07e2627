import Bytes
import Glibc
import Ledger

/// Runs a hook's program with the changes that it has not taken, in their order.
///
/// Its cursor, in the ledger, moves only after the program has ended with status 0. If anything is killed in between, the
/// next run gives the same changes again, with the same numbers.
struct HookRun {
    private let hook: HookTable
    private let ledger: LedgerStore
    private let reader: FeedReader
    private let holder = HookHolder.current

    init(_ hook: HookTable, _ ledger: LedgerStore, own: OwnAddresses) {
        self.hook = hook
        self.ledger = ledger
        reader = FeedReader(ledger, own: own)
    }

    /// - Returns: how many changes the program took; `nil` if another run of the hook is at work.
    /// - Throws: a failure with status 75 if the program failed.
    func run() throws -> Int? {
        // A run that finds nothing writes nothing.
        if try isUpToDate() { return 0 }
        guard
            let progress = try ledger.beginHook(
                hook.name, holder: holder.text, at: now, until: leaseEnd, isGone: HookHolder.isGone)
        else { return nil }
        do {
            let count = try catchUp(progress)
            try ledger.endHook(hook.name, holder: holder.text)
            return count
        } catch {
            let failure = Failure(error) ?? Failure(ExitStatus.ioError, "\(error)")
            // What ended it matters more than that this cannot be noted.
            try? ledger.endHook(hook.name, holder: holder.text, failure: failure.message)
            throw Failure(failure.status, "hook \(hook.name): \(failure.message)")
        }
    }

    private func isUpToDate() throws -> Bool {
        guard let known = try ledger.hooks().first(where: { $0.name == hook.name }), let epoch = known.epoch else {
            return false
        }
        let feed = try ledger.feed()
        return feed.epoch == epoch && feed.number == known.number
    }

    private func catchUp(_ progress: HookProgress) throws -> Int {
        var position = try ledger.feed()
        var total = 0
        if let epoch = progress.epoch, position.continues(after: progress.number, in: epoch) {
            position.number = progress.number
        } else {
            (position, total) = try begin(progress, at: position)
        }
        while StopSignal.pending == nil {
            let rows = try reader.next(after: position.number, limit: hook.rows, in: position.epoch)
            guard let last = rows.last?.number else { return total }
            let given = rows.filter { hook.kinds.contains($0.kind) && reader.takes($0) }
            var list = ChangeList(format: .jsonl, epoch: position.epoch)
            if !given.isEmpty {
                try give { write in _ = given.allSatisfy { write(list.line($0)) } }
            }
            position.number = last
            total += given.count
            try move(to: position)
        }
        throw Failure(ExitStatus.temporaryFailure, "stopped by a signal; the next run goes on")
    }

    /// Gives the program everything that is suppressed; or begins with what changes from now on.
    private func begin(
        _ progress: HookProgress, at position: FeedPosition
    ) throws -> (FeedPosition, Int) {
        guard hook.hasSnapshot else {
            if progress.epoch != nil {
                Log().warning(
                    "hook \(hook.name): the feed started over or lost rows, so changes may have been left out; it goes on with the "
                        + "next one"
                )
            }
            try move(to: position)
            return (position, 0)
        }
        var end: FeedPosition?
        var count = 0
        try give { write in
            end = try reader.snapshot(.jsonl, kinds: hook.kinds) { line in
                count += 1
                return write(line)
            }
        }
        guard let end else { throw Failure(ExitStatus.temporaryFailure, "it did not take everything") }
        try move(to: end)
        // Without the lines before and after.
        return (end, count - 2)
    }

    /// Starts the program, lets `body` write lines to it, and waits for its end.
    private func give(_ body: (([UInt8]) -> Bool) throws -> Void) throws {
        let process = try HookProcess(hook)
        var extended = now
        var lost: (any Error)?
        func write(_ line: [UInt8]) -> Bool {
            // A program may read for longer than a reservation lasts.
            if now >= extended + Int64(hook.timeoutSeconds) {
                do {
                    guard try ledger.extendHook(hook.name, holder: holder.text, until: leaseEnd) else { throw taken }
                } catch {
                    lost = error
                    return false
                }
                extended = now
            }
            return process.write(line)
        }
        do {
            try body(write)
            if let lost { throw lost }
        } catch {
            process.abandon()
            throw error
        }
        if let failure = process.finish() {
            throw Failure(ExitStatus.temporaryFailure, "\(failure); the next run gives it the same changes again")
        }
    }

    private func move(to position: FeedPosition) throws {
        let isOurs = try ledger.moveHook(hook.name, holder: holder.text, to: position, at: now, until: leaseEnd)
        guard isOurs else { throw taken }
    }

    private var taken: Failure {
        Failure(
            ExitStatus.temporaryFailure,
            "another run, or hook reset, has taken it over; its program may get the same changes twice")
    }

    private var now: Int64 { Int64(time(nil)) }

    /// Reading and ending may each take the whole time.
    private var leaseEnd: Int64 { now + 2 * Int64(hook.timeoutSeconds) + 60 }
}

/// Which process runs a hook: its host and name space of process numbers, its number, and when it was started, since
/// numbers are given again.
struct HookHolder {
    let text: String

    static var current: HookHolder {
        HookHolder(text: "\(host) \(getpid()) \(start(of: getpid()) ?? "0")")
    }

    /// Whether a holder's process is no more; nil for one of another host or container, whose end cannot be seen.
    static func isGone(_ text: String) -> Bool? {
        let words = text.split(separator: " ")
        guard words.count == 3, words[0] == host, let process = pid_t(words[1]) else { return nil }
        if kill(process, 0) != 0, errno == ESRCH { return true }
        return start(of: process).map { $0 != words[2] }
    }

    private static var host: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "localhost" }
        let node = withUnsafeBytes(of: name.nodename) { bytes in
            String(decoding: bytes.prefix { $0 != 0 && !$0.isSpace }, as: UTF8.self)
        }
        var space = stat()
        return stat("/proc/self/ns/pid", &space) == 0 ? "\(node)/\(space.st_ino)" : node
    }

    /// When a process was started, in ticks since the machine was; field 22 of /proc/PID/stat (proc(5)).
    private static func start(of process: pid_t) -> String? {
        let path = BytePath("/proc/\(process)/stat")
        guard let contents = try? FileContents.read(path, limit: 4_096, onlyRegular: false) else { return nil }
        let text = String(decoding: contents.bytes, as: UTF8.self)
        // The second field, a name in brackets, may hold anything.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }
}
