import Bytes
import Glibc

/// Asks at a terminal for what the command line left out; otherwise uses the defaults.
struct SetupQuestions {
    private let lines: LineReader?

    /// - Parameter isInteractive: whether somebody is there to be asked.
    init(isInteractive: Bool) throws(Failure) { lines = isInteractive ? try LineReader("-") : nil }

    /// Whether both ends are a terminal.
    static var somebodyIsThere: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    /// The answer to `question`, or `standard` if there is none.
    func ask(_ question: String, standard: String?) throws(Failure) -> String? {
        guard let lines else { return standard }
        let prompt = terminalSafe(standard.map { "\(question) [\($0)]: " } ?? "\(question) [none]: ")
        Array(prompt.utf8).withUnsafeBytes { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        guard let line = try lines.next() else { return standard }
        let answer = line.text.trimmingBlanks
        return answer.isEmpty ? standard : answer
    }
}
