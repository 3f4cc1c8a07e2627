/// Whose fault a failure is.
///
/// Each reason has one, ``Reason/party``, which a rule may override. The raw value is the token of the output contract.
public enum Party: String, Sendable, CaseIterable {
    /// The recipient's: his address, mailbox or filter.
    case recipient
    /// The sender's: what we send, how fast, or from where.
    case sender
    /// Neither's: a server, the network, a temporary condition, or unknown.
    case system
}
