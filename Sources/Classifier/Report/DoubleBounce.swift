/// Reports about reports, and the postmaster's copies of single ones.
enum DoubleBounce {
    /// The class that replaces the recipients' outcome, or nil for a report to the sender.
    ///
    /// Postfix sends both from `double-bounce@`; X-Postfix-Sender names the sender of the mail that failed: its own
    /// MAILER-DAEMON in a double bounce, somebody else in a copy (bounce(8), notify_classes).
    static func messageClass(_ envelope: Envelope, _ original: Original, prose: Prose?, postfixSender: String?)
        -> MessageClass?
    {
        let isCopy =
            envelope.returnPath?.hasPrefix("double-bounce@") == true
            || envelope.subjectSignals[.postmasterCopy] != nil
            || envelope.autoSubmitted.contains("postmaster-notification")
        if isCopy {
            // A returned header without Return-Path still has its From; a bounce's is the daemon.
            let sender = postfixSender ?? original.returnPath ?? original.summary.from ?? ""
            return sender.isEmpty || sender.hasPrefix("mailer-daemon") || sender.hasPrefix("double-bounce")
                ? .doubleBounce : .postmasterNotice
        }
        // qmail: "I tried to deliver a bounce message to this address, but the bounce bounced!"
        if let prose, prose.mayHold("bounce", inFirst: 2_000) {
            let head = FoldedText(
                prose.text.span.extracting(prose.head.lowerBound..<min(prose.head.upperBound, 2_000)))
            if head.contains("the bounce bounced") || head.contains("double bounce") { return .doubleBounce }
        }
        if original.isReport || postfixSender.map(isMailSystem) ?? false { return .doubleBounce }
        if let from = original.summary.from {
            // Servers return headers with and without the Return-Path that they wrote.
            let path = original.returnPath ?? ""
            let isFromDaemon = from.hasPrefix("mailer-daemon") && (path.isEmpty || isMailSystem(path))
            let isFromPostmaster = from.hasPrefix("postmaster@") && (original.returnPath.map(isMailSystem) ?? false)
            if isFromDaemon || isFromPostmaster { return .doubleBounce }
        }
        if original.returnPath?.isEmpty == true {
            // People have a name in From; if the header was cut before it, only the null sender is known.
            guard original.summary.from != nil else { return .doubleBounce }
            let subject = FoldedText(Array((original.summary.subject ?? "").utf8))
            if SubjectPhrases.groups.find(in: subject)[.failure] != nil { return .doubleBounce }
        }
        return nil
    }

    /// Whether a report that does not name the sender of the message went to a mail system's own mailbox. Reports go to
    /// the sender of the message; the postmaster may get a copy, or a bounce that bounced, about an address that we
    /// never mailed.
    static func isUnsigned(_ envelope: Envelope, _ original: Original) -> Bool {
        guard original.returnPath == nil, original.summary.from == nil, let reader = envelope.deliveredTo.first else {
            return false
        }
        return isMailSystem(reader) || reader.hasPrefix("postmaster@")
    }

    /// The null sender, and the names under which mail systems send reports.
    private static func isMailSystem(_ address: String) -> Bool {
        address.isEmpty || address == "mailer-daemon" || address.hasPrefix("mailer-daemon@")
            || address.hasPrefix("double-bounce@")
    }
}
