/// What a sentence of a server says something about (Rules/subjects.toml).
package enum Subject: UInt8, Sendable, CaseIterable {
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
    /// The sending host: its name, its address.
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
    /// An address, folded: whose it is is in the text.
    case address

    /// The name in Rules/.
    package var name: String { String(describing: self) }

    /// Its bit in a set.
    package var bit: UInt32 { 1 << UInt32(rawValue) }
}
