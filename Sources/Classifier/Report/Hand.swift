import Bytes
import MIME

/// Whether a mail system or a person wrote a message, from its header: words, a provider's domain and a mail program's
/// name occur in both.
struct Hand {
    /// The From field names a mail system.
    let isDaemon: Bool
    /// It was sent by a program that does not want an answer.
    let isMachine: Bool
    /// Somebody's name, an answer to a message, or the mark of a program that people write with.
    let isPersonal: Bool

    init(_ envelope: Envelope, _ message: Message) {
        isDaemon = Sender.isDaemon(envelope)
        // A mailbox product that keeps reports in a form of its own may name the server alone: `From: mx.relay.example`.
        let isHost = envelope.from.isEmpty && Hand.isHost(envelope.fromText)
        isPersonal =
            envelope.from.isEmpty && !isHost || Hand.hasName(envelope.fromText)
            || Hand.marks.contains { message.has($0) }
            || !isHost && message.withValue(Names.xMailer) { !Hand.isProgramming(FoldedText($0)) } ?? false
        // Scheduled jobs and people send with their own address; RFC 5321 section 4.5.5 requires the null sender for
        // reports.
        let isAutomatic = envelope.autoSubmitted.hasPrefix("auto-") && envelope.returnPath == nil && !isPersonal
        isMachine =
            isDaemon || envelope.hasNullSender || isAutomatic || message.has(Names.xFailedRecipients)
            || isHost || message.parts[0].type == .multipartReport || message.parts[0].type == .messageDeliveryStatus
    }

    /// One word of letters, digits, dashes and dots.
    private static func isHost(_ from: FoldedText) -> Bool {
        from.bytes.contains(UInt8(ascii: "."))
            && from.bytes.allSatisfy {
                $0.isLetterOrDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            }
    }

    /// Letters next to the address: `Bob <bob@dest.example>`, `bob@dest.example (Bob)`.
    private static func hasName(_ from: FoldedText) -> Bool {
        from.bytes.contains { $0.isLetter || $0 >= 0x80 }
    }

    /// Names of libraries that programs send with.
    private static func isProgramming(_ mailer: FoldedText) -> Bool {
        ["cdo for windows", "php", "perl", "jakarta", "javamail"].contains { mailer.contains($0) }
    }

    private static let marks = [
        FieldName("in-reply-to"), FieldName("references"), FieldName("user-agent"),
    ]
}
