import Bytes
import Glibc
import Logging

/// Reports problems: `maildir-bounce: warning: …`, one line each, on standard error.
///
/// A plain line suits cron, which mails it, and journald, which adds the time. The contents of messages (file names,
/// text of mails) are escaped here, so that no caller can forget it.
struct PlainLogHandler: LogHandler {
    var logLevel: Logger.Level = .notice
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = "maildir-bounce: "
        switch event.level {
        case .trace, .debug: line += "debug: "
        case .info, .notice: break
        case .warning: line += "warning: "
        case .error, .critical: line += "error: "
        }
        line += terminalSafe(event.message.description)
        line += "\n"
        var bytes = line
        // One call for a line, so that lines of two processes do not mix.
        bytes.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// The program's logger.
///
/// - Parameter verbose: whether debug lines are shown too.
func makeLogger(verbose: Bool = false) -> Logger {
    var logger = Logger(label: "maildir-bounce") { _ in PlainLogHandler() }
    logger.logLevel = verbose ? .debug : .notice
    return logger
}
