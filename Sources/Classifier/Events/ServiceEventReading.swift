import Bytes
import MIME

/// An event of a mail service's webhook: what it says, in the words of the classifier.
///
/// Whether it is the service's is not known here: who receives it checks the signature (docs/interface.md).
struct ServiceEventReading {
    /// The class, and the recipients of what is no failure.
    var verdict: Verdict
    /// The recipients of a failure, who are still to be judged.
    var reports: [RecipientReport] = []
    /// What tells it from the service's other events.
    var id: String
    /// When it happened, in seconds since 1970, UTC.
    var at: Int64?
    /// What somebody unsubscribed from; nil: all mail.
    var stream: String?
    var original = OriginalMessage()
    /// When the mail was sent.
    var mailed: Int64?
    /// What the sender gave the mail: its own values, and header fields.
    var custom: [(name: String, value: String)] = []

    init(_ dialect: String, _ type: String, id: String?, at: Int64?) {
        verdict = Verdict(
            messageClass: .notABounce, dialect: dialect,
            evidence: [Evidence(rule: "\(dialect)/event", at: "event", matched: ServiceEventReading.shown(type))])
        self.id = id ?? ""
        self.at = at
    }

    /// `nil` if it is none of a service that is known.
    init?(_ root: JSONValue) {
        guard
            let found = ServiceEventReading.amazon(root) ?? ServiceEventReading.mailgun(root)
                ?? ServiceEventReading.postmark(root) ?? ServiceEventReading.sendGrid(root)
                ?? ServiceEventReading.mailjet(root)
        else { return nil }
        self = found
    }

    // MARK: what happened

    mutating func complain(_ address: JSONValue?) { tell(.complaint, .feedback, address) }
    mutating func deliver(_ address: JSONValue?) { tell(.deliveryReceipt, .delivered, address) }

    mutating func unsubscribe(_ address: JSONValue?, from stream: String? = nil) {
        tell(.unsubscribe, .feedback, address)
        self.stream = stream
    }

    private mutating func tell(_ messageClass: MessageClass, _ reason: Reason, _ address: JSONValue?) {
        verdict.messageClass = messageClass
        verdict.recipients =
            ServiceEventReading.address(address).map {
                [Outcome(address: $0, kind: .delivered, reason: reason)]
            } ?? []
    }

    /// A failure.
    ///
    /// - Parameters:
    ///   - reply: what the receiving server said.
    ///   - reason: what the service says, which decides.
    ///   - silent: what it means if no server said anything.
    ///   - relay: the service, if the address is on its list.
    mutating func fail(
        _ address: JSONValue?, status: String? = nil, reply: String?, reason: Reason? = nil, silent: Reason? = nil,
        relay: Relay? = nil, word: String, isTried: Bool = false, host: String? = nil
    ) {
        guard let address = ServiceEventReading.address(address) else { return }
        var report = RecipientReport()
        report.finalRecipient = address
        report.status = status.flatMap { StatusCode($0.utf8.span, firstIn: 0..<$0.utf8.count) }
        report.diagnostic = Array((reply ?? "").utf8.prefix(ServiceEventReading.replyBytes))
        report.remoteMTA = host.map { DeliveryStatus.name($0.utf8.span) ?? $0 }
        report.relay = relay
        report.isDelayed = isTried
        report.action = isTried ? "delayed" : nil
        if let reason = reason ?? (report.diagnostic.isEmpty ? silent : nil) {
            let dialect = verdict.dialect ?? ""
            let shown = ServiceEventReading.shown(word)
            report.ruling = Ruling(reason, rule: "\(dialect)/\(shown)", matched: shown)
        }
        reports.append(report)
    }

    /// Bytes of a server's reply that are read.
    private static let replyBytes = 16 << 10
    /// Bytes of a service's word that evidence shows.
    private static let shownBytes = 60

    static func shown(_ word: String) -> String {
        OneLine.text(Array(word.utf8.prefix(shownBytes))) ?? ""
    }

    static func address(_ value: JSONValue?) -> String? {
        value?.string.flatMap { AddressText.whole($0.utf8.span) }
    }

    // MARK: what is known of the mail

    /// Takes the values of an object that are texts or numbers.
    mutating func take(_ object: JSONValue?, except known: Set<String> = []) {
        guard case .object(let members) = object else { return }
        for name in members.keys.sorted() where !known.contains(name) {
            if let value = members[name]?.shortText { custom.append((name, value)) }
        }
    }

    mutating func describe(messageID: String?, from: String?, subject: String?) {
        original.messageID = messageID.flatMap { AddressText.messageID($0.utf8.span) }
        original.from = from.flatMap { AddressText.whole($0.utf8.span) }
        original.subject = subject.flatMap { OneLine.text(Array($0.utf8)) }
    }

    /// Completes the verdict that was reached on it.
    func complete(_ verdict: inout Verdict, _ settings: Settings) {
        verdict.arrival = at.flatMap { $0 >= 0 ? $0 : nil }
        verdict.date = verdict.arrival
        verdict.mailed = mailed
        verdict.messageID = OneLine.text(Array(id.utf8))
        if !verdict.recipients.isEmpty { verdict.origin = .remote }
        verdict.event = ServiceEvent(id: id, stream: stream)
        var original = original
        for name in settings.capturedHeaders.prefix(Limits.capturedHeaders) {
            guard let value = custom.first(where: { $0.name.lowercased() == name.lowercased })?.value,
                let line = OneLine.text(Array(value.utf8.prefix(Limits.capturedBytes)))
            else { continue }
            original.headers.append(OriginalMessage.Header(name: name.spelling, value: line))
        }
        if verdict.messageClass != .notABounce, !original.isEmpty { verdict.original = original }
    }
}

extension JSONValue {
    /// The value below some names, one in the other.
    func at(_ path: String...) -> JSONValue? {
        path.reduce(self as JSONValue?) { $0?[$1] }
    }

    /// A text that is not empty, or a number or truth value as one.
    var shortText: String? {
        switch self {
        case .string(let text): text.isEmpty ? nil : text
        case .number(let number): Int64(exactly: number).map(String.init) ?? "\(number)"
        case .bool(let isSet): isSet ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// A time in seconds since 1970: such a number, or a text as RFC 3339 has it.
    var seconds: Int64? {
        switch self {
        case .number(let number): (0...ServiceTime.latest).contains(number) ? Int64(number) : nil
        case .string(let text): parsedTimestamp(text)
        case .null, .bool, .array, .object: nil
        }
    }
}

private enum ServiceTime {
    /// The end of the year 9999.
    static let latest = 253_402_300_799.0
}
