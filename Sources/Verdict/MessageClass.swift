/// What one message is.
///
/// The raw value is the token of the output contract. A report about several recipients has the class of its worst
/// outcome: hard, then soft, then delayed, then delivered; recipients that our own list refused are ignored, unless
/// there are no others.
public enum MessageClass: String, Sendable, CaseIterable {
    /// At least one address is dead: unknown user, unknown domain, moved, accepts no mail.
    case hardBounce = "hard-bounce"
    /// A failure that does not make the address dead: quota, rate, content, policy, a server problem.
    case softBounce = "soft-bounce"
    /// A program answered in the recipient's place (RFC 3834): out of office, ticket system, challenge.
    case autoReply = "auto-reply"
    /// A report about a report: what was returned had the null sender, or came from `double-bounce@`.
    case doubleBounce = "double-bounce"
    /// The message is still being retried (RFC 3464 Action: delayed).
    case delayNotice = "delay-notice"
    /// A recipient called the message spam (RFC 5965 feedback report).
    case complaint
    /// A person's or a mail program's request to a return path or a List-Unsubscribe address (RFC 2369).
    case unsubscribe
    /// The message arrived: a success report (RFC 3464 delivered, relayed, expanded) or an MDN (RFC 8098).
    case deliveryReceipt = "delivery-receipt"
    /// The postmaster's copy of a report that the sender also gets, or the transcript of an SMTP session.
    case postmasterNotice = "postmaster-notice"
    /// Our own list refused the mail, because the address is already suppressed: no new information.
    case ownRefusal = "own-refusal"
    /// Everything else; kept for a person to read.
    case notABounce = "not-a-bounce"
}
