import Verdict

/// What became of a mail to one address, as the ledger stores it in one text: `hard`, or `soft amazon-ses`.
package struct Fate: Hashable, Sendable {
    /// What the address's state depends on in addition to the kind.
    package enum Remark: Hashable, Sendable {
        /// This relay's suppression list has the address.
        case relay(Token<Relay>)
        /// Our own exported list refused the mail, which never counts against the address.
        case ownRefusal
        /// Of a mail that was delivered: nothing proves that the report knows a mail of ours.
        case unproven
    }

    package var kind: Token<OutcomeKind>
    package var remark: Remark?

    /// The token of the remark ``Remark/ownRefusal``.
    private static let ownRefusal = "own-refusal"
    /// The token of the remark ``Remark/unproven``.
    private static let unproven = "unproven"

    package init(_ kind: OutcomeKind, _ remark: Remark? = nil) {
        self.kind = Token(kind)
        self.remark = remark
    }

    /// Reads a stored text: a kind and, after a blank, perhaps a remark.
    package init(text: String) {
        // Most have none.
        guard let blank = text.utf8.firstIndex(of: UInt8(ascii: " ")) else {
            kind = Token(text: text)
            return
        }
        kind = Token(text: String(text[..<blank]))
        let words = String(text[text.utf8.index(after: blank)...])
        remark =
            switch words {
            case Fate.ownRefusal: .ownRefusal
            case Fate.unproven: .unproven
            default: .relay(Token(text: words))
            }
    }

    /// As the ledger stores it.
    package var text: String {
        switch remark {
        case nil: kind.text
        case .ownRefusal: "\(kind.text) \(Fate.ownRefusal)"
        case .unproven: "\(kind.text) \(Fate.unproven)"
        case .relay(let relay): "\(kind.text) \(relay.text)"
        }
    }

    /// The relay whose suppression list has the address, or nil.
    package var relay: Token<Relay>? {
        guard case .relay(let relay) = remark else { return nil }
        return relay
    }

    /// Whether our own exported list refused the mail.
    package var isOwnRefusal: Bool { remark == .ownRefusal }
}
