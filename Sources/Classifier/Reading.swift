import MIME

/// One message on its way to a verdict. The steps follow the order of what decides: form, structure, prose, automatic
/// answers; a message in which none of them finds anything is no bounce.
struct Reading {
    let message: Message
    let settings: Settings
    let judge: Judge
    private(set) var envelope: Envelope
    private let hand: Hand
    /// The prose before the returned message, split into lines when it is first asked for.
    private let lazyProse: LazyProse
    var prose: Prose { lazyProse.value }
    private var original: Original
    private var evidence: [Evidence] = []
    /// Why the report declares nobody dead, as the name of a rule: it ends where it should go on, no machine's hand shows,
    /// or it went to the postmaster and does not say whose message failed.
    private var doubt: String?
    /// The tag by which recipients were blamed.
    private var tag: VERPTag?
    /// What looks like a tag contradicts the report and the returned message, which agree: it is a token of the sender's.
    private var hasToken = false
    /// The worst that became of a recipient whom nobody can read: it counts for the class, and against nobody.
    private var namelessKind: OutcomeKind?
    /// Wrappers that were taken off already.
    private let unwrapped: Int

    /// A gateway wraps a report once, another one perhaps the result.
    static let maximumUnwrapped = 2

    init(_ message: Message, settings: Settings, judge: Judge, unwrapped: Int = 0) {
        self.message = message
        self.settings = settings
        self.judge = judge
        self.unwrapped = unwrapped
        let envelope = Envelope(message)
        hand = Hand(envelope, message)
        self.envelope = envelope
        original = Original(message)
        lazyProse = LazyProse(message)
    }

    mutating func verdict() -> Verdict {
        if let verdict = customVerdict() { return finish(verdict) }
        if let notice = SpecialNotices.verdict(message, envelope, original) {
            return withTaggedComplainant(finish(notice))
        }
        if let notice = SNSNotification.verdict(message, envelope) {
            let verdict = judged(notice)
            return withTaggedComplainant(finish(verdict))
        }
        // A letter's text is not read.
        if statusPart != nil || isBareStatus || !Gate.isClosed(hand, envelope, message) {
            readQuotedOriginal()
            if let report = structuredReport() { return finish(report) }
            if let report = proseReport() { return finish(report) }
        }
        if let report = wrappedReport() { return report }
        if let found = AutoReply.evidence(message, envelope) {
            evidence.append(found)
            return finish(Verdict(messageClass: .autoReply))
        }
        return finish(Verdict(messageClass: .notABounce))
    }

    /// What an administrator's rule about whole messages says, where one fits.
    private func customVerdict() -> Verdict? {
        for rule in settings.rules {
            guard let theirs = rule.messageClass else { continue }
            if let header = rule.header, !message.holds(header.name, header.contains) { continue }
            if !rule.text.isEmpty {
                guard rule.matches(text: [envelope.subjectText, FoldedText(prose.text)]) else { continue }
            }
            // A class alone charges nobody: what a bounce's recipients are stays for the rules about recipients.
            guard theirs != .hardBounce, theirs != .softBounce, theirs != .delayNotice else { continue }
            return Verdict(
                messageClass: theirs,
                evidence: [
                    Evidence(rule: "admin/\(rule.name)", at: rule.header?.name ?? "text", matched: rule.text.first)
                ])
        }
        return nil
    }

    /// Fills in what every verdict has.
    private func finish(_ verdict: consuming Verdict) -> Verdict {
        verdict.arrival = envelope.arrival
        verdict.date = envelope.date
        verdict.deliveredTo = envelope.deliveredTo
        verdict.messageID = envelope.messageID
        verdict.evidence = verdict.evidence.isEmpty ? evidence : evidence + verdict.evidence
        verdict.limitHit = verdict.limitHit ?? message.limitHit
        if verdict.messageClass == .complaint { markCutComplaint(&verdict) }
        setTrust(&verdict)
        if verdict.recipients.count <= Spelling.maximumRecipients {
            for index in verdict.recipients.indices {
                let address = verdict.recipients[index].address
                let seen = Spelling.asSeen(address, in: message.bytes.span)
                guard seen != address else { continue }
                verdict.recipients[index].address = seen
                for step in verdict.evidence.indices where verdict.evidence[step].recipient == address {
                    verdict.evidence[step].recipient = seen
                }
            }
        }
        markOwnAddresses(&verdict)
        switch verdict.messageClass {
        case .autoReply, .notABounce: break
        default:
            if !original.summary.isEmpty { verdict.original = original.summary }
        }
        return verdict
    }

