/// What of a backlog could not be taken, told as it shows.
final class BacklogNotes {
    private let log: Log
    /// What was said before goes first: the line of the progress is wiped.
    private let beforeLine: () -> Void
    private var problems = NamedProblems()
    /// Files that hold no mail.
    private(set) var strangers = 0
    private var firstStranger = ""

    /// How many sources are missing, unreadable or incomplete.
    var missed: Int { problems.count }

    init(_ log: Log, beforeLine: @escaping () -> Void) {
        self.log = log
        self.beforeLine = beforeLine
    }

    /// Something that should have been read was not.
    func miss(_ name: String, _ sentence: String) {
        guard problems.add() else { return }
        beforeLine()
        log.error("\(name) \(sentence)")
    }

    func stranger(_ name: String) {
        strangers += 1
        if strangers == 1 { firstStranger = name }
    }

    func debug(_ sentence: String) { log.debug(sentence) }

    /// The messages at the end.
    func finish() {
        if problems.untold > 0 { log.error("\(problems.untold) more could not be read, or not to their ends") }
        if strangers > 0 {
            let what = strangers == 1 ? "1 file holds no mail and was" : "\(strangers) files hold no mail and were"
            log.warning("\(what) passed over: \(firstStranger)\(strangers > 1 ? ", …" : "")")
        }
    }
}
