extension ServiceEventReading {
    /// Postmark: an object with `RecordType` (Postmark developer documentation, "Bounce webhook", "Spam complaint
    /// webhook", "Delivery webhook", "Subscription change webhook", "Bounce types").
    static func postmark(_ root: JSONValue) -> Self? {
        guard let record = root["RecordType"]?.string, let mail = root["MessageID"] else { return nil }
        let type = root["Type"]?.string ?? record
        let time = (root["BouncedAt"] ?? root["DeliveredAt"] ?? root["ChangedAt"])
        let recipient = root["Email"] ?? root["Recipient"]
        let id = [root["ID"] ?? mail, recipient, time].map { $0?.shortText ?? "" }.joined(separator: " ")
        var event = Self("postmark", type, id: "\(record) \(id)", at: time?.seconds)
        event.describe(messageID: nil, from: root["From"]?.string, subject: root["Subject"]?.string)
        event.take(root["Metadata"])
        if let tag = root["Tag"]?.shortText { event.custom.append(("Tag", tag)) }
        switch record {
        case "Bounce": event.bounce(type, recipient, root)
        case "SpamComplaint": event.complain(recipient)
        case "Delivery": event.deliver(recipient)
        case "SubscriptionChange" where root["SuppressSending"] == .bool(true):
            switch (root["SuppressionReason"]?.string, root["Origin"]?.string) {
            case ("HardBounce", _):
                event.fail(recipient, reply: nil, reason: .userUnknown, relay: .postmark, word: "HardBounce")
            case ("SpamComplaint", _):
                event.fail(recipient, reply: nil, reason: .filtered, relay: .postmark, word: "SpamComplaint")
            case ("ManualSuppression", "Recipient"):
                event.unsubscribe(recipient, from: root["MessageStream"]?.string.map { "postmark:\($0)" })
            case (let word, _):
                event.fail(recipient, reply: nil, reason: .suspend, relay: .postmark, word: word ?? "SuppressSending")
            }
        default: break
        }
        return event
    }

    /// A bounce of one of Postmark's types.
    private mutating func bounce(_ type: String, _ recipient: JSONValue?, _ root: JSONValue) {
        let details = root["Details"]?.string
        func failed(_ reason: Reason? = nil, silent: Reason = .onHold, relay: Relay? = nil, isTried: Bool = false) {
            fail(
                recipient, reply: details, reason: reason, silent: silent, relay: relay, word: type, isTried: isTried)
        }
        switch type {
        case "HardBounce": failed(silent: .userUnknown)
        case "BadEmailAddress": failed(.userUnknown)
        case "SoftBounce", "Unknown": failed()
        case "Transient", "DnsError": failed(isTried: true)
        case "Blocked": failed(silent: .blocked)
        case "SpamNotification": failed(.spamDetected)
        case "VirusNotification": failed(.virusDetected)
        case "DMARCPolicy": failed(.authFailure)
        case "ManuallyDeactivated": failed(.suspend, relay: .postmark)
        case "SpamComplaint": complain(recipient)
        case "Unsubscribe": unsubscribe(recipient, from: root["MessageStream"]?.string.map { "postmark:\($0)" })
        case "AutoResponder", "AddressChange", "ChallengeVerification": verdict.messageClass = .autoReply
        default: break
        }
    }
}
