import MIME
// The types of a verdict are a separate module, which the ledger uses without the classifier. They are re-exported
// because `classify` returns them.
@_exported import Verdict

/// Classifies messages.
///
/// A classifier is created once and may be used by any number of threads at once.
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

    /// Classifies the message in `bytes`. Never throws and never traps: an unreadable message is `not-a-bounce`.
    ///
    /// - Parameter bytes: The whole message as in its file, with LF or CR LF line endings.
    public func classify(_ bytes: [UInt8]) -> Verdict {
        if let (event, count) = EventFile.event(in: bytes) {
            let reading = Reading(ReportContext(Message(parsing: []), settings), judge: judge)
            if let event { return reading.verdict(of: event) }
            var verdict = reading.verdict()
            verdict.limitHit =
                "the file holds \(count) objects of JSON; deliver and reprocess divide a service's events"
            return verdict
        }
        let message = Message(parsing: bytes)
        var verdict = Reading(ReportContext(message, settings), judge: judge).verdict()
        if settings.readsProvenance { verdict.provenance = Provenance(message, settings) }
        return verdict
    }
}
