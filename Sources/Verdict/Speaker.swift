/// Who says a text about a recipient, from the highest rank to the lowest.
///
/// The highest speaker that says something specific decides. The raw value is the token of the output contract.
public enum Speaker: String, Sendable, CaseIterable, Comparable {
    /// The server that refused, whose reply the report quotes; or the reporting server, if it looked up the mailbox
    /// itself.
    case remote
    /// The report's own fields: Status, Action, and a Diagnostic-Code that is not a reply of another server.
    case field
    /// The reporting server, in sentences about this recipient.
    case reporter
    /// Text that every such report has: greetings, advice, footers, lists of possible causes.
    case template

    private var rank: Int {
        switch self {
        case .remote: 0
        case .field: 1
        case .reporter: 2
        case .template: 3
        }
    }

    /// Whether the left one ranks higher.
    public static func < (left: Speaker, right: Speaker) -> Bool { left.rank < right.rank }
}
