import MIME

/// The parts of a message that readers use: its envelope, its prose, the message that it returns. All of it can be
/// forged, except what our own server wrote into the header.
///
/// A class since all readers share it: a copy for each costs more than some of them do.
final class ReportContext {
    let message: Message
    let settings: Settings
    let envelope: Envelope
    let hand: Hand
    /// The prose before the returned message, split into lines when it is first asked for: most reports need none of it.
    let lazyProse: LazyProse
    private(set) var original: Original

    /// - Parameter wrapper: the envelope of the message in which a gateway sent this one.
    init(_ message: Message, _ settings: Settings, wrapper: Envelope? = nil) {
        self.message = message
        self.settings = settings
        let envelope = Envelope(message)
        hand = Hand(envelope, message)
        self.envelope = wrapper.map(envelope.delivered(by:)) ?? envelope
        original = Original(message, captured: settings.capturedHeaders)
        lazyProse = LazyProse(message)
    }

    var prose: Prose { lazyProse.value }

    /// Reads the returned message if it is quoted in the text.
    func readQuotedOriginal() {
        guard !original.exists, let start = prose.quotedAt else { return }
        original.read(header: Array(prose.text[start...].drop { $0.isSpace }.prefix(Limits.quotedHeaderBytes)))
    }

    /// The server whose report format it has, or nil.
    ///
    /// - Parameter isPostfix: whether the report's fields say so.
    func dialect(isPostfix: Bool) -> Dialect? {
        Dialects.find(message, envelope, isPostfix: isPostfix, prose: lazyProse)
    }

    // MARK: structure

    /// The delivery-status part of the report itself; one within an enclosed message is a quotation.
    var statusPart: Int? {
        message.parts.indices.first {
            message.parts[$0].type == .messageDeliveryStatus && !message.parts[$0].isEnclosed
        }
    }

    /// The file is only a delivery-status part: its header has the fields about the message.
    var isBareStatus: Bool {
        (message.has(Names.reportingMTA) || message.has(Names.finalRecipient)) && !message.has(.from)
            && !message.has(.subject) && !message.has(.received)
    }

    /// Whether a part extends to the end of what was read: no delimiter closes it.
    func endsMessage(_ part: Int) -> Bool { message.parts[part].body.upperBound >= message.bytes.count }

    /// No delimiter closes the last part: more parts may have followed, with other information.
    var endsWithinParts: Bool {
        message.parts[0].type == .multipartReport && message.parts.last?.body.upperBound ?? 0 >= message.bytes.count
    }

    // MARK: addresses

    /// Our own addresses, which are in every report and never failed.
    var excludedAddresses: Set<String> {
        var excluded = Set(original.senders)
        for address in envelope.deliveredTo { excluded.insert(address) }
        if !envelope.from.isEmpty { excluded.insert(envelope.from) }
        // A sender who mails himself may still fail.
        if original.recipients.count == 1, !envelope.deliveredTo.contains(original.recipients[0]) {
            excluded.remove(original.recipients[0])
        }
        return excluded
    }

    /// What X-Failed-Recipients lists, and whether all of it are addresses.
    var failedRecipients: (addresses: [String], isComplete: Bool) {
        guard let field = message.field(Names.xFailedRecipients) else { return ([], true) }
        let isCut = field.value.count > message.limits.fieldBytes
        var failed = message.withValue(of: field) { AddressText.members(of: $0, limit: Limits.recipients) }
        if isCut {
            failed.isComplete = false
            failed.addresses = failed.addresses.dropLast()
        }
        return failed
    }

    // MARK: prose

    /// The lines of the prose, folded, each with its place.
    func line(_ number: Int) -> FoldedText { FoldedText(prose.text.span.extracting(prose.lines[number])) }

    /// The first line that holds the words, or nil.
    func firstLine(holding words: String) -> Int? {
        prose.lines.indices.first { line($0).contains(words) }
    }

    /// The head of the prose, folded.
    var head: FoldedText { FoldedText(prose.text.span.extracting(prose.head)) }

    /// As much of the head as explains a failure.
    private(set) lazy var headText = Array(prose.text[prose.head].prefix(ProseReader.explanationBytes))

    /// The same as a statement, for the only recipient of a report.
    private(set) lazy var headStatement = Statement(.text, headText, by: .template)
}
