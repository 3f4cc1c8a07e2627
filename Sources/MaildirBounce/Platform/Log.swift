import Bytes
import Glibc

/// Writes what the program reports to standard error, one line each: `maildir-bounce: warning: …`.
///
/// A plain line suits cron, which mails it, and journald, which adds the time. Whatever is in a message (file names, text
/// of mails) is escaped here, so that no caller can forget it.
struct Log: Sendable {
    /// Whether debug lines are written too.
    var isVerbose = false

    func debug(_ message: @autoclosure () -> String) { if isVerbose { write("debug: ", message()) } }
    func note(_ message: String) { write("", message) }
    func warning(_ message: String) { write("warning: ", message) }
    func error(_ message: String) { write("error: ", message) }

    private func write(_ level: String, _ message: String) {
        var line = "maildir-bounce: \(level)\(terminalSafe(message))\n"
        // One call for a line, so that lines of two processes do not mix.
        line.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
