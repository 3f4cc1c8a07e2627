import MIME

/// One message on its way to a verdict. The steps follow the order of what decides: structure, then prose, then automatic
/// answers; a message in which none of them finds anything is no bounce.
struct Reading {
    let message: Message
    let settings: Settings
    let judge: Judge
    let envelope: Envelope
    var original: Original
    var evidence: [Evidence] = []
    /// The prose before the returned message, read when it is needed.
    private var proseCache: Prose?

    init(_ message: Message, settings: Settings, judge: Judge) {
        self.message = message
        self.settings = settings
        self.judge = judge
        envelope = Envelope(message)
        original = Original(message)
    }

    mutating func verdict() -> Verdict {
        if let notice = SpecialNotices.verdict(message, envelope) { return finish(notice) }
        if let report = structuredReport() { return finish(report) }
        if let report = proseReport() { return finish(report) }
        if let found = AutoReply.evidence(message, envelope) {
            evidence.append(found)
            return finish(Verdict(messageClass: .autoReply))
        }
        return finish(Verdict(messageClass: .notABounce))
    }

    /// Fills in what every verdict has.
    private func finish(_ verdict: Verdict) -> Verdict {
        var verdict = verdict
        verdict.arrival = envelope.arrival
        verdict.messageID = envelope.messageID
        verdict.evidence = evidence + verdict.evidence
        verdict.limitHit = verdict.limitHit ?? message.limitHit
        switch verdict.messageClass {
        case .autoReply, .notABounce: break
        default:
            if !original.summary.isEmpty { verdict.original = original.summary }
        }
        return verdict
    }

    // MARK: structure

    /// The delivery-status part of the report itself; one within an enclosed message is a quotation.
    private var statusPart: Int? {
        message.parts.indices.first {
            message.parts[$0].type == .messageDeliveryStatus && !message.parts[$0].isEnclosed
        }
    }

    private mutating func structuredReport() -> Verdict? {
        guard let part = statusPart else { return nil }
        let body = message.parts[part].encoding.decode(
            message.bytes.span, message.parts[part].body, limit: Limits.deliveryStatusBytes)
        let status = DeliveryStatus(body.span)
        var reports = status.recipients
        if !original.exists { readQuotedOriginal() }
        fillAddresses(&reports)
        guard reports.contains(where: { $0.address != nil }) else { return nil }
        var verdict = Verdict(messageClass: .notABounce)
        verdict.reportingMTA = status.reportingMTA
        if status.isTruncated { verdict.limitHit = "more than \(Limits.recipients) recipients" }
        verdict.dialect = Dialects.name(message, envelope, status: status, prose: prose())
        judgeAll(reports, dialect: verdict.dialect, reportingMTA: status.reportingMTA, into: &verdict)
        classify(&verdict, postfixSender: status.postfixSender)
        return verdict
    }

    /// A report that names nobody in its fields may do so elsewhere.
    private func fillAddresses(_ reports: inout [RecipientReport]) {
        let failed =
            message.value(Names.xFailedRecipients).map { AddressText.all(in: $0, limit: Limits.recipients) } ?? []
        let nameless = reports.indices.filter { reports[$0].address?.contains("@") != true }
        guard !nameless.isEmpty else { return }
        if nameless.count == 1, reports.count == 1 {
            if failed.count == 1 {
                reports[0].originalRecipient = failed[0]
            } else if let found = ProseReader(prose(), excluded: excludedAddresses).recipients.first?.finalRecipient {
                reports[0].originalRecipient = found
            } else if original.recipients.count == 1 {
                reports[0].originalRecipient = original.recipients[0]
            }
        }
    }

    // MARK: prose

    func prose() -> Prose { Prose(proseText) }

    private var proseText: [UInt8] {
        var text: [UInt8] = []
        var hasPlain = false
        for (index, part) in message.parts.enumerated() where !part.isEnclosed && part.type.isText {
            // Of an alternative the plain text is read, of several texts those before the returned message.
            if part.type == .textHTML && hasPlain { continue }
            let content = message.textBytes(ofPart: index)
            if part.type != .textHTML, content.contains(where: { !$0.isSpace }) { hasPlain = true }
            if !text.isEmpty { text.append(0x0A) }
            text += content
            if text.count >= Limits.proseBytes { break }
        }
        return text
    }

