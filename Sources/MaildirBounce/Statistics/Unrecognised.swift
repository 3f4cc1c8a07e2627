import Classifier
import MIME

/// A message, or one recipient of it, that the classifier did not recognise.
struct Unrecognised: Sendable {
    /// How much of a message's text is shown.
    static let textLines = 40
    static let textBytes = 2_000

    /// What is missing, in words.
    var what: String
    /// What it has in common with others.
    var key: String
    var file: String
    var text: String
    /// Names and addresses that the text may contain in unrecognisable form.
    var names: [String] = []
    var addresses: [String] = []

    /// What was not recognised in a message; nothing in most messages.
    static func found(in verdict: Verdict, contents: [UInt8], file: String) -> [Unrecognised] {
        if verdict.messageClass == .notABounce {
            let message = Message(parsing: contents)
            let signs = signs(of: message)
            guard !signs.isEmpty else { return [] }
            let excerpt = Excerpt(message)
            return [
                Unrecognised(
                    what: "not taken for a report, though it has " + signs.joined(separator: ", "),
                    key: "letter " + Likeness.key(excerpt.subject + " " + excerpt.body), file: file, text: excerpt.text,
                    names: excerpt.names, addresses: addresses(of: verdict))
            ]
        }
        guard [.hardBounce, .softBounce, .delayNotice].contains(verdict.messageClass) else { return [] }
        let undecided = verdict.recipients.filter { outcome in
            outcome.kind != .delivered && [nil, .undefined, .onHold].contains(outcome.reason)
        }
        guard let first = undecided.first else { return [] }
        let excerpt = Excerpt(Message(parsing: contents))
        let said = first.diagnostic.map { "Diagnostic: \($0)\n" } ?? ""
        return [
            Unrecognised(
                what: "\(verdict.messageClass.rawValue) without a reason",
                key: "bounce " + Likeness.key(first.diagnostic ?? excerpt.body), file: file,
                text: said + excerpt.text, names: excerpt.names, addresses: addresses(of: verdict))
        ]
    }

    private static func addresses(of verdict: Verdict) -> [String] {
        verdict.recipients.flatMap { [$0.address, $0.finalAddress].compactMap(\.self) }
            + [verdict.original?.from, verdict.taggedRecipient].compactMap(\.self)
    }

    /// Features of reports that personal mail does not have.
    private static func signs(of message: Message) -> [String] {
        var signs: [String] = []
        if let path = message.value(.returnPath), path.filter({ $0 > 0x20 }) == Array("<>".utf8) {
            signs.append("the null sender")
        }
        let from = message.text(.from)?.lowercased() ?? ""
        if ["mailer-daemon", "postmaster", "mail delivery"].contains(where: { from.contains($0) }) {
            signs.append("the name of a mail system")
        }
        if message.parts.contains(where: { !$0.isEnclosed && $0.type == .multipartReport }) {
            signs.append("the form of a report")
        }
        if message.has(FieldName("x-failed-recipients")) { signs.append("X-Failed-Recipients") }
        let subject = message.text(.subject)?.lowercased() ?? ""
        if subjects.contains(where: { subject.contains($0) }) { signs.append("the subject of one") }
        return signs
    }

    private static let subjects = [
        "undeliver", "delivery fail", "delivery status", "delivery report", "delivery notification", "failure notice",
        "returned mail", "returned to sender", "mail failure", "nondelivery", "non-delivery", "not delivered",
        "unzustellbar", "non remis", "no entregado", "mancato recapito", "недоставлен",
    ]
}

/// The fields and words of a message that identify it.
private struct Excerpt {
    var subject = ""
    var body = ""
    var text = ""
    var names: [String] = []

    private static let fields: [(String, FieldName)] = [
        ("Return-Path", .returnPath), ("From", .from), ("Subject", .subject),
        ("Auto-Submitted", FieldName("auto-submitted")),
        ("Content-Type", FieldName("content-type")), ("X-Failed-Recipients", FieldName("x-failed-recipients")),
    ]
    private static let named: [FieldName] = [.from, .to, FieldName("cc"), FieldName("reply-to"), FieldName("sender")]

    init(_ message: Message) {
        subject = message.text(.subject) ?? ""
        for (name, field) in Excerpt.fields {
            guard let value = message.text(field) else { continue }
            let line = value.split(whereSeparator: \.isNewline).joined(separator: " ")
            text += "\(name): \(line.prefix(300))\n"
        }
        names = Excerpt.named.compactMap { message.text($0) }.map(Excerpt.displayName)
        if let part = message.parts.indices.first(where: {
            message.parts[$0].type.isText && !message.parts[$0].isEnclosed
        }) {
            var bytes = 0
            for line in message.text(ofPart: part).split(whereSeparator: \.isNewline).prefix(Unrecognised.textLines) {
                bytes += line.utf8.count + 1
                body += line.prefix(300) + "\n"
                if bytes > Unrecognised.textBytes { break }
            }
        }
        text += "\n" + body
    }

    /// The text of a field other than its addresses.
    private static func displayName(_ field: String) -> String {
        field.split(whereSeparator: { " ,;<>\"()".contains($0) }).filter { !$0.contains("@") }.joined(separator: " ")
    }
}
