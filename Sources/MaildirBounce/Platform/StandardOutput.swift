import Bytes
import Glibc

/// Standard output: buffered, and flushed line by line on a terminal.
///
/// A closed pipe (`| head`) is not an error for a command that changes nothing: the output is dropped from then on and
/// ``isClosed`` says so. The program ignores SIGPIPE for this. A command that counts messages and prints them calls
/// ``checkReader(after:_:)`` before it counts more.
final class StandardOutput {
    private static let capacity = 64 << 10
    private var buffer: [UInt8] = []
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    /// Whether the reader has closed the pipe.
    private(set) var isClosed = false

    /// Calls `body` with standard output and flushes it, even if `body` throws.
    static func use(_ body: (StandardOutput) throws -> Void) throws {
        let output = StandardOutput()
        do {
            try body(output)
        } catch {
            // Why the command stops matters more than that its output could not be written either.
            try? output.flush()
            throw error
        }
        try output.flush()
    }

    /// Whether nobody can read what is written; asks the kernel, so that a reader that has died is noticed before the next
    /// write.
    private var hasNoReader: Bool {
        if isClosed { return true }
        var state = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&state, 1, 0) == 1 && state.revents & Int16(POLLERR) != 0
    }

    /// Writes what is buffered and checks that somebody can read it.
    ///
    /// - Parameters:
    ///   - count: how many messages were counted.
    ///   - rest: what to do about the others.
    /// - Throws: a failure with status 74 if the reader has closed the pipe.
    func checkReader(after count: Int, _ rest: String) throws(Failure) {
        try flush()
        guard hasNoReader else { return }
        let done =
            count == 0
            ? "nothing was counted"
            : "\(count) messages were counted, and the lines of some are lost; 'maildir-bounce changes' lists what was decided"
        throw Failure(
            ExitStatus.ioError, "the reader of standard output has closed it: \(done); repair the reader, then \(rest)")
    }

    /// Columns of the terminal, or `nil` if the output goes to a file or a pipe.
    var width: Int? {
        guard isTerminal else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Adds whole lines.
    func write(_ bytes: some Collection<UInt8>) throws(Failure) {
        buffer.append(contentsOf: bytes)
        if isTerminal || buffer.count >= Self.capacity { try flush() }
    }

    func write(line: String) throws(Failure) {
        buffer.append(contentsOf: line.utf8)
        try write(CollectionOfOne(UInt8(ascii: "\n")))
    }

    func flush() throws(Failure) {
        var problem: Int32 = 0
        buffer.withUnsafeBytes { bytes in
            var rest = bytes
            while !isClosed, problem == 0, !rest.isEmpty {
                let written = Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
                if written >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                } else if errno == EPIPE {
                    isClosed = true
                } else if errno != EINTR {
                    problem = errno
                }
            }
        }
        buffer.removeAll(keepingCapacity: true)
        guard problem == 0 else {
            isClosed = true
            throw Failure(ExitStatus.ioError, "cannot write to standard output: \(systemMessage(problem))")
        }
    }
}
