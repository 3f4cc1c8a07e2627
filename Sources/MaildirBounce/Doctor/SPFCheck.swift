/// SPF of this machine's name. A report has no sender, so the name that its server says in HELO is checked instead
/// (RFC 7208, section 2.4).
enum SPFCheck {
    static let subject = "spf"

    static func judge(_ host: String, _ answer: DNSAnswer) -> Finding {
        let line = "\(host). IN TXT \"v=spf1 a -all\""
        let records = answer.records.compactMap { record -> String? in
            guard case .text(let text) = record else { return nil }
            return text == "v=spf1" || text.lowercased().hasPrefix("v=spf1 ") ? text : nil
        }
        if answer.outcome == .failed {
            return .warning(
                subject, "the SPF record of \(host) cannot be asked for",
                why: "whether others take the reports that this machine sends is not known", mend: "dig TXT \(host)")
        }
        if records.count > 1 {
            return .error(
                subject, "\(host) has \(records.count) SPF records",
                why: "that is a permanent error (RFC 7208, section 4.5), for which servers refuse our reports",
                mend: "leave one of them in the zone")
        }
        if let record = records.first { return .ok(subject, "\(host): \(record)") }
        return .warning(
            subject, "\(host), which this machine says in HELO, has no SPF record",
            why: "mail without a sender, as every report of ours, is checked by that name (RFC 7208, section 2.4)",
            mend: "put into the zone: \(line)")
    }
}
