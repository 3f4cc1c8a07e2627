import MIME

/// Whose hand a message shows, apart from its words: words, a provider's name behind the `@` and a mail program's name
/// are a person's, too.
struct Hand {
    /// The From field names a mail system.
    let isDaemon: Bool
    /// A program sent it that does not want an answer.
    let isMachine: Bool
    /// Somebody's name, an answer to a message, or the mark of a program that people write with.
    let isPersonal: Bool

    init(_ envelope: Envelope, _ message: Message) {
        isDaemon = Sender.isDaemon(envelope)
        isPersonal =
            envelope.from.isEmpty || Hand.hasName(envelope.fromText) || Hand.marks.contains { message.has($0) }
            || message.withValue(Names.xMailer) { !Hand.isProgramming(FoldedText($0)) } ?? false
        // Jobs send with a sender of their own, and so do people; RFC 5321 section 4.5.5 asks reports for the null sender.
        let isAutomatic = envelope.autoSubmitted.hasPrefix("auto-") && envelope.returnPath == nil && !isPersonal
        isMachine =
            isDaemon || envelope.hasNullSender || isAutomatic || message.has(Names.xFailedRecipients)
            || message.parts[0].type == .multipartReport
    }

    /// Letters beside the address: `Bob <bob@dest.example>`, `bob@dest.example (Bob)`.
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
