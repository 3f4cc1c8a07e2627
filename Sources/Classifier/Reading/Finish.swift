import MIME

/// Fills in what every verdict has, whichever step made it.
struct Finish {
    let context: ReportContext

    /// - Parameter blame: how the report's recipients were identified; `nil` if there were none.
    func finish(_ verdict: consuming Verdict, blame: Blame? = nil) -> Verdict {
        verdict.arrival = context.envelope.arrival
        verdict.date = context.envelope.date
        verdict.deliveredTo = context.envelope.deliveredTo
        verdict.returnPath = verdict.deliveredTo.first.map(BATV.withoutTag).map { address in
            context.settings.returnPathPatterns.first { $0.read(address) != nil }?.text ?? address
        }
        verdict.messageID = context.envelope.messageID
        verdict.limitHit = verdict.limitHit ?? context.message.limitHit
        if verdict.messageClass == .complaint { markCutComplaint(&verdict) }
        setTrust(&verdict, blame)
        spell(&verdict)
        markOwnAddresses(&verdict)
        switch verdict.messageClass {
        case .notABounce: verdict.answer = answer()
        case .autoReply, .unsubscribe: break
        default:
            if !context.original.summary.isEmpty { verdict.original = context.original.summary }
            verdict.mailed = context.original.date
            verdict.isOfMailing = context.original.isOfMailing
        }
        return verdict
    }

    /// Who wrote the message, if nothing shows that it was a program or a list.
    private func answer() -> Verdict.Answer? {
        let (message, envelope) = (context.message, context.envelope)
        guard message.has(.inReplyTo) || envelope.deliveredTo.contains(where: { $0.contains("=") }),
            !envelope.hasNullSender, !Sender.isDaemon(envelope), !ListSign.isBulk(message, envelope),
            let from = message.withValue(.from, { AddressText.whole($0) }) ?? nil
        else { return nil }
        let machine = MachineSign(message, envelope, hasPrefix: true)
        guard !machine.isMachine, !machine.suppressesAll else { return nil }
        return Verdict.Answer(
            from: from, inReplyTo: message.withValue(.inReplyTo) { AddressText.messageID($0) } ?? nil)
    }

    /// The same for a notice. Providers hide who complained; a signed tag names the recipient.
    func finish(notice: Verdict) -> Verdict {
        var verdict = finish(notice)
        guard verdict.messageClass == .complaint, verdict.trust == .valid, let tagged = verdict.taggedRecipient,
            !verdict.recipients.contains(where: { $0.address.lowercased() == tagged })
        else { return verdict }
        verdict.recipients = [Outcome(address: tagged, kind: .delivered, reason: .feedback, isVERP: true)]
        return verdict
    }

    /// Marks a feedback report whose fields, or the addresses in them, exceed the limits.
    private func markCutComplaint(_ verdict: inout Verdict) {
        let message = context.message
        let report = message.parts.first { $0.type == .messageFeedbackReport && !$0.isEnclosed }
        verdict.listEndsMessage = report.map { $0.body.upperBound >= message.bytes.count } ?? false
        if verdict.recipients.count >= Limits.recipients || (report?.body.count ?? 0) > message.limits.decodedBytes {
            verdict.cutList(UnjudgedReport.tooMany)
        }
    }

    /// Sets the trust of the tag.
    private func setTrust(_ verdict: inout Verdict, _ blame: Blame?) {
        var addresses = context.envelope.deliveredTo
        if verdict.messageClass == .complaint {
            // Complaints go to a separate address; the tag is in their fields about the mail.
            addresses += Complaint.returnPaths(context.message) + [context.original.returnPath].compactMap { $0 }
        }
        let bytes = context.message.bytes
        verdict.tagID = VERP.id(
            in: addresses + [context.original.returnPath].compactMap(\.self), settings: context.settings
        ) { Spelling.asSeen($0, in: bytes.span) }
        guard blame?.hasToken != true else { return }
        let found =
            blame?.tag
            ?? VERP.tag(
                in: addresses, settings: context.settings, known: context.original.recipients,
                arrival: context.envelope.arrival)
        guard let found else { return }
        verdict.trust = found.trust
        verdict.taggedRecipient = found.recipient
    }

    /// Spells the recipients as the message does.
    private func spell(_ verdict: inout Verdict) {
        guard verdict.recipients.count <= Spelling.maximumRecipients else { return }
        let bytes = context.message.bytes
        for index in verdict.recipients.indices {
            let address = verdict.recipients[index].address
            let seen = Spelling.asSeen(address, in: bytes.span)
            guard seen != address else { continue }
            verdict.recipients[index].address = seen
            for step in verdict.evidence.indices where verdict.evidence[step].recipient == address {
                verdict.evidence[step].recipient = seen
            }
        }
    }

    /// Marks recipients that are our own addresses, against which no report counts.
    private func markOwnAddresses(_ verdict: inout Verdict) {
        guard let find = context.settings.ownAddresses, !verdict.recipients.isEmpty else { return }
        let envelope = context.envelope
        var deliveredTo = envelope.deliveryAddresses
        // If no server noted whom it delivered to, the To field says it; but a complaint may be our own mail, which
        // comes back with its To field, and some reports are addressed to the recipient who failed.
        if deliveredTo.isEmpty, verdict.messageClass != .complaint {
            deliveredTo = envelope.toAddresses.filter { !context.original.recipients.contains($0) }
        }
        for index in find(verdict.recipients.map(\.address), deliveredTo) {
            let address = verdict.recipients[index].address
            // A report that was unwrapped was checked already.
            guard !verdict.recipients[index].isOwn else { continue }
            verdict.recipients[index].isOwn = true
            verdict.evidence.append(
                Evidence(rule: "own-address", at: "recipient", matched: address, recipient: address))
        }
    }
}

extension Verdict {
    /// Marks the list of recipients as incomplete, with the reason.
    mutating func cutList(_ words: String) {
        isListCut = true
        limitHit = limitHit ?? words
    }
}