    /// Says which recipients are addresses of our own, on which no report has anything to say.
    private func markOwnAddresses(_ verdict: inout Verdict) {
        guard let find = settings.ownAddresses, !verdict.recipients.isEmpty else { return }
        var deliveredTo = envelope.deliveryAddresses
        // Where no server noted whom it delivered to, the To field says it; but a complaint may be our own mail, which comes
        // back with its To field, and some reports are addressed to the recipient who failed.
        if deliveredTo.isEmpty, verdict.messageClass != .complaint {
            deliveredTo = envelope.toAddresses.filter { !original.recipients.contains($0) }
        }
        for index in find(verdict.recipients.map(\.address), deliveredTo) {
            let address = verdict.recipients[index].address
            // A report that was taken out of a wrapper was asked already.
            guard !verdict.recipients[index].isOwn else { continue }
            verdict.recipients[index].isOwn = true
            verdict.evidence.append(
                Evidence(rule: "own-address", at: "recipient", matched: address, recipient: address))
        }
    }

    /// Says whether the fields of a feedback report, or the addresses in them, go on beyond what is read.
    private func markCutComplaint(_ verdict: inout Verdict) {
        let report = message.parts.first { $0.type == .messageFeedbackReport && !$0.isEnclosed }
        verdict.listEndsMessage = report.map { $0.body.upperBound >= message.bytes.count } ?? false
        if verdict.recipients.count >= Limits.recipients || (report?.body.count ?? 0) > message.limits.decodedBytes {
            setListCut(&verdict, Reading.tooMany)
        }
    }

    /// Says what the tag proves.
    private func setTrust(_ verdict: inout Verdict) {
        var addresses = envelope.deliveredTo
        if verdict.messageClass == .complaint {
            // Complaints go to an address of their own; the tag stands in what they say of the mail.
            addresses += Complaint.returnPaths(message) + [original.returnPath].compactMap { $0 }
        }
        let known = original.recipients
        verdict.tagID = VERP.id(in: addresses + [original.returnPath].compactMap(\.self), settings: settings) {
            Spelling.asSeen($0, in: message.bytes.span)
        }
        guard !hasToken else { return }
        let found = tag ?? VERP.tag(in: addresses, settings: settings, known: known, arrival: envelope.arrival)
        guard let found else { return }
        verdict.trust = found.trust
        verdict.taggedRecipient = found.recipient
    }

    /// Providers hide who complained; a signed tag knows.
    private func withTaggedComplainant(_ verdict: consuming Verdict) -> Verdict {
        guard verdict.messageClass == .complaint, verdict.trust == .valid, let tagged = verdict.taggedRecipient,
            !verdict.recipients.contains(where: { $0.address.lowercased() == tagged })
        else { return verdict }
        verdict.recipients = [Outcome(address: tagged, kind: .delivered, reason: .feedback, isVERP: true)]
        return verdict
    }

    // MARK: what there is to read

    /// The returned message where it is quoted in the text.
    private mutating func readQuotedOriginal() {
        guard !original.exists, let start = prose.quotedAt else { return }
        original.read(header: Array(prose.text[start...].drop { $0.isSpace }.prefix(Limits.quotedHeaderBytes)))
    }

    /// Addresses that stand in every report and never failed: ours.
    private var excludedAddresses: Set<String> {
        var excluded = Set(original.senders)
        for address in envelope.deliveredTo { excluded.insert(address) }
        if !envelope.from.isEmpty { excluded.insert(envelope.from) }
        // Whoever mails himself may still fail.
        if original.recipients.count == 1, !envelope.deliveredTo.contains(original.recipients[0]) {
            excluded.remove(original.recipients[0])
        }
        return excluded
    }

    /// What X-Failed-Recipients lists, and whether all of it are addresses.
    private var failedRecipients: (addresses: [String], isComplete: Bool) {
        guard let field = message.field(Names.xFailedRecipients) else { return ([], true) }
        let isCut = field.value.count > message.limits.fieldBytes
        var failed = message.withValue(of: field) { AddressText.members(of: $0, limit: Limits.recipients) }
        if isCut {
            failed.isComplete = false
            failed.addresses = failed.addresses.dropLast()
        }
        return failed
    }

    private var context: ReportContext {
        ReportContext(message: message, envelope: envelope, lazyProse: lazyProse, original: original)
    }

