import MIME

/// Reads a report's delivery-status fields (RFC 3464), with what the prose says next to them.
struct FieldReport {
    let context: ReportContext

    /// The report, or `nil` if the message has no such fields or these name nobody.
    func read() -> UnjudgedReport? {
        guard let part = context.statusPart else {
            guard context.isBareStatus else { return nil }
            let bytes = context.message.bytes
            var status = DeliveryStatus(bytes.span.extracting(0..<min(bytes.count, Limits.deliveryStatusBytes)))
            status.isTruncated = status.isTruncated || bytes.count > Limits.deliveryStatusBytes
            return report(of: status, dialect: context.dialect(isPostfix: status.isPostfix), doubt: nil)
        }
        guard isOfReport(part) else { return nil }
        let status = context.message.withDecodedBody(ofPart: part, limit: Limits.deliveryStatusBytes) { fields in
            var status = DeliveryStatus(fields)
            status.isTruncated = status.isTruncated || fields.count >= Limits.deliveryStatusBytes
            return status
        }
        return report(of: status, dialect: context.dialect(isPostfix: status.isPostfix), doubt: doubt)
    }

    /// People attach a report's fields to a message of their own.
    private func isOfReport(_ part: Int) -> Bool {
        context.hand.isMachine
            || context.message.parts[part].parent.map { context.message.parts[$0].type == .multipartReport } ?? false
    }

    /// No delimiter after the fields: the report was truncated in the middle of them.
    var doubt: Doubt? {
        guard let part = context.statusPart, isOfReport(part), context.message.parts[part].parent != nil else {
            return nil
        }
        return context.endsMessage(part) ? .cutOff : nil
    }

    /// What the fields say, wherever they are.
    func report(of status: consuming DeliveryStatus, dialect: Dialect?, doubt: Doubt?) -> UnjudgedReport? {
        // They are changed in place, not in a copy.
        var recipients: [RecipientReport] = []
        swap(&recipients, &status.recipients)
        fillAddress(&recipients)
        if status.isPostfix { explainPostfix(&recipients) }
        if recipients.contains(where: { $0.explanation.isEmpty }) { explain(&recipients) }
        dialect?.apply(to: &recipients, context)
        guard recipients.contains(where: { $0.address != nil || $0.isUnreadable }) else { return nil }
        return UnjudgedReport(
            recipients: recipients, dialect: dialect?.name ?? "rfc3464", reportingMTA: status.reportingMTA,
            postfixSender: status.postfixSender, doubt: doubt,
            listCut: status.isTruncated ? UnjudgedReport.tooMany : nil,
            listEndsMessage: context.statusPart.map(context.endsMessage) ?? true)
    }

    /// A report whose fields name nobody may do so elsewhere.
    private func fillAddress(_ reports: inout [RecipientReport]) {
        guard reports.count == 1, reports[0].address?.isAddress != true else { return }
        let named = context.failedRecipients
        if !named.isComplete {
            reports[0].isUnreadable = true
        } else if let failed = named.addresses.first, named.addresses.count == 1 || !reports[0].isUnreadable {
            reports[0].originalRecipient = failed
            reports[0].isUnreadable = false
        } else if reports[0].isUnreadable {
            return
        } else {
            let reader = ProseReader(context.prose, excluded: context.excludedAddresses)
            if let found = reader.recipients.first?.address {
                reports[0].originalRecipient = found
            } else if !reader.hasUnreadable,
                let unnamed = VERP.unnamed(context.envelope, context.original, context.settings)
            {
                reports[0].originalRecipient = unnamed.tag.recipient
            } else if context.original.recipients.count == 1, !reader.hasUnreadable {
                reports[0].originalRecipient = context.original.recipients[0]
            }
        }
    }

    /// Adds what the prose says about a recipient to what the fields say.
    private func explain(_ reports: inout [RecipientReport]) {
        let reader = ProseReader(context.prose, excluded: [])
        let known = reader.firstByRecipient
        for index in reports.indices where reports[index].explanation.isEmpty {
            let names = [reports[index].finalRecipient, reports[index].originalRecipient]
            if let found = names.compactMap({ known[$0] }).min() {
                reports[index].explanation = reader.recipients[found].explanation
                reports[index].mailedAddress = reader.recipients[found].mailedAddress
            } else if reports.count == 1, reader.recipients.count == 1 {
                reports[index].explanation = reader.recipients[0].explanation
                reports[index].mailedAddress = reader.recipients[0].mailedAddress
            }
        }
    }

    /// Postfix writes a paragraph for each recipient that starts with its address (bounce(8)): the rest need not be
    /// parsed.
    private func explainPostfix(_ reports: inout [RecipientReport]) {
        guard
            let part = context.message.parts.indices.first(where: {
                context.message.parts[$0].type == .textPlain && !context.message.parts[$0].isEnclosed
            })
        else { return }
        let bytes = context.message.bytes
        let span = bytes.span
        let body = context.message.parts[part].body
        let paragraphs = span.paragraphs(
            startingWith: reports.lazy.compactMap { $0.finalRecipient ?? $0.originalRecipient }, in: body)
        var room = Limits.explanationBytes
        for index in reports.indices {
            guard let address = reports[index].finalRecipient ?? reports[index].originalRecipient,
                let start = paragraphs[address]
            else { continue }
            let end = span.endOfParagraph(
                from: start, before: min(body.upperBound, start + ProseReader.explanationBytes))
            room -= end - start
            guard room >= 0 else { return }
            reports[index].explanation = span.copy(start..<end)
            reports[index].mailedAddress =
                ForwardingNote.read(span, after: start + 1 + address.utf8.count, before: end)?.mailed
        }
    }
}
