/// What servers write, and what it means. Where several rules of one strength match, the one that stands first decides;
/// the order therefore goes from the particular to the general.
///
/// Sources, where a rule names none: the replies of Postfix, Sendmail, Exim, qmail, Courier, Exchange and the large
/// providers as their own documentation and their replies in the wild word them.
enum ReasonRules {
    static let all: [ReasonRule] =
        mailbox + sender + message + recipient + network + server
}
