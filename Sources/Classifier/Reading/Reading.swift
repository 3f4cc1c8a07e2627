import MIME

/// One message on its way to a verdict. The steps follow the order of what decides: form, structure, prose, automatic
/// answers; a message in which none of them finds anything is no bounce.
struct Reading {
    private var context: ReportContext
    private let settings: Settings
    private let judge: Judge
    /// Wrappers that were taken off already.
    private let unwrapped: Int

    /// A gateway wraps a report once, another one perhaps the result.
    static let maximumUnwrapped = 2

    init(_ context: ReportContext, settings: Settings, judge: Judge, unwrapped: Int = 0) {
        self.context = context
        self.settings = settings
        self.judge = judge
        self.unwrapped = unwrapped
    }

    private var finish: Finish { Finish(context: context, settings: settings) }
    private var classes: ClassReader { ClassReader(context: context, localHosts: settings.localHosts) }

    mutating func verdict() -> Verdict {
        let (message, envelope) = (context.message, context.envelope)
        if let verdict = customVerdict() { return finish.finish(verdict) }
        if let notice = SpecialNotices.verdict(message, envelope, context.original) {
            return finish.finish(notice: notice)
        }
        if let notice = SNSNotification.verdict(message, envelope) {
            guard notice.pending.isEmpty else { return judged(UnjudgedReport(notice)) }
            return finish.finish(notice: notice)
        }
        // A letter's text is not read.
        if context.statusPart != nil || context.isBareStatus || !Gate.isClosed(context.hand, envelope, message) {
            context = context.withQuotedOriginal
            if let report = FieldReport(context: context).read() { return judged(report) }
            if let report = ProseReport(context, settings: settings).read() { return judged(report) }
        }
        if let report = wrappedReport() { return report }
        if let found = AutoReply.evidence(message, envelope) {
            return finish.finish(Verdict(messageClass: .autoReply, evidence: [found]))
        }
        return finish.finish(Verdict(messageClass: .notABounce))
    }

    /// What an administrator's rule about whole messages says, where one fits.
    private func customVerdict() -> Verdict? {
        for rule in settings.rules {
            guard let theirs = rule.messageClass else { continue }
            if let header = rule.header, !context.message.holds(header.name, header.contains) { continue }
            if !rule.text.isEmpty {
                let texts = [context.envelope.subjectText, FoldedText(context.prose.text)]
                guard rule.matches(text: texts) else { continue }
            }
            // A class alone charges nobody: what a bounce's recipients are stays for the rules about recipients.
            guard theirs != .hardBounce, theirs != .softBounce, theirs != .delayNotice else { continue }
            let evidence = Evidence(
                rule: rule.evidenceName, at: rule.header?.name ?? "text", matched: rule.text.first)
            return Verdict(messageClass: theirs, evidence: [evidence])
        }
        return nil
    }

    /// The verdict on a report, by what its recipients come to.
    private func judged(_ report: UnjudgedReport) -> Verdict {
        let judgement = RecipientJudge(context: context, settings: settings, judge: judge).judgement(on: report)
        var verdict = Verdict(
            messageClass: .notABounce, dialect: report.dialect, reportingMTA: report.reportingMTA,
            recipients: judgement.outcomes, evidence: judgement.evidence + report.evidence)
        verdict.listEndsMessage = report.listEndsMessage
        if let words = report.listCut { verdict.cutList(words) }
        if report.recipients.count > Limits.recipients { verdict.cutList(UnjudgedReport.tooMany) }
        verdict.limitHit = verdict.limitHit ?? judgement.limitHit
        classes.classify(&verdict, namelessKind: judgement.namelessKind, postfixSender: report.postfixSender)
        return finish.finish(verdict, blame: judgement.blame)
    }

    /// A gateway that puts a whole report into a message of its own and names nobody itself. A person who forwards a
    /// report is no gateway.
    private func wrappedReport() -> Verdict? {
        let (message, envelope) = (context.message, context.envelope)
        guard unwrapped < Reading.maximumUnwrapped, context.original.isWrapped,
            envelope.hasNullSender || context.hand.isDaemon,
            let holder = message.parts.indices.first(where: {
                message.parts[$0].type == .messageRFC822 && !message.parts[$0].isEnclosed
            })
        else { return nil }
        let inner = Message(parsing: message.bytes.span.copy(message.parts[holder].body))
        var reading = Reading(
            ReportContext(inner, wrapper: envelope), settings: settings, judge: judge, unwrapped: unwrapped + 1)
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
    fileprivate init(_ notice: Verdict) {
        self.init(
            recipients: notice.pending, dialect: notice.dialect, reportingMTA: notice.reportingMTA,
            evidence: notice.evidence)
    }
}
