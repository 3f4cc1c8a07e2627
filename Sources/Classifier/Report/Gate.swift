import MIME

/// Whether prose may be a report at all. Sentences alone never suffice: people forward, quote and discuss bounces, and
/// phishing imitates them. Phishing about full mailboxes and waiting mail is sent from somebody's mailbox, and cannot
/// return a mail of ours.
struct Gate {
    let isReport: Bool
    /// The report returns the mail that failed, or names its recipient in a field: only a server that had the mail can.
    let hasProof: Bool
    /// It quotes a reply with a code.
    let hasReply: Bool
    /// A daemon's address wrote it, with the null sender.
    let isFromDaemon: Bool
    /// It was sent from a mailbox of somebody else: RFC 5321 section 4.5.5 asks reports for the null sender. Mail that
    /// our own lists and aliases forward has a sender of theirs.
    let isFromMailbox: Bool

    init(
        _ hand: Hand, _ envelope: Envelope, _ message: Message,
        signals: FoundGroups<ProseSignal>, hasDialect: Bool, isList: Bool, original: Original, reply: SMTPReply,
        isTagged: @autoclosure () -> Bool
    ) {
        let hasFailedField = message.has(Names.xFailedRecipients)
        hasProof = original.exists || hasFailedField
        hasReply = reply.code != nil || reply.status != nil
        isFromDaemon = Sender.isDaemon(envelope.from) && envelope.hasNullSender
        var score = 0
        if envelope.hasNullSender { score += 2 }
        if hand.isDaemon { score += 2 }
        let isAnnounced = Gate.isAnnounced(envelope)
        if isAnnounced { score += 2 }
        if signals.contains(.failure) || signals.contains(.delay) { score += 2 }
        if hasFailedField { score += 3 }
        if hasDialect { score += 2 }
        if original.exists { score += 1 }
        if envelope.autoSubmitted.hasPrefix("auto-") { score += 1 }
        // A bounce that came through a mailing list has the list's fields; there it must come from a daemon, or list
        // recipients under a subject that announces it.
        let isListed =
            message.isOfList
            && !(hand.isDaemon && score >= 6 || isAnnounced && isList && signals.contains(.failure))
        // Somebody's absence note may speak of mail that is not delivered; no daemon wrote it, and nothing announces it.
        let isAnswer =
            envelope.autoSubmitted.hasPrefix("auto-replied") && !hand.isDaemon && !isAnnounced && !hasFailedField
            && !original.exists
        // Words of a failure are required: servers also write about what they do deliver.
        let tellsFailure =
            isAnnounced || signals.contains(.failure) || signals.contains(.delay)
            || envelope.subjectSignals.contains(.success) || hasReply
            || hasFailedField
        let refuses = (reply.code ?? 0) >= 400 || (reply.status?.statusClass ?? 0) >= 4
        isFromMailbox = Gate.isFromMailbox(envelope)
        isReport =
            tellsFailure && !isListed && !isAnswer
            // Only the servers that our mail passed know a tag.
            && (score >= 4 || refuses && envelope.hasNullSender && isTagged())
            && (hand.isMachine || isList && !hand.isPersonal)
            && !Gate.isForward(hand, envelope)
    }

    /// Whether the header alone says that the message is not a report, whatever its words are.
    static func isClosed(_ hand: Hand, _ envelope: Envelope, _ message: Message) -> Bool {
        if isForward(hand, envelope) || !hand.isMachine && hand.isPersonal { return true }
        return !hand.isDaemon && !isAnnounced(envelope) && message.isOfList
    }

    private static func isFromMailbox(_ envelope: Envelope) -> Bool {
        guard let path = envelope.returnPath, !path.isEmpty, !Sender.isDaemon(path) else { return false }
        guard let domain = path.domainPart else { return true }
        return !envelope.deliveredTo.contains { $0.domainPart.map { HostName.areRelated($0, domain) } ?? false }
    }

    /// Forwarded by a person: a prefix in the subject, and a sender that is not a daemon.
    private static func isForward(_ hand: Hand, _ envelope: Envelope) -> Bool {
        envelope.subjectSignals.contains(.forwarded) && !hand.isDaemon && !envelope.hasNullSender
    }

    /// The subject says that something failed or is late.
    static func isAnnounced(_ envelope: Envelope) -> Bool {
        envelope.subjectSignals.contains(.failure) || envelope.subjectSignals.contains(.delay)
    }
}
