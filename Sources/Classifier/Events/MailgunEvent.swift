extension ServiceEventReading {
    /// Mailgun: an object with `event-data` and a `signature`, which differs in each attempt to deliver it (Mailgun,
    /// "Webhook Payloads" and "Event types").
    static func mailgun(_ root: JSONValue) -> Self? {
        guard let data = root["event-data"], let type = data["event"]?.string else { return nil }
        // The id is unique within a day only.
        let id = data["id"]?.string.map { "\($0) \(data["timestamp"]?.shortText ?? "")" }
        var event = Self("mailgun", type, id: id, at: data["timestamp"]?.seconds)
        let headers = data.at("message", "headers")
        event.describe(
            messageID: headers?["message-id"]?.string, from: headers?["from"]?.string,
            subject: headers?["subject"]?.string)
        event.take(data["user-variables"])
        let recipient = data["recipient"]
        switch type {
        case "delivered": event.deliver(recipient)
        case "complained": event.complain(recipient)
        case "unsubscribed": event.unsubscribe(recipient)
        case "failed":
            let status = data["delivery-status"]
            let reason = data["reason"]?.string ?? ""
            let code = status?["code"]?.shortText ?? ""
            // Codes beyond SMTP's are Mailgun's own.
            let isReply = code.utf8.count == 3 && (code.hasPrefix("4") || code.hasPrefix("5"))
            let text = status?["message"]?.string ?? status?["description"]?.string ?? ""
            let reply = text.isEmpty || !isReply || text.hasPrefix(code) ? text : "\(code) \(text)"
            let isListed = reason.hasPrefix("suppress-")
            event.fail(
                recipient, status: status?["enhanced-code"]?.string, reply: reply,
                reason: isListed
                    ? reason == "suppress-bounce" ? .userUnknown : .filtered : reason == "old" ? .expired : nil,
                silent: status?["bounce-type"]?.string == "hard" ? .userUnknown : .onHold,
                relay: isListed ? .mailgun : nil, word: reason, isTried: data["severity"]?.string == "temporary",
                host: status?["mx-host"]?.string)
        default: break
        }
        return event
    }
}
