import MIME
// The words of a verdict are a module of their own, which the ledger uses without the classifier. Whoever imports only
// Classifier goes on finding them: a call of `classify` is of no use without the names of what it returns.
@_exported import Verdict

/// Reads messages and decides.
///
/// A classifier is made once and is then used by any number of threads at once.
///
/// ```swift
/// let classifier = Classifier()
/// let verdict = classifier.classify(bytes)
/// print(verdict.messageClass.rawValue, verdict.recipients.map(\.address))
/// ```
public struct Classifier: Sendable {
    private let settings: Settings
    private let judge: Judge

    /// A classifier for one installation.
    ///
    /// - Parameter settings: What this installation knows about itself.
    public init(settings: Settings = Settings()) {
        self.init(settings: settings, rules: .standard)
    }

    init(settings: Settings, rules: RuleSet) {
        self.settings = settings
        judge = Judge(rules: rules, custom: settings.rules.filter { !$0.isAboutMessages })
    }

    /// What the message in `bytes` is. Never throws and never traps: what cannot be read is `not-a-bounce`.
    ///
    /// - Parameter bytes: The whole message as it is in its file, with either line end.
    public func classify(_ bytes: [UInt8]) -> Verdict {
        Reading(ReportContext(Message(parsing: bytes), settings), judge: judge).verdict()
    }
}
