/// Whose fault a failure is.
///
/// It is a fact of each reason, ``Reason/party``; a rule that knows better says so, and then its word counts. The raw value
/// is the token of the output contract.
public enum Party: String, Sendable, CaseIterable {
    /// The recipient's: his address, mailbox or filter.
    case recipient
    /// The sender's: what we send, how fast, or from where.
    case sender
    /// Nobody's of the two: a server, the network, the moment, or nothing is known.
    case system
}
