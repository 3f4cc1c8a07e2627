/// What a server's sentence is about (Rules/subjects.toml).
package enum Subject: UInt8, Sendable, CaseIterable {
    /// The recipient: his address, his name.
    case recipient
    /// His mailbox, his account.
    case mailbox
    /// The quota of a mailbox.
    case storage
    /// A limit on how much or how often may be sent.
    case rate
    /// The recipient's domain, or the route to it.
    case domain
    /// The sender: From, MAIL, "your address".
    case sender
    /// The sending host: its name, its address.
    case client
    /// The message, or a part of it.
    case message
    /// The server that answers, or one of its parts.
    case server
    /// Anything else that the predicates are used for: a command, an error, a page.
    case other
    /// HELO or EHLO.
    case greeting
    /// Words that express doubt.
    case guess
    /// An address, folded: the original text says whose it is.
    case address

    /// The name in Rules/.
    package var name: String { String(describing: self) }

    /// Its bit in a set.
    package var bit: UInt32 { 1 << UInt32(rawValue) }
}
