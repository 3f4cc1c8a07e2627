extension ServiceEventReading {
    /// Amazon SES by way of SNS: SNS's envelope, or, with raw delivery, what is in it (Amazon SES developer guide,
    /// "Contents of event data"; Amazon SNS developer guide, "HTTP/HTTPS notification JSON format").
    static func amazon(_ root: JSONValue) -> Self? {
        let envelope = root["Type"]?.string
        if envelope == "SubscriptionConfirmation" || envelope == "UnsubscribeConfirmation" {
            guard root["TopicArn"] != nil else { return nil }
            return Self(
                SNSNotification.dialect, envelope ?? "", id: root["MessageId"]?.string, at: root["Timestamp"]?.seconds)
        }
        var notice = root
        if envelope == "Notification", let inner = root["Message"]?.string {
            guard let value = JSONValue(strict: Array(inner.utf8), maximumDepth: JSONValue.maximumDepth) else {
                return nil
            }
            notice = value
        }
        guard let type = (notice["notificationType"] ?? notice["eventType"])?.string, let mail = notice["mail"] else {
            return nil
        }
        let about =
            switch type {
            case "Bounce": notice["bounce"]
            case "Complaint": notice["complaint"]
            case "Delivery": notice["delivery"]
            case "DeliveryDelay": notice["deliveryDelay"]
            default: nil as JSONValue?
            }
        let at = (about?["timestamp"] ?? root["Timestamp"] ?? mail["timestamp"])?.seconds
        // Of one mail there are several receipts, and several delays.
        let id =
            about?["feedbackId"]?.string
            ?? mail["messageId"]?.string.map { id in
                "\(id) \(type) \(about?["timestamp"]?.string ?? "") \(recipients(about).joined(separator: " "))"
            } ?? root["MessageId"]?.string
        var event = Self(SNSNotification.dialect, type, id: id, at: at)
        if let found = SNSNotification(notice) {
            event.verdict = found.verdict
            event.reports = found.reports
        }
        event.mailed = mail["timestamp"]?.seconds
        let common = mail["commonHeaders"]
        event.describe(
            messageID: common?["messageId"]?.string,
            from: common?["from"]?.array?.first?.string ?? mail["source"]?.string,
            subject: common?["subject"]?.string)
        for header in mail["headers"]?.array ?? [] {
            guard let name = header["name"]?.string, let value = header["value"]?.shortText else { continue }
            event.custom.append((name, value))
            if name.lowercased() == "list-id" { event.original.listID = Identifier.list(value) }
        }
        // Each tag is a list of one.
        if case .object(let tags) = mail["tags"] {
            for name in tags.keys.sorted() {
                if let value = tags[name]?.array?.first?.shortText { event.custom.append((name, value)) }
            }
        }
        return event
    }

    private static func recipients(_ about: JSONValue?) -> [String] {
        let listed = (about?["recipients"] ?? about?["delayedRecipients"])?.array ?? []
        return listed.compactMap { $0.string ?? $0["emailAddress"]?.string }
    }
}
