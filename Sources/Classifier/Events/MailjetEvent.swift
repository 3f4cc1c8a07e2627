extension ServiceEventReading {
    /// Mailjet: an object, or one of a list where events are grouped (Mailjet, "Event API", "Possible values for errors").
    static func mailjet(_ root: JSONValue) -> Self? {
        guard let type = root["event"]?.string, root["time"] != nil,
            let mail = (root["Message_GUID"] ?? root["MessageID"] ?? root["mj_contact_id"])?.shortText
        else { return nil }
        let recipient = root["email"]
        let id = "\(type) \(mail) \(recipient?.string ?? "") \(root["time"]?.shortText ?? "")"
        var event = Self("mailjet", type, id: id, at: root["time"]?.seconds)
        event.take(root, except: ["email", "event", "time", "error", "comment", "url", "agent"])
        if let payload = root["Payload"]?.string {
            event.take(JSONValue(strict: Array(payload.utf8), maximumDepth: JSONValue.maximumDepth))
        }
        switch type {
        case "sent": event.deliver(recipient)
        case "spam": event.complain(recipient)
        case "unsub": event.unsubscribe(recipient, from: root["mj_list_id"]?.shortText.map { "mailjet:\($0)" })
        case "bounce", "blocked":
            let word = root["error"]?.string ?? ""
            if word == "duplicate in campaign" { break }
            let meaning = mailjetError(word)
            event.fail(
                recipient, reply: root["comment"]?.string, reason: meaning?.reason, silent: .onHold,
                relay: meaning?.relay, word: word,
                isTried: word == "greylisted" && root["hard_bounce"] != .bool(true))
        default: break
        }
        return event
    }

    private static func mailjetError(_ word: String) -> (reason: Reason, relay: Relay?)? {
        switch word {
        case "user unknown": (.userUnknown, nil)
        case "mailbox inactive": (.suspend, nil)
        case "quota exceeded": (.mailboxFull, nil)
        case "invalid domain", "typofix": (.hostUnknown, nil)
        case "no mail host", "connection issue": (.networkError, nil)
        case "relay/access denied": (.noRelaying, nil)
        case "sender blocked": (.blocked, nil)
        case "content blocked": (.contentError, nil)
        case "policy issue": (.policyViolation, nil)
        case "system issue", "protocol issue": (.systemError, nil)
        case "preblocked", "blacklisted": (.suspend, .mailjet)
        case "spam reporter": (.filtered, .mailjet)
        default: nil
        }
    }
}
