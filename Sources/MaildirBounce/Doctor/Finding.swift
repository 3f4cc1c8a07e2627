/// The result of one check of `doctor`.
struct Finding: Equatable {
    enum Level: String {
        case ok
        case warning
        case error
    }

    var level: Level
    /// What was checked, one word.
    var subject: String
    /// What was found.
    var what: String
    /// Why it matters; `nil` if all is well.
    var why: String?
    /// The command, or the configuration line, that fixes it.
    var mend: String?
    /// Whether it says that the ledger is damaged.
    var isDamage = false

    static func ok(_ subject: String, _ what: String) -> Finding {
        Finding(level: .ok, subject: subject, what: what)
    }

    static func warning(_ subject: String, _ what: String, why: String, mend: String) -> Finding {
        Finding(level: .warning, subject: subject, what: what, why: why, mend: mend)
    }

    static func error(_ subject: String, _ what: String, why: String, mend: String) -> Finding {
        Finding(level: .error, subject: subject, what: what, why: why, mend: mend)
    }
}
