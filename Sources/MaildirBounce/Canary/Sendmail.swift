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
        guard mail.count <= Self.mailLimit else { return "the mail has more than \(Self.mailLimit) bytes" }
        do throws(SystemError) {
            let input = try Spawn.pipe()
            defer { close(input.start) }
            let output: (start: Int32, end: Int32)
            do {
                defer { close(input.end) }
                try writeAll(mail, to: input.end)
                output = try Spawn.pipe()
            }
            defer { close(output.start) }
            let process: pid_t
            do {
                defer { close(output.end) }
                process = try Spawn.start(
                    [path, "-oi", "-f", sender, recipient], input: input.start, output: output.end,
                    errors: output.end, leadsGroup: true)
            }
            return end(of: process, saying: output.start)
        } catch {
            return "cannot start \(path): \(error)"
        }
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
}
