import MIME

/// Whether prose may be a report at all. Sentences alone never suffice: people forward, quote and discuss bounces, and
/// phishing imitates them.
struct Gate {
    let isReport: Bool
    /// So plainly a report that the addressee may be taken from the returned message.
    let isCertain: Bool
    /// Something other than words says that a program wrote it.
    let isByMachine: Bool

    init(
        _ envelope: Envelope, _ message: Message, subject: FoundGroups<SubjectSignal>,
        signals: FoundGroups<ProseSignal>,
        dialect: String?,
        hasFailedField: Bool, original: Original
    ) {
        let isList = message.has(Names.listUnsubscribe) || message.has(Names.listID)
        var score = 0
        if envelope.hasNullSender { score += 2 }
        if Sender.isDaemon(envelope) { score += 2 }
        if subject[.failure] != nil || subject[.delay] != nil { score += 2 }
        if signals.contains(.failure) || signals.contains(.delay) { score += 2 }
        if hasFailedField { score += 3 }
        if dialect != nil { score += 2 }
        if original.exists { score += 1 }
        if envelope.autoSubmitted.hasPrefix("auto-") { score += 1 }
        // A person's forward: a prefix in the subject, and a sender that is no daemon.
        let isForward = subject[.forwarded] != nil && !Sender.isDaemon(envelope) && !envelope.hasNullSender
        // A bounce that came by way of a mailing list carries the list's marks; only a daemon's word counts there.
        let isListed =
            isList && !(Sender.isDaemon(envelope) && score >= 6)
        isReport = !isListed && !isForward && score >= 4
        isCertain = isReport && score >= 5
        isByMachine =
            envelope.hasNullSender || Sender.isDaemon(envelope) || hasFailedField || dialect != nil || original.exists
            || envelope.autoSubmitted.hasPrefix("auto-")
    }
}
