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
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Self.cannotRun(hook, errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // Only the end that is written to: the program gets the other as every program expects it.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // We ignore SIGPIPE and may be started with signals blocked; the program must not inherit that.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var words: [UnsafeMutablePointer<CChar>?] = hook.command.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process = pid_t()
        let code = posix_spawn(&process, hook.command[0], &actions, &attributes, words, environ)
        guard code == 0 else {
            close(ends[1])
            throw Self.cannotRun(hook, code)
        }
        self.process = process
        input = ends[1]
    }

    deinit { if input >= 0 { close(input) } }

    private static func cannotRun(_ hook: HookTable, _ code: Int32) -> Failure {
        Failure(ExitStatus.temporaryFailure, "cannot run \(hook.command[0]): \(systemMessage(code))")
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