    private var headText: [UInt8] { Array(prose.text[prose.head].prefix(ProseReader.explanationBytes)) }

    // MARK: structure

    /// The delivery-status part of the report itself; one within an enclosed message is a quotation.
    private var statusPart: Int? {
        message.parts.indices.first {
            message.parts[$0].type == .messageDeliveryStatus && !message.parts[$0].isEnclosed
        }
    }

    /// The file is a delivery-status part and nothing else: its header is that of the fields about the message.
    private var isBareStatus: Bool {
        (message.has(Names.reportingMTA) || message.has(Names.finalRecipient)) && !message.has(.from)
            && !message.has(.subject) && !message.has(.received)
    }

    private mutating func structuredReport() -> Verdict? {
        guard let part = statusPart else {
            guard isBareStatus else { return nil }
            var status = DeliveryStatus(
                message.bytes.span.extracting(0..<min(message.bytes.count, Limits.deliveryStatusBytes)))
            status.isTruncated = status.isTruncated || message.bytes.count > Limits.deliveryStatusBytes
            return report(
                of: status, dialect: Dialects.find(message, envelope, isPostfix: status.isPostfix, prose: lazyProse))
        }
        let status = message.withDecodedBody(ofPart: part, limit: Limits.deliveryStatusBytes) { fields in
            var status = DeliveryStatus(fields)
            status.isTruncated = status.isTruncated || fields.count >= Limits.deliveryStatusBytes
            return status
        }
        // No delimiter behind the fields: the report was cut off in the middle of them.
        let parent = message.parts[part].parent
        // People attach a report's fields to a message of their own.
        guard hand.isMachine || parent.map({ message.parts[$0].type == .multipartReport }) ?? false else { return nil }
        if parent != nil, message.parts[part].body.upperBound >= message.bytes.count { doubt = "cut-off" }
        let dialect = Dialects.find(message, envelope, isPostfix: status.isPostfix, prose: lazyProse)
        return report(of: status, dialect: dialect)
    }

    private mutating func report(of status: consuming DeliveryStatus, dialect: Dialect?) -> Verdict? {
        // They are changed where they are, and not in a copy.
        var reports: [RecipientReport] = []
        swap(&reports, &status.recipients)
        fillAddress(&reports)
        if status.isPostfix { explainPostfix(&reports) }
        if reports.contains(where: { $0.explanation.isEmpty }) { explain(&reports) }
        mend(&reports, dialect)
        guard reports.contains(where: { $0.address != nil || $0.isUnreadable }) else { return nil }
        var verdict = Verdict(messageClass: .notABounce)
        verdict.reportingMTA = status.reportingMTA
        if status.isTruncated { setListCut(&verdict, Reading.tooMany) }
        verdict.listEndsMessage = statusPart.map { message.parts[$0].body.upperBound >= message.bytes.count } ?? true
        verdict.dialect = dialect?.name ?? "rfc3464"
        judgeAll(reports, into: &verdict)
        classify(&verdict, postfixSender: status.postfixSender)
        return verdict
    }

    private static let tooMany = "more than \(Limits.recipients) recipients, or their fields are too long"

    private func setListCut(_ verdict: inout Verdict, _ words: String) {
        verdict.isListCut = true
        verdict.limitHit = verdict.limitHit ?? words
    }

    /// Applies what is known of the server.
    private func mend(_ reports: inout [RecipientReport], _ dialect: Dialect?) {
        guard let dialect else { return }
        if let quotation = dialect.quotation {
            for index in reports.indices { reports[index].quotation = quotation }
        }
        dialect.mend?(&reports, context)
    }

    /// A report whose fields name nobody may do so elsewhere.
    private func fillAddress(_ reports: inout [RecipientReport]) {
        guard reports.count == 1, reports[0].address?.isAddress != true else { return }
        let named = failedRecipients
        if !named.isComplete {
            reports[0].isUnreadable = true
        } else if let failed = named.addresses.first, named.addresses.count == 1 || !reports[0].isUnreadable {
            reports[0].originalRecipient = failed
            reports[0].isUnreadable = false
        } else if reports[0].isUnreadable {
            return
        } else {
            let reader = ProseReader(prose, excluded: excludedAddresses)
            if let found = reader.recipients.first?.address {
                reports[0].originalRecipient = found
            } else if !reader.hasUnreadable, let unnamed = VERP.unnamed(envelope, original, settings) {
                reports[0].originalRecipient = unnamed.tag.recipient
            } else if original.recipients.count == 1, !reader.hasUnreadable {
                reports[0].originalRecipient = original.recipients[0]
            }
        }
    }

