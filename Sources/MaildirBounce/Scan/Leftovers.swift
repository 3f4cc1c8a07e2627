import Maildir

/// Messages that a run could not move out of new/; only the first ones are reported one by one.
struct Leftovers {
    private var problems = NamedProblems()
    /// Why, of the first ones.
    private(set) var first: [MaildirError] = []

    var count: Int { problems.count }

    mutating func add(_ error: MaildirError) {
        if problems.add() { first.append(error) }
    }

    /// Names them.
    ///
    /// - Parameter what: what could not be done, "moved".
    func tell(_ log: Log, _ what: String) {
        for error in first { log.warning("\(error)") }
        if problems.untold > 0 { log.warning("\(problems.untold) more could not be \(what) and were left in new/") }
    }
}
