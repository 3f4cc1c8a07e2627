import Bytes
import Glibc

/// A hook's program, to whose standard input lines are written. Its output and its errors go where ours go.
///
/// It is the first of a process group of its own, so that what it has started ends with it.
final class HookProcess {
    private let name: String
    private let process: pid_t
    private var input: Int32
    private let timeoutSeconds: Int
    /// Why it failed; `nil` so far.
    private(set) var failure: String?

    /// How long a program that is told to end may take.
    private static let graceSeconds: Int64 = 5
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
        defer { close(ends.start) }
        do {
            process = try Spawn.start(hook.command, input: ends.start, leadsGroup: true)
        } catch {
            close(ends.end)
            throw Self.cannotRun(hook, error)
        }
        input = ends.end
    }

    deinit { if input >= 0 { close(input) } }

    private static func cannotRun(_ hook: HookTable, _ error: SystemError) -> Failure {
        Failure(ExitStatus.temporaryFailure, "hook \(hook.name): cannot run \(hook.command[0]): \(error)")
    }

    /// Writes whole lines.
    ///
    /// - Returns: false if the program does not take them; ``finish()`` says why.
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        var deadline = Self.now + Int64(timeoutSeconds)
        while !rest.isEmpty, failure == nil {
            let count = rest.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                deadline = Self.now + Int64(timeoutSeconds)
                continue
            }
            switch errno {
            case EAGAIN, EINTR:
                var entry = pollfd(fd: input, events: Int16(POLLOUT), revents: 0)
                _ = poll(&entry, 1, Self.tick)
                if let signal = StopSignal.pending {
                    failure = "stopped by signal \(signal)"
                } else if Self.now >= deadline {
                    failure = "it did not read on for \(timeoutSeconds) s"
                }
            case EPIPE: failure = "it closed its input before it had read everything"
            default: failure = "cannot write to it: \(systemMessage(errno))"
            }
        }
        return failure == nil
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
        var status: Int32 = 0
        var deadline = Self.now + Int64(timeoutSeconds)
        // Without its input it may end by itself, and say why.
        if failure != nil { deadline = Self.now + Self.graceSeconds }
        var isKilled = false
        while waitpid(process, &status, WNOHANG) == 0 {
            if failure == nil, let signal = StopSignal.pending {
                failure = "stopped by signal \(signal)"
                deadline = 0
            }
            if Self.now >= deadline {
                if failure == nil { failure = "it did not end within \(timeoutSeconds) s" }
                kill(-process, isKilled ? SIGKILL : SIGTERM)
                isKilled = true
                deadline = Self.now + Self.graceSeconds
            }
            _ = poll(nil, 0, Self.tick)
        }
        // What it has started and left.
        if isKilled { kill(-process, SIGKILL) }
        let (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
        if isKilled || signal == 0 && code == 0 { return failure }
        let end = signal != 0 ? "it was ended by signal \(signal)" : "it ended with status \(code)"
        return end + (failure.map { "; \($0)" } ?? "")
    }

    /// Seconds of a clock that nobody sets.
    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec)
    }
}