    /// Puts what the prose says of a recipient beside what the fields say.
    private func explain(_ reports: inout [RecipientReport]) {
        let reader = ProseReader(prose, excluded: [])
        let known = reader.firstByRecipient
        for index in reports.indices where reports[index].explanation.isEmpty {
            let names = [reports[index].finalRecipient, reports[index].originalRecipient]
            if let found = names.compactMap({ known[$0] }).min() {
                reports[index].explanation = reader.recipients[found].explanation
                reports[index].mailedAddress = reader.recipients[found].mailedAddress
            } else if reports.count == 1, reader.recipients.count == 1 {
                reports[index].explanation = reader.recipients[0].explanation
                reports[index].mailedAddress = reader.recipients[0].mailedAddress
            }
        }
    }

    /// Postfix writes a paragraph a recipient that starts with its address (bounce(8)): no need to understand the rest.
    private func explainPostfix(_ reports: inout [RecipientReport]) {
        guard
            let part = message.parts.indices.first(where: {
                message.parts[$0].type == .textPlain && !message.parts[$0].isEnclosed
            })
        else { return }
        let span = message.bytes.span
        let body = message.parts[part].body
        let paragraphs = span.paragraphs(
            startingWith: reports.lazy.compactMap { $0.finalRecipient ?? $0.originalRecipient }, in: body)
        var room = Limits.explanationBytes
        for index in reports.indices {
            guard let address = reports[index].finalRecipient ?? reports[index].originalRecipient,
                let start = paragraphs[address]
            else { continue }
            let end = span.endOfParagraph(
                from: start, before: min(body.upperBound, start + ProseReader.explanationBytes))
            room -= end - start
            guard room >= 0 else { return }
            reports[index].explanation = span.copy(start..<end)
            reports[index].mailedAddress =
                ForwardingNote.read(
                    span, behind: start + 1 + address.utf8.count, before: end)?.mailed
        }
    }

    // MARK: prose

    private mutating func proseReport() -> Verdict? {
        let reader = ProseReader(prose, excluded: excludedAddresses)
        let dialect = Dialects.find(message, envelope, isPostfix: false, prose: lazyProse)
        let failed = failedRecipients
        let gate = Gate(
            hand, envelope, message, signals: reader.signals, dialect: dialect?.name,
            isList: reader.isList, original: original, reply: SMTPReply(headText.span),
            isTagged: AutoReply.evidence(message, envelope) == nil
                && VERP.unnamed(envelope, original, settings) != nil)
        guard gate.isReport else { return nil }
        if !hand.isMachine { doubt = "no-machine" }
        let isTextCut = prose.isCut && prose.quotedAt == nil
        if var status = embeddedStatus() {
            status.isTruncated = status.isTruncated || isTextCut
            if let report = report(of: status, dialect: dialect) { return report }
        }
        var reports = withoutBait(reader, gate)
        // The list may go on where the text was cut soon after it.
        var isListCut =
            reader.isTruncated
            || isTextCut && prose.text.count - reader.lastRecipientEnd < ProseReader.explanationBytes
        // A field that names nobody of the list in the text was rewritten on the way.
        let known = reader.firstByRecipient
        let isListed = failed.addresses.contains { known[$0] != nil }
        if !failed.isComplete || !failed.addresses.isEmpty && (isListed || !reader.isList) {
            reports = failed.addresses.map { address in
                known[address].map { reader.recipients[$0] } ?? plainReport(address)
            }
            isListCut =
                failed.addresses.count >= Limits.recipients
                || (message.field(Names.xFailedRecipients)?.value.count ?? 0) > message.limits.fieldBytes
            if !failed.isComplete {
                var nameless = plainReport("")
                nameless.finalRecipient = nil
                nameless.isUnreadable = true
                reports.append(nameless)
            }
        }
        mend(&reports, dialect)
        if reports.isEmpty, reader.recipients.isEmpty, let unnamed = taggedRecipient {
            reports = [plainReport(unnamed.tag.recipient)]
            if reader.hasUnreadable || !unnamed.isAlone { doubt = doubt ?? "tag-not-alone" }
        }
        if reports.isEmpty, !reader.hasUnreadable, original.exists, !original.isWrapped,
            original.recipients.count == 1,
            VERP.unnamed(envelope, original, settings).map({ $0.tag.recipient == original.recipients[0] }) ?? true
        {
            // The report names nobody: the one that the returned message went to. Of several nobody knows who it is.
            reports = original.recipients.map(plainReport)
        }
        guard !reports.isEmpty else { return nil }
        if prose.quotedAt == nil, !original.exists, message.bytes.last != UInt8(ascii: "\n") || endsWithinParts {
            doubt = "cut-off"
        }
        if envelope.subjectSignals[.success] != nil || reader.signals.contains(.success) {
            let isReceipt = FoldedText(headText).contains("had successful delivery notifications")
            for index in reports.indices where reports[index].tellsSuccess || isReceipt {
                reports[index].action = "delivered"
            }
        }
        if isDelay(envelope.subjectSignals, reader.signals) {
            for index in reports.indices where !reports[index].isFinal { reports[index].isDelayed = true }
        }
        var verdict = Verdict(messageClass: .notABounce)
        verdict.dialect = dialect?.name
        if isListCut { setListCut(&verdict, "more text, or more recipients, than is read") }
        verdict.listEndsMessage = prose.quotedAt == nil && !original.exists
        judgeAll(reports, into: &verdict)
        classify(&verdict, postfixSender: nil)
        return verdict
    }