    private mutating func readQuotedOriginal() {
        let prose = prose()
        guard let start = prose.quotedAt else { return }
        original.read(header: Array(prose.text[start...].drop(while: { $0.isSpace })))
        original.quotedAt = start
    }

    /// Addresses that stand in every report and never failed: ours.
    private var excludedAddresses: Set<String> {
        var excluded = Set(original.senders)
        for address in envelope.deliveredTo { excluded.insert(address) }
        if !envelope.from.isEmpty { excluded.insert(envelope.from) }
        // Whoever mails himself may still fail.
        for address in original.recipients
        where original.recipients.count == 1 && !envelope.deliveredTo.contains(address) {
            excluded.remove(address)
        }
        return excluded
    }

    private mutating func proseReport() -> Verdict? {
        let prose = prose()
        if !original.exists { readQuotedOriginal() }
        let subject = SubjectPhrases.groups.find(in: envelope.subjectText)
        let reader = ProseReader(prose, excluded: excludedAddresses)
        let dialect = Dialects.name(message, envelope, status: nil, prose: prose)
        var reports = Dialects.recipients(dialect, message, envelope, prose, original) ?? reader.recipients
        let failed =
            message.value(Names.xFailedRecipients).map { AddressText.all(in: $0, limit: Limits.recipients) } ?? []
        if !failed.isEmpty {
            let explained = reports
            reports = failed.map { address in
                explained.first { $0.finalRecipient == address }
                    ?? {
                        var report = RecipientReport()
                        report.finalRecipient = address
                        report.explanation = Array(prose.text[prose.head].prefix(ProseReader.explanationBytes))
                        return report
                    }()
            }
        }
        let gate = Gate(
            envelope, message, subject: subject, signals: reader.signals, dialect: dialect,
            hasFailedField: !failed.isEmpty, original: original)
        guard gate.isReport else { return nil }
        if reports.isEmpty, original.exists, !original.recipients.isEmpty,
            original.recipients.count <= 1 || gate.isCertain
        {
            // The report names nobody: the one that the returned message went to.
            reports = original.recipients.prefix(1).map { address in
                var report = RecipientReport()
                report.finalRecipient = address
                report.explanation = Array(prose.text[prose.head].prefix(ProseReader.explanationBytes))
                return report
            }
        }
        guard !reports.isEmpty else { return nil }
        let isDelay =
            (subject[.delay] != nil || reader.signals.contains(.delay)) && !reader.signals.contains(.final)
            && subject[.failure] == nil
            || (subject[.delay] != nil && reader.signals.contains(.delay))
        if isDelay { for index in reports.indices { reports[index].isDelayed = true } }
        var verdict = Verdict(messageClass: .notABounce)
        verdict.dialect = dialect
        judgeAll(
            reports, dialect: dialect, reportingMTA: nil, into: &verdict,
            fallback: Array(prose.text[prose.head].prefix(ProseReader.explanationBytes)))
        classify(&verdict, postfixSender: nil)
        return verdict
    }

    // MARK: judging

    private mutating func judgeAll(
        _ reports: [RecipientReport], dialect: String?, reportingMTA: String?, into verdict: inout Verdict,
        fallback: [UInt8] = []
    ) {
        let known = reports.compactMap(\.address) + original.recipients
        let tag = VERP.recipient(in: envelope.deliveredTo, delimiters: settings.verpDelimiters, known: known)
        var explained: ProseReader?
        for report in reports.prefix(Limits.recipients) {
            guard var address = report.address else { continue }
            if let tag { address = tag }
            let outcome: Outcome
            switch report.action {
            case "delivered", "relayed", "expanded", "deliverable":
                outcome = Outcome(
                    address: address, kind: .delivered, reason: .delivered, status: report.status?.description,
                    action: report.action, remoteMTA: report.remoteMTA)
            default:
                outcome = failure(
                    report, address: address, reportingMTA: reportingMTA, explained: &explained, fallback: fallback,
                    isAlone: reports.count == 1)
            }
            var settled = outcome
            settled.isVERP = tag != nil
            if let final = report.finalRecipient, final != address, final.contains("@") { settled.finalAddress = final }
            merge(settled, into: &verdict.recipients)
        }
    }

    /// Several failures of one address (an alias that led to many) are one outcome: the worst.
    private func merge(_ outcome: Outcome, into list: inout [Outcome]) {
        if let index = list.firstIndex(where: { $0.address == outcome.address }) {
            if outcome.kind < list[index].kind { list[index] = outcome }
        } else {
            list.append(outcome)
        }
    }

