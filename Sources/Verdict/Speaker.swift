/// Who says a text about a recipient, from the highest rank to the lowest.
///
/// The highest speaker that says something specific decides. The raw value is the token of the output contract.
public enum Speaker: String, Sendable, CaseIterable {
    /// The server that refused, whose reply the report quotes; or the reporting server, where it looked for the mailbox
    /// itself.
    case remote
    /// The report's own fields: Status, Action, and a Diagnostic-Code that is no reply of another server.
    case field
    /// The reporting server, in sentences about this recipient.
    case reporter
    /// Text that stands in every such report: greetings, advice, footers, lists of guesses.
    case template
}
