import MIME

/// One message on its way to a verdict. The steps follow the order of what decides: form, structure, prose, automatic
/// answers; a message in which none of them finds anything is not a bounce.
struct Reading {
    private let context: ReportContext
    private let judge: Judge
    /// The number of wrappers that were already removed.
    private let unwrapped: Int

    /// A gateway wraps a report once, another one perhaps the result.
    static let maximumUnwrapped = 2

    init(_ context: ReportContext, judge: Judge, unwrapped: Int = 0) {
        self.context = context
        self.judge = judge
        self.unwrapped = unwrapped
    }

    private var finish: Finish { Finish(context: context) }
    private var classes: ClassReader { ClassReader(context: context) }

    func verdict() -> Verdict {
        if let verdict = customVerdict() { return finish.finish(verdict) }
        if let notice = SpecialNotices.verdict(context.message, context.envelope, context.original) {
            return finish.finish(notice: notice)
        }
        if let notice = SNSNotification(context.message, context.envelope) {
            guard notice.reports.isEmpty else { return judged(UnjudgedReport(notice)) }
            return finish.finish(notice: notice.verdict)
        }
        if context.statusPart != nil || context.original.isWrapped,
            let found = AutoReply.evidenceBesideReport(context.message, context.envelope)
        {
            return autoReply(found)
        }
        // The text of personal mail is not read.
        if context.statusPart != nil || context.isBareStatus
            || !Gate.isClosed(context.hand, context.envelope, context.message)
        {
            context.readQuotedOriginal()
            if let report = FieldReport(context: context).read() { return judged(report) }
            if let report = ProseReport(context).read() { return judged(report) }
        }
        if let report = wrappedReport() { return report }
        if let request = UnsubscribeRequest.verdict(context.message, context.envelope, context.settings) {
            return finish.finish(request)
        }
        if let found = AutoReply.evidence(context.message, context.envelope) { return autoReply(found) }
        return finish.finish(Verdict(messageClass: .notABounce))
    }

    /// The verdict on a service's event.
    func verdict(of event: ServiceEventReading) -> Verdict {
        var verdict =
            event.reports.isEmpty
            ? finish.finish(event.verdict)
            : judged(
                UnjudgedReport(
                    recipients: event.reports, dialect: event.verdict.dialect, evidence: event.verdict.evidence))
        event.complete(&verdict, context.settings)
        return verdict
    }

    private func autoReply(_ found: Evidence) -> Verdict {
        finish.finish(Verdict(messageClass: .autoReply, evidence: [found]))
    }

    /// What an administrator's rule about whole messages says, if one fits.
    private func customVerdict() -> Verdict? {
        for rule in context.settings.rules {
            guard let theirs = rule.messageClass else { continue }
            if let header = rule.header, !context.message.holds(header.name, header.contains) { continue }
            if !rule.text.isEmpty {
                let texts = [context.envelope.subjectText, FoldedText(context.prose.text)]
                guard rule.matches(text: texts) else { continue }
            }
            // A class alone counts against nobody: a bounce's recipients are left to the rules about recipients.
            guard theirs != .hardBounce, theirs != .softBounce, theirs != .delayNotice else { continue }
            let evidence = Evidence(
                rule: rule.evidenceName, at: rule.header?.name ?? "text", matched: rule.text.first)
            return Verdict(messageClass: theirs, evidence: [evidence])
        }
        return nil
    }

    /// The verdict on a report, from the results for its recipients.
    private func judged(_ report: UnjudgedReport) -> Verdict {
        let judgement = RecipientJudge(context: context, judge: judge).judgement(on: report)
        var verdict = Verdict(
            messageClass: .notABounce, dialect: report.dialect, reportingMTA: report.reportingMTA,
            recipients: judgement.outcomes,
            evidence: report.evidence.isEmpty ? judgement.evidence : judgement.evidence + report.evidence)
        verdict.listEndsMessage = report.listEndsMessage
        if let words = report.listCut { verdict.cutList(words) }
        if report.recipients.count > Limits.recipients { verdict.cutList(UnjudgedReport.tooMany) }
        verdict.limitHit = verdict.limitHit ?? judgement.limitHit
        classes.classify(&verdict, namelessKind: judgement.namelessKind, postfixSender: report.postfixSender)
        return finish.finish(verdict, blame: judgement.blame)
    }

    /// The report within a message of a gateway that names nobody itself. A person who forwards a report is not a
    /// gateway.
    private func wrappedReport() -> Verdict? {
        guard unwrapped < Reading.maximumUnwrapped, context.original.isWrapped,
            context.envelope.hasNullSender || context.hand.isDaemon,
            let holder = context.message.parts.indices.first(where: {
                context.message.parts[$0].type == .messageRFC822 && !context.message.parts[$0].isEnclosed
            })
        else { return nil }
        let (message, envelope) = (context.message, context.envelope)
        let inner = Message(parsing: message.bytes.span.copy(message.parts[holder].body))
        let reading = Reading(
            ReportContext(inner, context.settings, wrapper: envelope), judge: judge, unwrapped: unwrapped + 1)
        var verdict = reading.verdict()
        guard !verdict.recipients.isEmpty else { return nil }
        verdict.arrival = envelope.arrival ?? verdict.arrival
        verdict.date = envelope.date ?? verdict.date
        verdict.messageID = envelope.messageID ?? verdict.messageID
        verdict.origin = classes.origin(reportingMTA: verdict.reportingMTA)
        verdict.evidence.append(Evidence(rule: "wrapped-report", at: "message/rfc822"))
        return verdict
    }
}

extension UnjudgedReport {
    /// What a notification lists.
    fileprivate init(_ notice: SNSNotification) {
        self.init(
            recipients: notice.reports, dialect: notice.verdict.dialect, reportingMTA: notice.verdict.reportingMTA,
            evidence: notice.verdict.evidence)
    }
}
