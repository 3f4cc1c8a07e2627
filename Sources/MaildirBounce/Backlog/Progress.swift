import ArgumentParser
import Glibc

/// When a command shows its progress.
enum ProgressMode: String, CaseIterable, ExpressibleByArgument {
    /// A bar if standard error is a terminal; a line every ten seconds if it is redirected but there is a controlling
    /// terminal; nothing without one, as under cron and systemd.
    case auto
    /// A bar at a terminal, otherwise a line every ten seconds.
    case always
    case never
}

/// The progress of a run, on standard error: a bar on a terminal, or plain lines.
struct Progress {
    enum Style {
        case none, bar, lines

        /// - Parameters:
        ///   - isTerminal: whether standard error is one.
        ///   - isAttended: whether the process belongs to a terminal at all.
        init(_ mode: ProgressMode, isTerminal: Bool, isAttended: Bool) {
            self =
                switch mode {
                case .never: .none
                case .auto where !isTerminal && !isAttended: .none
                case .auto, .always: isTerminal ? .bar : .lines
                }
        }
    }

    /// Milliseconds between two states of the bar.
    static let barPeriod: Int64 = 200
    /// Milliseconds between two plain lines.
    static let linePeriod: Int64 = 10_000

    let style: Style
    /// What there is to read, in bytes, or `nil` if that is unknown.
    private let total: Int64?
    private let started: Int64
    private var shownAt: Int64
    private(set) var isBarShown = false

    /// - Parameter now: milliseconds of a clock that only runs forward.
    init(_ mode: ProgressMode, total: () -> Int64?, now: Int64 = MonotonicClock.milliseconds) {
        self.init(
            style: Style(mode, isTerminal: isatty(STDERR_FILENO) == 1, isAttended: hasTerminal()), total: total,
            now: now)
    }

    init(style: Style, total: () -> Int64?, now: Int64) {
        self.style = style
        self.total = style == .none ? nil : total()
        started = now
        shownAt = now
    }

    /// Shows the state where it is time to.
    mutating func update(done: Int64, _ tally: BacklogTally, now: Int64 = MonotonicClock.milliseconds) {
        guard let line = line(done: done, tally, now: now, width: style == .bar ? terminalWidth() : nil) else { return }
        writeError(style == .bar ? "\r" + line + "\u{1B}[K" : "maildir-bounce: " + line + "\n")
        isBarShown = style == .bar
    }

    /// Clears the bar before a line of text.
    mutating func clear() {
        if isBarShown { writeError("\r\u{1B}[K") }
        isBarShown = false
    }

    /// The line to show at `now`, or `nil` if it is too soon.
    ///
    /// - Parameter width: the terminal's columns.
    mutating func line(done: Int64, _ tally: BacklogTally, now: Int64, width: Int?) -> String? {
        let period: Int64
        switch style {
        case .none: return nil
        case .bar: period = Self.barPeriod
        case .lines: period = Self.linePeriod
        }
        guard now - shownAt >= period else { return nil }
        shownAt = now
        let elapsed = max(1, now - started)
        let messages = tally.run.read + tally.outside
        var words: [String] = []
        if let total, total > 0 {
            let share = min(1, Double(done) / Double(total))
            let percent = "\(Int(share * 100)) %"
            words.append(style == .bar ? bar(share) + " " + percent : percent)
            words.append("\(messages) messages, \(Int64(messages) * 1_000 / elapsed)/s")
            if share > 0, share < 1 {
                words.append(duration(Int64(Double(elapsed) / share * (1 - share)) / 1_000) + " left")
            }
        } else {
            words.append("\(messages) messages, \(Int64(messages) * 1_000 / elapsed)/s")
        }
        words += tally.run.classesByNumber.map { "\($0.count) \($0.name)" }
        return words.joined(separator: "  ").cut(toColumns: width)
    }

    private func bar(_ share: Double) -> String {
        let columns = 20
        let full = Int(share * Double(columns))
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: columns - full) + "]"
    }

    /// `45 s`, `3 min 20 s`, `1 h 05 min`
    private func duration(_ seconds: Int64) -> String {
        func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3_600 { return "\(seconds / 60) min \(twoDigits(seconds % 60)) s" }
        return "\(seconds / 3_600) h \(twoDigits(seconds / 60 % 60)) min"
    }
}

/// A clock that only runs forward.
enum MonotonicClock {
    /// What it shows now, in milliseconds.
    static var milliseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }
}

/// Whether the process has a controlling terminal: cron and systemd give it none.
private func hasTerminal() -> Bool {
    let terminal = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY)
    if terminal >= 0 { close(terminal) }
    return terminal >= 0
}

/// The columns of the terminal that standard error is.
private func terminalWidth() -> Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1 ? Int(size.ws_col) - 1 : 79
}

/// Text of our own: nothing from a mail goes here.
private func writeError(_ text: String) {
    var text = text
    text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
