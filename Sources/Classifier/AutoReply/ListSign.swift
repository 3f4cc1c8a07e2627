import MIME

/// Whether mailing lists and newsletters sent a message.
enum ListSign {
    /// It has a mailing list's fields, or comes from its owner's address.
    static func isBulk(_ message: Message, _ envelope: Envelope) -> Bool {
        if message.isOfList || envelope.precedence.hasPrefix("list") { return true }
        if fields.contains(where: { message.has($0) }) { return true }
        // A list without those fields still sends from its owner's address.
        let senders = [envelope.returnPath, message.withValue(.sender) { AddressText.first(in: $0) } ?? nil]
        return senders.contains { $0.map(isListOwner) ?? false }
    }

    /// Its sender is another than its author: a list without fields of its own writes Sender.
    static func hasOtherSender(_ message: Message, _ envelope: Envelope) -> Bool {
        guard let sender = message.withValue(.sender, { AddressText.first(in: $0) }) ?? nil else { return false }
        return sender != envelope.from
    }

    /// `owner-dev@`, `dev-bounces@`, `dev-owner@`, `dev-admin@`, `dev-request@`, also with the reader's address after it.
    static func isListOwner(_ address: String) -> Bool {
        let local = address.localPart
        if local.hasPrefix("owner-") { return true }
        let name = local.prefix { $0 != "+" && $0 != "=" }
        return ["-bounces", "-owner", "-admin", "-request"].contains { name.hasSuffix($0) }
    }

    /// Fields of RFC 2369 besides `List-Unsubscribe`, and those of lists older than it (Mailman, fml, eGroups, Majordomo).
    private static let fields = [
        Names.listPost, FieldName("list-help"), FieldName("list-subscribe"), FieldName("list-owner"),
        FieldName("list-archive"), FieldName("x-mailing-list"), FieldName("mailing-list"), FieldName("x-beenthere"),
        FieldName("x-mailman-version"), FieldName("x-ml-name"), FieldName("x-listname"), FieldName("x-list"),
    ]
}
