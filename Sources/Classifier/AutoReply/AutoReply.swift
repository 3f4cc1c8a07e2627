import Bytes
import MIME

/// Recognises automatic answers (RFC 3834), and notices that look like one.
enum AutoReply {
    /// Why the message is an automatic answer, or nil.
    static func evidence(_ message: Message, _ envelope: Envelope) -> Evidence? {
        let subject = BareSubject(envelope.subjectText)
        let sign = MachineSign(message, envelope, hasPrefix: subject.hasPrefix)
        let words = AutoReplyPhrases.subject.find(in: subject.text)
        let first = AutoReplyPhrases.subject.find(in: subject.text, startingAt: subject.starts)
        let startsWithReply = first.contains(.reply)
        // Lists, newsletters and jobs mark themselves; a program that answers through one says so, too.
        let isBulk = ListSign.isBulk(message, envelope)
        if isBulk, sign.answer == nil, !(sign.hasNullSender && startsWithReply) { return nil }
        // An answer is sent for a person; a mail system's own notice (a virus found, a quota nearly reached) is not.
        if Sender.isDaemon(envelope), words.isEmpty { return nil }
        // A fax gateway confirms what it was given to send.
        if words.contains(.fax), !subject.hasPrefix, !startsWithReply { return nil }
        if let answer = sign.answer { return answer }
        if saysSo(subject, words, first, sign) {
            return Evidence(
                rule: "auto-reply/subject", at: "Subject", matched: String(Envelope.subject(message).prefix(80)))
        }
        // Exchange answers in its user's language: nobody else sends an answer with the null sender.
        if sign.isEmptyAnswer(to: subject), !isBulk {
            return Evidence(rule: "auto-reply/null-sender", at: "Return-Path")
        }
        if sign.isInboxRule { return Evidence(rule: "auto-reply/inbox-rules", at: "X-MS-Exchange-Inbox-Rules-Loop") }
        let mayAnswer = !isBulk && !Sender.isDaemon(envelope)
        let isSigned = mayTell(sign, subject, message, envelope)
        guard isSigned || mayAnswer else { return nil }
        let text = OwnWords(message).text
        // Texts speak of an absence in the same words as subjects.
        if isSigned, isAbsence(text) { return Evidence(rule: "auto-reply/text", at: "text") }
        if mayAnswer, Challenge.isAsked(in: text) { return Evidence(rule: "auto-reply/challenge", at: "text") }
        return nil
    }

    /// Why a message that attaches a report, or a whole bounce, is nevertheless an automatic answer, or nil.
    ///
    /// A report has a report's form, or a mail system's name in From.
    static func evidenceBesideReport(_ message: Message, _ envelope: Envelope) -> Evidence? {
        guard message.parts[0].type != .multipartReport, message.parts[0].type != .messageDeliveryStatus,
            !Sender.isDaemon(envelope), !message.has(Names.xFailedRecipients),
            let found = evidence(message, envelope)
        else { return nil }
        let subject = BareSubject(envelope.subjectText)
        if AutoReplyPhrases.subject.find(in: subject.text, startingAt: subject.starts).contains(.reply) { return found }
        // A subject that announces a failure, and does not repeat one, belongs to a report, whatever its From field.
        let signals = envelope.subjectSignals
        let isAnnounced = !subject.hasPrefix && (signals.contains(.failure) || signals.contains(.delay))
        return !isAnnounced && isAbsence(OwnWords(message).text) ? found : nil
    }

    /// Whether a text speaks of an absence, or says that a program answers.
    static func isAbsence(_ text: FoldedText) -> Bool {
        !AutoReplyPhrases.text.find(in: text).isEmpty || AutoReplyPhrases.subject.find(in: text).contains(.reply)
    }

    /// Whether the subject alone decides. People write such subjects, too, and answer and forward such messages.
    private static func saysSo(
        _ subject: BareSubject, _ words: FoundGroups<AutoReplyPhrases.SubjectWords>,
        _ first: FoundGroups<AutoReplyPhrases.SubjectWords>, _ sign: MachineSign
    ) -> Bool {
        guard !words.isEmpty else { return false }
        if !subject.hasPrefix {
            if first.contains(.reply) || first.contains(.receipt) { return true }
            if let end = words[.statement], isStatementOver(subject.text, at: end) { return true }
        }
        guard sign.isMachine, sign.isAnswer || first.contains(.reply) else { return false }
        if words.contains(.reply) || words.contains(.statement) || words.contains(.absence) { return true }
        let afterTag = AutoReplyPhrases.subject.find(
            in: subject.text, startingAt: subject.starts + [subject.wordsStart])
        return afterTag.contains(.receipt) || first.contains(.ticket)
    }

    /// Whether nothing, or a date, follows `Bob is out of the office`.
    private static func isStatementOver(_ subject: FoldedText, at end: Int) -> Bool {
        let rest = FoldedText(verbatim: Array(subject.bytes[end...]))
        if rest.bytes.contains(UInt8(ascii: "?")) { return false }
        let goesOn: [StaticString] = [" until", " from", " till", " (", " bis ", " ab ", " return"]
        return rest.bytes.allSatisfy { !$0.isLetter && $0 < 0x80 } || goesOn.contains { rest.hasPrefix($0) }
    }

    /// Whether a program sent the message, so that an absence in the text alone counts.
    ///
    /// `Precedence: bulk` and `Auto-Submitted: auto-generated` are also used by newsletters: they count if the message
    /// answers another and has no sign of a list.
    private static func mayTell(
        _ sign: MachineSign, _ subject: BareSubject, _ message: Message, _ envelope: Envelope
    ) -> Bool {
        if sign.hasNullSender || sign.suppressesAll { return true }
        return sign.isAutomatic && sign.isAnswer && subject.wordsStart == 0
            && !ListSign.hasOtherSender(message, envelope)
    }
}

extension FoldedText {
    func hasPrefix(_ words: StaticString) -> Bool { bytes.span.hasPrefix(words, ignoringCaseIn: 0..<bytes.count) }

    func equals(_ words: StaticString) -> Bool { bytes.span.equals(words, ignoringCaseIn: 0..<bytes.count) }
}
