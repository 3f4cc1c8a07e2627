/// What a report as a whole is, and who wrote it.
struct ClassReader {
    let context: ReportContext

    /// Sets class and origin by what became of the recipients.
    func classify(_ verdict: inout Verdict, namelessKind: OutcomeKind?, postfixSender: String?) {
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
            context.envelope, context.original, prose: context.statusPart == nil ? context.prose : nil,
            postfixSender: postfixSender)
        {
            // Its recipient is whoever the first report went to, often a forged sender: nobody of ours.
            verdict.messageClass = special
            verdict.recipients = []
        }
    }

    /// Who wrote the report: our own server if its trace has the form of a local submission, *and* the server that it
    /// names is ours. The topmost fields are our server's own; what they do not say, a report from outside can.
    func origin(reportingMTA: String?) -> Origin? {
        guard context.envelope.hasReceived else { return nil }
        guard context.envelope.isMadeHere else { return .remote }
        if let reportingMTA { return isOurs(HostName.withoutDot(reportingMTA)) ? .local : .remote }
        // qmail's and Exim's plain reports name their server in From only, where it may have another name of the same domain.
        guard let from = context.envelope.from.domainPart, let receiver = context.envelope.receivingHost else {
            return .local
        }
        return isOurs(from) || HostName.haveParent(from, HostName.withoutDot(receiver)) ? .local : .remote
    }

    /// Whether a host is the one that wrote the topmost Received field, one that the configuration names, or one of the
    /// domain that the report was delivered to.
    private func isOurs(_ host: String) -> Bool {
        if context.settings.localHosts.contains(host) { return true }
        if let receiver = context.envelope.receivingHost, HostName.areRelated(host, HostName.withoutDot(receiver)) {
            return true
        }
        return context.envelope.deliveredTo.contains { address in
            address.domainPart.map { HostName.isBelow(host, $0) } ?? false
        }
    }
}