    private mutating func failure(
        _ report: RecipientReport, address: String, reportingMTA: String?, explained: inout ProseReader?,
        fallback: [UInt8], isAlone: Bool
    ) -> Outcome {
        let diagnostic = Charset.utf8(report.diagnostic, charset: nil)
        var facts = FailureFacts()
        facts.status = report.status
        facts.isDelayed = report.action == "delayed" || report.isDelayed
        facts.hosts = [report.remoteMTA, reportingMTA, address.split(separator: "@").last.map(String.init)].compactMap {
            $0
        }
        if !diagnostic.isEmpty {
            if report.diagnosticType == "x-unix",
                let number = Int(String(decoding: diagnostic, as: UTF8.self).prefix { $0.isNumber })
            {
                facts.exitStatus = number
            }
            facts.texts.append(("Diagnostic-Code", diagnostic))
        }
        var explanation = report.explanation
        if explanation.isEmpty, statusPart != nil {
            if explained == nil { explained = ProseReader(prose(), excluded: []) }
            let names = [report.finalRecipient, report.originalRecipient, address].compactMap { $0 }
            explanation = explained?.recipients.first { names.contains($0.finalRecipient ?? "") }?.explanation ?? []
            if explanation.isEmpty, isAlone {
                explanation = explained?.recipients.count == 1 ? explained?.recipients[0].explanation ?? [] : []
            }
        }
        if !explanation.isEmpty {
            facts.texts.append(("text", explanation))
            facts.command = SMTPCommand.find(in: FoldedText(explanation))
        }
        if facts.command == nil, !diagnostic.isEmpty { facts.command = SMTPCommand.find(in: FoldedText(diagnostic)) }
        var decision = judge.decide(facts)
        if !decision.isSettled, isAlone {
            let head =
                fallback.isEmpty && statusPart != nil
                ? Array(prose().text[prose().head].prefix(ProseReader.explanationBytes)) : fallback
            facts.texts.append(("text", head))
            let second = judge.decide(facts)
            if second.isSettled { decision = second }
            if facts.command == nil { facts.command = SMTPCommand.find(in: FoldedText(head)) }
        }
        var found = decision.evidence
        found.recipient = address
        evidence.append(found)
        let said = diagnostic.isEmpty ? explanation : diagnostic
        return Outcome(
            address: address, kind: decision.kind, reason: decision.reason,
            status: decision.status?.description, replyCode: decision.replyCode.map(String.init), action: report.action,
            diagnostic: Reading.oneLine(said), remoteMTA: report.remoteMTA, command: facts.command)
    }

    /// White space folded, cut at a character's end.
    private static func oneLine(_ text: [UInt8]) -> String? {
        var out: [UInt8] = []
        for byte in text {
            if byte.isSpace || byte < 0x20 || byte == 0x7F {
                if let last = out.last, last != 0x20 { out.append(0x20) }
            } else {
                out.append(byte)
            }
            if out.count >= Limits.diagnosticBytes { break }
        }
        while out.last == 0x20 { out.removeLast() }
        // Not in the middle of a character.
        while let last = out.last, out.count >= Limits.diagnosticBytes, last & 0x80 != 0 {
            out.removeLast()
            if last & 0xC0 == 0xC0 { break }
        }
        return out.isEmpty ? nil : String(decoding: out, as: UTF8.self)
    }

    // MARK: class and origin

    private func classify(_ verdict: inout Verdict, postfixSender: String?) {
        let worst = verdict.recipients.map(\.kind).min()
        verdict.messageClass =
            switch worst {
            case .hard: .hardBounce
            case .soft: .softBounce
            case .delayed: .delayNotice
            case .delivered: .deliveryReceipt
            case nil: .notABounce
            }
        verdict.origin = origin(reportingMTA: verdict.reportingMTA)
        if let special = DoubleBounce.messageClass(envelope, original, postfixSender: postfixSender) {
            verdict.messageClass = special
        }
    }

    private func origin(reportingMTA: String?) -> Origin? {
        guard envelope.hasReceived else { return nil }
        let ours = settings.localHosts
        if let reportingMTA, ours.contains(reportingMTA) { return .local }
        guard let host = envelope.localHost else { return .remote }
        if let reportingMTA, !host.isEmpty, reportingMTA != host, ours.isEmpty == false { return .remote }
        return .local
    }
}
