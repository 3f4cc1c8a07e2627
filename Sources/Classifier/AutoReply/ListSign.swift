import MIME

/// Recognises messages from mailing lists and newsletters.
enum ListSign {
    /// It has a mailing list's fields, or comes from its owner's address.
    static func isBulk(_ message: Message, _ envelope: Envelope) -> Bool {
        if message.isOfList || envelope.precedence.hasPrefix("list") { return true }
        if fields.contains(where: { message.has($0) }) { return true }
        // A list without those fields sends from its owner's address.
        let senders = [envelope.returnPath, message.withValue(.sender) { AddressText.first(in: $0) } ?? nil]
        return senders.contains { $0.map(isListOwner) ?? false }
    }

    /// Its Sender differs from its author: lists without list fields write Sender.
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

    /// Fields of RFC 2369 other than `List-Unsubscribe`, and those of older list software (Mailman, fml, eGroups,
    /// Majordomo).
    private static let fields = [
        Names.listPost, FieldName("list-help"), FieldName("list-subscribe"), FieldName("list-owner"),
        FieldName("list-archive"), FieldName("x-mailing-list"), FieldName("mailing-list"), FieldName("x-beenthere"),
        FieldName("x-mailman-version"), FieldName("x-ml-name"), FieldName("x-listname"), FieldName("x-list"),
    ]
}
