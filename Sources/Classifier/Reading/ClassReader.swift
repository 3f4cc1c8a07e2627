/// Determines the class of a report, and who wrote it.
struct ClassReader {
    let context: ReportContext

    /// Sets class and origin from the outcomes of the recipients.
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
            // Its recipient is the address that the first report went to, often a forged sender: not one of our
            // recipients.
            verdict.messageClass = special
            verdict.recipients = []
        }
    }

    /// Who wrote the report: our own server if its trace has the form of a local submission, *and* the server that it
    /// names is ours. The topmost fields are written by our server; all others can be forged.
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
