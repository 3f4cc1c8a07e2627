import MIME

/// The servers whose habits we know.
enum Dialects {
    static func name(_ message: Message, _ envelope: Envelope, status: DeliveryStatus?, prose: Prose) -> String? {
        if status?.isPostfix == true { return "postfix" }
        return nil
    }

    static func recipients(
        _ dialect: String?, _ message: Message, _ envelope: Envelope, _ prose: Prose, _ original: Original
    ) -> [RecipientReport]? {
        nil
    }
}
