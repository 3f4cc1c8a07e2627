import MIME

/// Reads a report that consists only of prose. It trusts sentences as far as `Gate` does.
struct ProseReport {
    private let context: ReportContext
    private let prose: Prose
    private let reader: ProseReader
    private let dialect: Dialect?
    private let gate: Gate

    init(_ context: ReportContext) {
        self.context = context
        prose = context.prose
        reader = ProseReader(prose, excluded: context.excludedAddresses)
        dialect = context.dialect(isPostfix: false)
        gate = Gate(
            context.hand, context.envelope, context.message, signals: reader.signals, hasDialect: dialect != nil,
            isList: reader.isList, original: context.original, reply: SMTPReply(context.headText.span),
            isTagged: AutoReply.evidence(context.message, context.envelope) == nil
                && VERP.unnamed(context.envelope, context.original, context.settings) != nil)
    }

    /// The report, or `nil` if the message is not one or names nobody.
    func read() -> UnjudgedReport? {
        guard gate.isReport else { return nil }
        let fields = FieldReport(context: context)
        var doubt = context.hand.isMachine ? fields.doubt : .noMachine
        if let status = embeddedStatus(),
            let report = fields.report(of: status, dialect: dialect, doubt: doubt)
        {
            return report
        }
        var (recipients, isListCut) = listed()
        dialect?.adjust(&recipients, context)
        if recipients.isEmpty, reader.recipients.isEmpty, let unnamed = taggedRecipient {
            recipients = [plainReport(unnamed.tag.recipient)]
            if reader.hasUnreadable || !unnamed.isAlone { doubt = doubt ?? .tagNotAlone }
        }
        if recipients.isEmpty, !reader.hasUnreadable, context.original.exists, !context.original.isWrapped,
            context.original.recipients.count == 1,
            VERP.unnamed(context.envelope, context.original, context.settings).map({
                $0.tag.recipient == context.original.recipients[0]
            }) ?? true
        {
            // The report names nobody: use the recipient of the returned message. With several, it is unknown which one
            // failed.
            recipients = context.original.recipients.map(plainReport)
        }
        guard !recipients.isEmpty else { return nil }
        // Also of those whom the text does not name.
        dialect?.readSentences(of: &recipients, context)
        mark(&recipients)
        return UnjudgedReport(
            recipients: recipients, dialect: dialect?.name, doubt: isCutOff ? .cutOff : doubt,
            listCut: isListCut ? "more text, or more recipients, than is read" : nil,
            listEndsMessage: prose.quotedAt == nil && !context.original.exists)
    }

    private var isTextCut: Bool { prose.isCut && prose.quotedAt == nil }

    /// Nothing is returned, and the message ends within a line or its last part.
    private var isCutOff: Bool {
        guard prose.quotedAt == nil, !context.original.exists else { return false }
        return context.message.bytes.last != UInt8(ascii: "\n") || context.endsWithinParts
    }

    /// The fields of RFC 3464 written into the text, as some mailers do and as broken boundaries leave them.
    private func embeddedStatus() -> DeliveryStatus? {
        let text = prose.text.span
        for line in prose.lines {
            let content = text.trimmed(line)
            for name: StaticString in ["reporting-mta:", "final-recipient:", "original-recipient:"]
            where text.hasPrefix(name, ignoringCaseIn: content) {
                var status = DeliveryStatus(text.extracting(content.lowerBound..<prose.head.upperBound))
                status.isTruncated = status.isTruncated || isTextCut
                let isUsable = status.recipients.contains {
                    ($0.isUnreadable || $0.address?.contains("@") == true) && ($0.action != nil || $0.status != nil)
                }
                return isUsable ? status : nil
            }
        }
        return nil
    }

    // MARK: recipients

    /// The recipients that X-Failed-Recipients names, else those in the text; and whether there may be more.
    private func listed() -> (recipients: [RecipientReport], isCut: Bool) {
        let failed = context.failedRecipients
        // A field that names none of the recipients listed in the text was rewritten on the way.
        let known = reader.firstByRecipient
        let isListed = failed.addresses.contains { known[$0] != nil }
        guard !failed.isComplete || !failed.addresses.isEmpty && (isListed || !reader.isList) else {
            // The list may be incomplete if the text was cut soon after it.
            let isCut = isTextCut && prose.text.count - reader.lastRecipientEnd < ProseReader.explanationBytes
            return (withoutBait(), reader.isTruncated || isCut)
        }
        var recipients = failed.addresses.map { address in
            known[address].map { reader.recipients[$0] } ?? plainReport(address)
        }
        if !failed.isComplete {
            var nameless = plainReport("")
            nameless.finalRecipient = nil
            nameless.isUnreadable = true
            recipients.append(nameless)
        }
        let length = context.message.field(Names.xFailedRecipients)?.value.count ?? 0
        return (
            recipients,
            failed.addresses.count >= Limits.recipients || length > context.message.limits.fieldBytes
        )
    }

