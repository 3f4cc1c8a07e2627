/// What a sentence of a server says something about.
enum Subject: UInt8, Sendable, CaseIterable {
    /// The recipient: his address, his name.
    case recipient
    /// His mailbox, his account.
    case mailbox
    /// What a mailbox may hold.
    case storage
    /// How much may be sent, or how often.
    case rate
    /// The recipient's domain, or the way to it.
    case domain
    /// The sender: From, MAIL, "your address".
    case sender
    /// The sending host: its name, its address, HELO.
    case client
    /// The message, or a part of it.
    case message
    /// The server that answers, or one of its parts.
    case server
    /// Anything else that the predicates are said of: a command, an error, a page.
    case other
    /// The words with which a client introduced itself.
    case greeting
    /// Words of a guess.
    case guess
    /// An address, folded: whose it is stands in the text.
    case address
}

/// What is said of a subject.
enum Predicate: UInt8, Sendable, CaseIterable {
    /// It is not there, or nobody knows it.
    case absent
    /// It holds as much as it may.
    case full
    /// It is beyond what is allowed.
    case exceeded
    /// It was taken out of use, perhaps for a time.
    case disabled
    /// It is kept out.
    case blocked
    /// It is larger than allowed.
    case tooBig
}

/// A predicate and the subjects of which it means something.
struct Meaning: Sendable {
    var subjects: Set<Subject>
    var predicate: Predicate
}
