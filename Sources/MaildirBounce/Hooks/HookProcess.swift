import Bytes
import Glibc

/// A hook's program, to whose standard input lines are written. Its output and its errors go where ours go.
///
/// It is the first of a process group of its own, so that what it has started ends with it.
final class HookProcess {
    private let name: String
    private let process: pid_t
    private var input: Int32
    /// The other end, to see whether it has read everything.
    private let start: Int32
    /// How it has ended, once it has.
    private var end: Int32?
    private let timeoutSeconds: Int
    /// Why it failed; `nil` so far.
    private(set) var failure: String?

    /// How long a program that is told to end may take, in milliseconds.
    private static let grace: Int64 = 5_000
    /// How often its end and signals are looked for, in milliseconds.
    private static let tick: Int32 = 20

    /// Starts the program.
    init(_ hook: HookTable) throws(Failure) {
        name = hook.name
        timeoutSeconds = hook.timeoutSeconds
        let ends: (start: Int32, end: Int32)
        do {
            ends = try Spawn.pipe()
        } catch {
            throw Self.cannotRun(hook, error)
        }
        // Only the end that is written to: the program gets the other as every program expects it.
        _ = fcntl(ends.end, F_SETFL, O_NONBLOCK)
        do {
            process = try Spawn.start(hook.command, input: ends.start, leadsGroup: true)
        } catch {
            close(ends.start)
            close(ends.end)
            throw Self.cannotRun(hook, error)
        }
        (start, input) = (ends.start, ends.end)
    }

    deinit {
        close(start)
        if input >= 0 { close(input) }
    }

    private static func cannotRun(_ hook: HookTable, _ error: SystemError) -> Failure {
        let program = hook.command[0]
        // The file may be there, and what its first line names not.
        let more = error.code == ENOENT && access(program, F_OK) == 0 ? " (the interpreter in its first line)" : ""
        return Failure(ExitStatus.temporaryFailure, "cannot run \(program): \(error)\(more)")
    }

    /// Writes whole lines.
    ///
    /// - Returns: false if the program does not take them; ``finish()`` says why.
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        var deadline = Self.now + timeout
        while !rest.isEmpty, failure == nil {
            let count = rest.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                deadline = Self.now + timeout
            } else if errno == EAGAIN || errno == EINTR {
                var entry = pollfd(fd: input, events: Int16(POLLOUT), revents: 0)
                _ = poll(&entry, 1, Self.tick)
                if hasEnded {
                    failure = Self.unread
                } else if let signal = StopSignal.pending {
                    failure = "stopped by signal \(signal)"
                } else if Self.now >= deadline {
                    failure = "it did not read on for \(timeoutSeconds) s"
                }
            } else {
                failure = "cannot write to it: \(systemMessage(errno))"
            }
        }
        return failure == nil
    }

    private static let unread = "it ended before it had read everything"

    private var hasEnded: Bool {
        if end != nil { return true }
        var status: Int32 = 0
        // An error: somebody else has waited for it.
        guard waitpid(process, &status, WNOHANG) != 0 else { return false }
        end = status
        return true
    }

    /// Ends the program at once: what it has got must not be taken for all there is.
    func abandon() {
        failure = "it was not given everything"
        kill(-process, SIGTERM)
        _ = finish()
    }

    /// Ends the input and waits for the program's end.
    ///
    /// - Returns: why it failed; `nil` if it took everything and ended with status 0.
    func finish() -> String? {
        close(input)
        input = -1
        // Without its input it may end by itself, and say why.
        var deadline = Self.now + (failure == nil ? timeout : Self.grace)
        var isKilled = false
        while !hasEnded {
            if failure == nil, let signal = StopSignal.pending {
                failure = "stopped by signal \(signal)"
                deadline = 0
            }
            if Self.now >= deadline {
                if failure == nil { failure = "it did not end within \(timeoutSeconds) s" }
                kill(-process, isKilled ? SIGKILL : SIGTERM)
                isKilled = true
                deadline = Self.now + Self.grace
            }
            _ = poll(nil, 0, Self.tick)
        }
        // What it has started and left.
        if isKilled { kill(-process, SIGKILL) }
        let status = end ?? 0
        let (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
        if !isKilled, signal != 0 || code != 0 {
            let how = signal != 0 ? "it was ended by signal \(signal)" : "it ended with status \(code)"
            return how + (failure.map { "; \($0)" } ?? "")
        }
        var left: Int32 = 0
        if failure == nil, ioctl(start, UInt(FIONREAD), &left) == 0, left > 0 { failure = Self.unread }
        return failure
    }

    /// Milliseconds of a clock that nobody sets.
    private static var now: Int64 { MonotonicClock.milliseconds }

    private var timeout: Int64 { Int64(timeoutSeconds) * 1_000 }
}