    /// The recipient in the tag, for a report with the null sender that names nobody. Absence notes, tickets and
    /// notices also have the null sender and mention undelivered mail, so a daemon must have written it, its subject
    /// must announce a failure, or it must be a server's bare reply.
    private var taggedRecipient: (tag: VERPTag, isAlone: Bool)? {
        guard context.envelope.hasNullSender else { return nil }
        if !context.hand.isDaemon {
            guard Gate.isAnnounced(context.envelope) || !context.hand.isPersonal && opensWithReply,
                AutoReply.evidence(context.message, context.envelope) == nil
            else { return nil }
        }
        return VERP.unnamed(context.envelope, context.original, context.settings)
    }

    /// Whether the text starts as a reply does, `552 5.2.2 Mailbox full`.
    private var opensWithReply: Bool {
        let text = context.headText.drop { $0.isSpace }.prefix(4)
        guard text.count == 4, let first = text.first, let last = text.last else { return false }
        return (first == UInt8(ascii: "4") || first == UInt8(ascii: "5")) && text.dropLast().allSatisfy(\.isDigit)
            && (last == 0x20 || last == UInt8(ascii: "-"))
    }

    private func plainReport(_ address: String) -> RecipientReport {
        var report = RecipientReport()
        report.finalRecipient = address
        report.explanation = context.headText
        return report
    }

    /// The recipients that a text may name. A text that returns no mail, and says that the reader's own mailbox is full
    /// or that mails wait at a link, is phishing.
    private func withoutBait() -> [RecipientReport] {
        guard !gate.hasProof, !reader.recipients.isEmpty else { return reader.recipients }
        if context.message.parts[0].type == .multipartReport { return reader.recipients }
        let envelope = context.envelope
        guard gate.isFromMailbox || hasLink else { return reader.recipients }
        // Sentences may name anybody; lists of failed recipients and replies with a code are written by servers.
        let tagged = VERP.tag(
            in: envelope.deliveredTo, settings: context.settings, known: reader.recipients.compactMap { $0.address },
            arrival: envelope.arrival)?.recipient
        if let tagged, reader.recipients.contains(where: { $0.address == tagged }) { return reader.recipients }
        guard gate.hasReply || reader.isList && (gate.isFromDaemon || !hasLink || envelope.returnPath == nil) else {
            return []
        }
        return reader.recipients.filter { report in
            guard let address = report.address, let domain = address.domainPart else { return false }
            // Some servers copy the failed recipient into a field of the report's own delivery.
            let readers = envelope.deliveredTo.filter { $0 != address || envelope.deliveredTo.count == 1 }
            return !readers.contains { $0.domainPart == domain }
        }
    }

    /// Whether the text of the message has a link.
    private var hasLink: Bool {
        let message = context.message
        return message.parts.indices.contains { part in
            let type = message.parts[part].type
            guard type.isText, !message.parts[part].isEnclosed else { return false }
            // HTML has addresses in its own markup, too.
            let marks = type == .textHTML ? ProseReport.htmlLinkMarks : ProseReport.linkMarks
            return message.withDecodedBody(ofPart: part, limit: Limits.proseBytes) { text in
                marks.contains { text.position(of: $0) != nil }
            }
        }
    }

    private static let linkMarks: [StaticString] = ["http://", "https://"]
    private static let htmlLinkMarks: [StaticString] = [
        "href=\"http", "href='http", "href=http", "href=\"//", "href='//", "href=//", ">http://", ">https://",
        " http://", " https://",
    ]

    // MARK: success and delay

    /// Marks the recipients for which the report says that the message arrived, or is still being tried.
    private func mark(_ recipients: inout [RecipientReport]) {
        let subject = context.envelope.subjectSignals
        if subject[.success] != nil || reader.signals.contains(.success) {
            let isReceipt = FoldedText(context.headText).contains("had successful delivery notifications")
            for index in recipients.indices where recipients[index].tellsSuccess || isReceipt {
                recipients[index].action = "delivered"
            }
        }
        guard isDelay(subject) else { return }
        for index in recipients.indices where !recipients[index].isFinal { recipients[index].isDelayed = true }
    }

    private func isDelay(_ subject: FoundGroups<SubjectSignal>) -> Bool {
        let signals = reader.signals
        if subject[.delay] != nil, subject[.failure] == nil || signals.contains(.delay) { return true }
        return signals.contains(.delay) && !signals.contains(.final) && subject[.failure] == nil
    }
}
