extension ServiceEventReading {
    /// SendGrid's keys; all others are the sender's own (`unique_args`).
    private static let sendGridKeys: Set<String> = [
        "asm_group_id", "attempt", "bounce_classification", "cert_err", "email", "event", "ip", "pool", "post_type",
        "reason", "response", "send_at", "sg_event_id", "sg_machine_open", "sg_message_id", "smtp-id", "status",
        "timestamp", "tls", "type", "url", "url_offset", "useragent",
    ]

    /// SendGrid: an object of the list that it posts (Twilio SendGrid, "Event Webhook Reference").
    static func sendGrid(_ root: JSONValue) -> Self? {
        guard let type = root["event"]?.string, let id = (root["sg_event_id"] ?? root["sg_message_id"])?.string else {
            return nil
        }
        var event = Self(
            "sendgrid", type, id: root["sg_event_id"] == nil ? "\(id) \(type)" : id, at: root["timestamp"]?.seconds)
        event.describe(messageID: root["smtp-id"]?.string, from: nil, subject: nil)
        event.take(root, except: sendGridKeys)
        let recipient = root["email"]
        let reason = root["reason"]?.string
        switch type {
        case "delivered": event.deliver(recipient)
        case "deferred":
            event.fail(
                recipient, status: root["status"]?.string, reply: root["response"]?.string ?? reason, silent: .onHold,
                word: type, isTried: true)
        case "bounce":
            let kind = root["type"]?.string ?? "bounce"
            let isAddress = root["bounce_classification"]?.string == "Invalid Address"
            event.fail(
                recipient, status: root["status"]?.string, reply: reason,
                silent: kind == "bounce" && isAddress ? .userUnknown : .onHold, word: kind)
        case "dropped": event.drop(recipient, reason ?? "")
        case "spamreport": event.complain(recipient)
        case "unsubscribe": event.unsubscribe(recipient)
        case "group_unsubscribe":
            event.unsubscribe(recipient, from: root["asm_group_id"]?.shortText.map { "sendgrid:\($0)" })
        default: break
        }
        return event
    }

    /// What SendGrid did not send, and why.
    private mutating func drop(_ recipient: JSONValue?, _ reason: String) {
        let meaning: (reason: Reason, relay: Relay?) =
            switch reason {
            case "Bounced Address": (.userUnknown, .sendGrid)
            case "Unsubscribed Address", "Spam Reporting Address": (.filtered, .sendGrid)
            case "Invalid", "Invalid Address": (.userUnknown, nil)
            case "Spam Content": (.spamDetected, nil)
            case "Recipient List over Package Quota": (.exceedLimit, nil)
            default: (.onHold, nil)
            }
        fail(recipient, reply: nil, reason: meaning.reason, relay: meaning.relay, word: reason)
    }
}
