import Bytes
import Glibc

/// sendmail(1), the mail server's program that takes a mail on standard input.
///
/// It is started without a shell. What it is given are the addresses of the configuration and a mail of ours.
struct Sendmail {
    /// For how long it may run, in seconds.
    static let timeLimit = 30
    /// How much of what it says is read, in bytes.
    static let outputLimit = 1_000
    /// The longest mail, in bytes: as much as a pipe holds, so that nobody waits for a program that does not read.
    static let mailLimit = 16 << 10

    var path: String
    var seconds = Self.timeLimit

    /// Hands a mail over.
    ///
    /// - Returns: why it was not taken; `nil` if it was.
    func refusal(of mail: [UInt8], from sender: String, to recipient: String) -> String? {
        guard mail.count <= Self.mailLimit, var input = Pipe() else { return "no pipe: \(SystemError.last)" }
        defer { input.close() }
        guard var output = Pipe() else { return "no pipe: \(SystemError.last)" }
        defer { output.close() }
        do throws(SystemError) {
            try writeAll(mail, to: input.end)
        } catch {
            return "the mail cannot be handed to \(path): \(error)"
        }
        input.closeEnd()
        let process: pid_t
        switch start(["-oi", "-f", sender, recipient], input.start, output.end) {
        case .failure(let error): return "cannot start \(path): \(error)"
        case .success(let started): process = started
        }
        output.closeEnd()
        return end(of: process, saying: output.start)
    }

    private func start(_ arguments: [String], _ input: Int32, _ output: Int32) -> Result<pid_t, SystemError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that what it has started ends with it.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process = pid_t()
        let code = posix_spawn(&process, path, &actions, &attributes, words, environ)
        return code == 0 ? .success(process) : .failure(SystemError(code))
    }

    /// Waits until the process has ended. A child of its own that goes on and keeps the pipe open, as a queue runner may,
    /// is not waited for.
    private func end(of process: pid_t, saying output: Int32) -> String? {
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
        var said: [UInt8] = []
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            var status: Int32 = 0
            let ended = systemCall { waitpid(process, &status, WNOHANG) }.value
            take(output, &said)
            if ended == process { return status == 0 ? nil : complaint(status, said) }
            guard ended == 0, ContinuousClock.now < deadline else {
                kill(-process, SIGKILL)
                _ = systemCall { waitpid(process, &status, 0) }
                return "\(path) did not end within \(seconds) s and was stopped"
            }
            var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            // Its end is no event of the pipe if a child keeps it open; and a closed pipe is always an event.
            if poll(&entry, 1, 50) > 0, entry.revents & Int16(POLLIN) == 0 { usleep(10_000) }
        }
    }

    private func take(_ output: Int32, _ said: inout [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = read(output, &buffer, buffer.count), count > 0 {
            said += buffer[..<min(count, Self.outputLimit - said.count)]
        }
    }

    private func complaint(_ status: Int32, _ said: [UInt8]) -> String {
        let text = String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: "; ")
        // As the shell reports them.
        let how =
            status & 0x7F == 0 ? "ended with status \(status >> 8 & 0xFF)" : "was ended by signal \(status & 0x7F)"
        return "\(path) \(how)" + (text.isEmpty ? "" : ": \(text)")
    }

    /// A pipe whose ends no other program gets. To be closed.
    private struct Pipe {
        let start: Int32
        private(set) var end: Int32

        init?() {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            (start, end) = (ends[0], ends[1])
        }

        mutating func closeEnd() {
            Glibc.close(end)
            end = -1
        }

        func close() {
            Glibc.close(start)
            if end >= 0 { Glibc.close(end) }
        }
    }
}
