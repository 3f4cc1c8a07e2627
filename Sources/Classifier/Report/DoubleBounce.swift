/// Reports about reports, and the postmaster's copies of single ones.
enum DoubleBounce {
    /// The class that takes the place of the recipients' outcome, or nil for a report to the sender.
    ///
    /// Postfix sends both from `double-bounce@`; X-Postfix-Sender names the sender of the mail that failed: its own
    /// MAILER-DAEMON in a double bounce, somebody else in a copy (bounce(8), notify_classes).
    static func messageClass(_ envelope: Envelope, _ original: Original, prose: Prose?, postfixSender: String?)
        -> MessageClass?
    {
        let isCopy =
            envelope.returnPath?.hasPrefix("double-bounce@") == true
            || SubjectPhrases.groups.find(in: envelope.subjectText)[.postmasterCopy] != nil
            || envelope.autoSubmitted.contains("postmaster-notification")
        if isCopy {
            // A returned header without Return-Path still has its From; a bounce's is the daemon.
            let sender = postfixSender ?? original.returnPath ?? original.summary.from ?? ""
            return sender.isEmpty || sender.hasPrefix("mailer-daemon") || sender.hasPrefix("double-bounce")
                ? .doubleBounce : .postmasterNotice
        }
        // qmail: "I tried to deliver a bounce message to this address, but the bounce bounced!"
        if let prose {
            let head = FoldedText(
                prose.text.span.extracting(prose.head.lowerBound..<min(prose.head.upperBound, 2_000)))
            if head.contains("the bounce bounced") || head.contains("double bounce") { return .doubleBounce }
        }
        if original.isReport { return .doubleBounce }
        if let path = original.returnPath,
            path.isEmpty || path.hasPrefix("mailer-daemon@") || path.hasPrefix("double-bounce@"),
            original.summary.from?.hasPrefix("mailer-daemon") == true
                || original.summary.from?.hasPrefix("postmaster") == true
        {
            return .doubleBounce
        }
        return nil
    }
}