    /// Whom a report with the null sender, that names nobody, is about, as its tag tells; a person's absence note may speak of
    /// mail that is not delivered, too.
    private var taggedRecipient: (tag: VERPTag, isAlone: Bool)? {
        guard envelope.hasNullSender, hand.isDaemon || AutoReply.evidence(message, envelope) == nil else { return nil }
        return VERP.unnamed(envelope, original, settings)
    }

    /// The recipients whom a text may name. One that gives no mail back, and tells its reader that his own mailbox is full, or
    /// that mails wait behind a link, is bait.
    private func withoutBait(_ reader: ProseReader, _ gate: Gate) -> [RecipientReport] {
        guard !gate.hasProof, !reader.recipients.isEmpty else { return reader.recipients }
        if message.parts[0].type == .multipartReport { return reader.recipients }
        guard gate.isFromMailbox || hasLink else { return reader.recipients }
        // A sentence names whom it likes; a list of failed recipients is a server's, and so is a reply with a code.
        let tagged = VERP.tag(
            in: envelope.deliveredTo, settings: settings, known: reader.recipients.compactMap { $0.address },
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

    /// Whether the text of the message refers to a page.
    private var hasLink: Bool {
        message.parts.indices.contains { part in
            let type = message.parts[part].type
            guard type.isText, !message.parts[part].isEnclosed else { return false }
            // In HTML addresses stand in its own frame, too.
            let marks = type == .textHTML ? Reading.htmlLinkMarks : Reading.linkMarks
            return message.withDecodedBody(ofPart: part, limit: Limits.proseBytes) { text in
                marks.contains { Original.position(of: $0, in: text) != nil }
            }
        }
    }

    private static let linkMarks: [StaticString] = ["http://", "https://"]
    private static let htmlLinkMarks: [StaticString] = [
        "href=\"http", "href='http", "href=http", "href=\"//", "href='//", "href=//", ">http://", ">https://",
        " http://",
        " https://",
    ]

    /// No delimiter closes the last part: more parts may have followed, and said otherwise.
    private var endsWithinParts: Bool {
        guard message.parts[0].type == .multipartReport, let last = message.parts.last else { return false }
        return last.body.upperBound >= message.bytes.count
    }

    private func plainReport(_ address: String) -> RecipientReport {
        var report = RecipientReport()
        report.finalRecipient = address
        report.explanation = headText
        return report
    }

    /// The fields of RFC 3464 written into the text, as some mailers do and as broken boundaries leave them.
    private func embeddedStatus() -> DeliveryStatus? {
        let text = prose.text.span
        for line in prose.lines {
            let content = text.trimmed(line)
            for name: StaticString in ["reporting-mta:", "final-recipient:", "original-recipient:"]
            where text.hasPrefix(name, ignoringCaseIn: content) {
                let status = DeliveryStatus(text.extracting(content.lowerBound..<prose.head.upperBound))
                let isUsable = status.recipients.contains {
                    ($0.isUnreadable || $0.address?.contains("@") == true) && ($0.action != nil || $0.status != nil)
                }
                return isUsable ? status : nil
            }
        }
        return nil
    }

    private func isDelay(_ subject: FoundGroups<SubjectSignal>, _ signals: FoundGroups<ProseSignal>) -> Bool {
        if subject[.delay] != nil, subject[.failure] == nil || signals.contains(.delay) { return true }
        return signals.contains(.delay) && !signals.contains(.final) && subject[.failure] == nil
    }

    // MARK: wrappers

    /// A gateway that puts a whole report into a message of its own and names nobody itself. A person who forwards a
    /// report is no gateway.
    private func wrappedReport() -> Verdict? {
        guard unwrapped < Reading.maximumUnwrapped, original.isWrapped,
            envelope.hasNullSender || hand.isDaemon,
            let holder = message.parts.indices.first(where: {
                message.parts[$0].type == .messageRFC822 && !message.parts[$0].isEnclosed
            })
        else { return nil }
        let inner = Message(parsing: message.bytes.span.copy(message.parts[holder].body))
        var reading = Reading(inner, settings: settings, judge: judge, unwrapped: unwrapped + 1)
        // Where and when the wrapper arrived is what our own server wrote.
        reading.envelope.deliveredTo.insert(contentsOf: envelope.deliveredTo, at: 0)
        reading.envelope.deliveryAddresses.insert(contentsOf: envelope.deliveryAddresses, at: 0)
        reading.envelope.arrival = envelope.arrival ?? reading.envelope.arrival
        reading.envelope.date = envelope.date ?? reading.envelope.date
        var verdict = reading.verdict()
        guard !verdict.recipients.isEmpty else { return nil }
        verdict.arrival = envelope.arrival ?? verdict.arrival
        verdict.date = envelope.date ?? verdict.date
        verdict.messageID = envelope.messageID ?? verdict.messageID
        verdict.origin = origin(reportingMTA: verdict.reportingMTA)
        verdict.evidence.append(Evidence(rule: "wrapped-report", at: "message/rfc822"))
        return verdict
    }

    // MARK: judging

    /// Judges what a notification listed.
    private mutating func judged(_ notice: Verdict) -> Verdict {
        var verdict = notice
        let pending = verdict.pending
        verdict.pending = []
        guard !pending.isEmpty else { return verdict }
        judgeAll(pending, into: &verdict)
        classify(&verdict, postfixSender: nil)
        return verdict
    }

    private mutating func judgeAll(_ reports: [RecipientReport], into verdict: inout Verdict) {
        let reports = BATV.withoutTags(reports, mailed: original.recipients)
        let read = VERP.tag(
            in: envelope.deliveredTo, settings: settings,
            known: reports.compactMap { $0.address } + original.recipients, arrival: envelope.arrival)
        hasToken = read.map { VERP.isToken($0, reports, returned: original.recipients) } ?? false
        tag = hasToken ? nil : read
        // What was cut off may have shown that the tag is a token.
        if let tag, tag.trust == .unsigned, endsWithinParts, !original.recipients.contains(tag.recipient),
            !reports.contains(where: { $0.address == tag.recipient })
        {
            doubt = doubt ?? "cut-off"
        }
        if DoubleBounce.isUnsigned(envelope, original) { doubt = doubt ?? "postmaster" }
        if reports.count > Limits.recipients { setListCut(&verdict, Reading.tooMany) }
        var room = Limits.explanationBytes
        for report in reports.prefix(Limits.recipients) {
            room -= report.explanation.count
            let isTooMuch = room < 0 && !report.explanation.isEmpty
            if isTooMuch {
                verdict.limitHit = verdict.limitHit ?? "more than \(Limits.explanationBytes) bytes about recipients"
            }
            guard report.address != nil || report.isUnreadable else { continue }
            // An original recipient that differs from the final one is the sender's own word (RFC 3461 ORCPT). Anybody
            // can write one into a report; a signature nobody else can.
            let tagged = tag.flatMap { $0.trust == .valid || !report.namesOriginal ? $0.recipient : nil }
            guard let address = tagged ?? report.address, tagged != nil || !report.isUnreadable else {
                judge(nameless: report, rule: "unreadable-recipient", reportingMTA: verdict.reportingMTA)
                continue
            }
            if tagged == nil, Redaction.isPlain(address) {
                judge(nameless: report, rule: "redacted-recipient", reportingMTA: verdict.reportingMTA)
                continue
            }
            var outcome: Outcome
            switch report.action {
            case "delivered", "relayed", "expanded", "deliverable":
                outcome = Outcome(
                    address: address, kind: .delivered, reason: .delivered, status: report.status?.description,
                    action: report.action, remoteMTA: report.remoteMTA)
            default:
                outcome = failure(
                    report, explanation: isTooMuch ? [] : report.explanation, address: address,
                    reportingMTA: verdict.reportingMTA, isAlone: reports.count == 1)
            }
            outcome.isVERP = tag?.recipient == address
            if let final = report.finalRecipient, final != address, final.contains("@") { outcome.finalAddress = final }
            merge(outcome, into: &verdict.recipients)
        }
    }

    /// Judges what became of somebody whom nobody can read.
    private mutating func judge(nameless report: RecipientReport, rule: String, reportingMTA: String?) {
        var kind = OutcomeKind.delivered
        if !["delivered", "relayed", "expanded", "deliverable"].contains(report.action) {
            kind = failure(report, explanation: [], address: "", reportingMTA: reportingMTA, isAlone: false).kind
            evidence[evidence.count - 1].recipient = nil
        }
        namelessKind = min(kind, namelessKind ?? kind)
        evidence.append(Evidence(rule: rule, at: "recipient"))
    }

    /// Several failures of one address (an alias that led to many) are one outcome: the worst.
    private func merge(_ outcome: consuming Outcome, into list: inout [Outcome]) {
        let address = outcome.address
        // Beyond a few recipients a search would cost the square of their number; reports about thousands have no aliases.
        if list.count < 200, let index = list.firstIndex(where: { $0.address == address }) {
            // What our own list said of it is nothing new, whatever the other outcome is.
            let known = list[index]
            if outcome.isOwnRefusal != known.isOwnRefusal ? known.isOwnRefusal : outcome.kind < known.kind {
                list[index] = outcome
            }
        } else {
            list.append(outcome)
        }
    }

    private mutating func failure(
        _ report: RecipientReport, explanation: [UInt8], address: String, reportingMTA: String?, isAlone: Bool
    ) -> Outcome {
        let diagnostic = Charset.utf8(report.diagnostic, charset: nil)
        var facts = FailureFacts()
        facts.status = report.status
        facts.isDelayed = report.action == "delayed" || report.isDelayed
        facts.hosts.reserveCapacity(3)
        if let host = report.remoteMTA { facts.hosts.append(host) }
        if let host = reportingMTA { facts.hosts.append(host) }
        if let domain = address.domainPart { facts.hosts.append(domain) }
        facts.texts.reserveCapacity(4)
        facts.ruling = report.ruling
        facts.command = report.command
        if !diagnostic.isEmpty {
            if report.isProgram == true {
                facts.isProgram = true
                facts.exitStatus = Int(String(decoding: diagnostic.prefix { $0.isDigit }, as: UTF8.self))
            }
            facts.texts.append(FactText("Diagnostic-Code", diagnostic))
        }
        if !explanation.isEmpty { facts.texts.append(FactText("text", explanation)) }
        for fact in facts.texts.reversed() where facts.command == nil {
            facts.command = SMTPCommand.find(in: fact.folded)
        }
        let said = facts.texts.isEmpty && isAlone ? [FactText("text", headText)] : facts.texts
        let refusal = said.first { OwnRefusal.isSaid(in: $0.folded) }
        var list: RelayList.Entry?
        if let refusal {
            facts.ruling = Ruling(.policyViolation, rule: "own-refusal/map", matched: OwnRefusal.token)
            if facts.texts.isEmpty { facts.texts = [refusal] }
        } else if let relay = report.relay {
            list = RelayList.Entry(relay: relay, reason: .userUnknown, words: "")
        } else if facts.ruling == nil {
            list = RelayList.find(
                in: said, status: report.status, remoteMTA: report.remoteMTA, reportingMTA: reportingMTA,
                from: envelope.from)
            facts.ruling = list.map { Ruling($0.reason, rule: "relay/\($0.relay.rawValue)", matched: $0.words) }
        }
        var decision = judge.decide(facts, of: report, in: message)
        if !decision.isSettled, isAlone {
            facts.texts.append(FactText("text", headText))
            facts.texts.append(FactText("Subject", Array(Envelope.subject(message).utf8)))
            let second = judge.decide(facts, of: report, in: message)
            if second.isSettled { decision = second }
        }
        let doubt = doubt ?? (report.isAssumed && address == report.address ? "tagged-recipient" : nil)
        if let doubt, decision.kind == .hard {
            decision.evidence = Evidence(rule: doubt, at: decision.evidence.at, runnerUp: decision.evidence.rule)
            decision.kind = .soft
            decision.reason = .onHold
        }
        decision.evidence.recipient = address
        evidence.append(decision.evidence)
        // Not of a report that declares nobody dead, nor of what is still tried or may be tried again.
        let isFinal = doubt == nil && decision.kind <= .soft && !decision.isTransient
        return Outcome(
            address: address, kind: decision.kind, reason: decision.reason,
            status: decision.status?.description, replyCode: decision.replyCode.map(String.init), action: report.action,
            diagnostic: Reading.oneLine(diagnostic.isEmpty ? explanation : diagnostic), remoteMTA: report.remoteMTA,
            command: facts.command, relay: isFinal ? list?.relay : nil, isOwnRefusal: refusal != nil)
    }

    /// White space folded, cut at a character's end.
    private static func oneLine(_ text: [UInt8]) -> String? {
        var out: [UInt8] = []
        out.reserveCapacity(min(text.count, Limits.diagnosticBytes))
        // Prose that was cut behind an address starts with what closed it: `>: Sorry, …`.
        let start = text.firstIndex { !$0.isSpace && !">:;,.".utf8.contains($0) } ?? text.endIndex
        var index = start
        while index < text.count, out.count < Limits.diagnosticBytes {
            let end = min(text.count, index + Limits.diagnosticBytes - out.count)
            // Words, and the single blanks between them.
            var next = index
            while next < end, text[next].isShown || text[next] == 0x20 && next > index && text[next - 1].isShown {
                next += 1
            }
            out += text[index..<next]
            index = next
            guard index < end else { continue }
            if let last = out.last, last != 0x20 { out.append(0x20) }
            index += 1
        }
        while out.last == 0x20 { out.removeLast() }
        // What is no UTF-8 grows here: three bytes for one.
        var line = String(decoding: out, as: UTF8.self)
        var excess = line.utf8.count - Limits.diagnosticBytes
        while excess > 0 || (out.count >= Limits.diagnosticBytes && line.unicodeScalars.last == "\u{FFFD}") {
            excess -= line.unicodeScalars.removeLast().utf8.count
        }
        return line.isEmpty ? nil : line
    }

    // MARK: class and origin

    private func classify(_ verdict: inout Verdict, postfixSender: String?) {
        var worst = verdict.recipients.lazy.filter { !$0.isOwnRefusal }.map { $0.kind }.min()
        if let namelessKind { worst = min(namelessKind, worst ?? namelessKind) }
        verdict.messageClass =
            switch worst {
            case .hard: .hardBounce
            case .soft: .softBounce
            case .delayed: .delayNotice
            case .delivered: .deliveryReceipt
            case nil: verdict.recipients.isEmpty ? .notABounce : .ownRefusal
            }
        verdict.origin = origin(reportingMTA: verdict.reportingMTA)
        if let special = DoubleBounce.messageClass(
            envelope, original, prose: statusPart == nil ? prose : nil, postfixSender: postfixSender)
        {
            // Its recipient is whoever the first report went to, often a forged sender: nobody of ours.
            verdict.messageClass = special
            verdict.recipients = []
        }
    }

    /// Who wrote the report: our own server where its trace has the form of a local submission, *and* the server that it
    /// names is ours. The topmost fields are our server's own; what they do not say, a report from outside can.
    private func origin(reportingMTA: String?) -> Origin? {
        guard envelope.hasReceived else { return nil }
        guard envelope.isMadeHere else { return .remote }
        if let reportingMTA { return isOurs(HostName.withoutDot(reportingMTA)) ? .local : .remote }
        // qmail's and Exim's plain reports name their server in From only, where it may have another name of the same domain.
        guard let from = envelope.from.domainPart, let receiver = envelope.receivingHost else { return .local }
        return isOurs(from) || HostName.haveParent(from, HostName.withoutDot(receiver)) ? .local : .remote
    }

    /// Whether a host is the one that wrote the topmost Received field, one that the configuration names, or one of the
    /// domain that the report was delivered to.
    private func isOurs(_ host: String) -> Bool {
        if settings.localHosts.contains(host) { return true }
        if let receiver = envelope.receivingHost, HostName.areRelated(host, HostName.withoutDot(receiver)) {
            return true
        }
        return envelope.deliveredTo.contains { address in
            address.domainPart.map { HostName.isBelow(host, $0) } ?? false
        }
    }
}
