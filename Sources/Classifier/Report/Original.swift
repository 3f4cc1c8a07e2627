import MIME

/// The message that a report is about, as far as the report returns it.
struct Original: Sendable {
    var summary = OriginalMessage()
    /// Addresses of To and Cc, and of `for <…>` in its Received fields, lower case.
    var recipients: [String] = []
    /// Addresses that sent it: Return-Path, From, Sender, Reply-To.
    var senders: [String] = []
    /// Its envelope sender: nil where nothing says, empty for the null sender.
    var returnPath: String?
    /// It is itself a report: what returns it is a double bounce.
    var isReport = false
    /// It has a report's form (multipart/report about a delivery), whoever sent it.
    var isWrapped = false
    var exists = false

    init() {}

    /// Reads it from the report's parts.
    init(_ message: Message) {
        for (index, part) in message.parts.enumerated() where !part.isEnclosed && index > 0 {
            switch part.type {
            case .messageRFC822:
                if part.encoding == .identity, let child = message.parts.firstIndex(where: { $0.parent == index }) {
                    read(message, part: child)
                } else {
                    read(header: message.decodedBody(ofPart: index))
                }
                return
            case .textHeaders:
                read(header: message.decodedBody(ofPart: index))
                return
            default: continue
            }
        }
    }

    /// Reads a header block; what follows it does not matter.
    mutating func read(header bytes: [UInt8]) {
        let head = bytes.count > Limits.quotedHeaderBytes ? Array(bytes[..<Limits.quotedHeaderBytes]) : bytes
        read(Message(parsing: head), part: 0)
    }

    private mutating func read(_ message: Message, part: Int) {
        exists = !message.parts[part].fields.isEmpty
        guard exists else { return }
        summary.messageID = message.value(.messageID, in: part).flatMap(AddressText.messageID)
        summary.subject = message.text(.subject, in: part)
        if let value = message.value(.from, in: part) { summary.from = AddressText.first(in: value) }
        if let value = message.value(.returnPath, in: part) {
            returnPath = AddressText.path(value)
        }
        for name in [FieldName.returnPath, .from, .sender, .replyTo] {
            if let value = message.value(name, in: part), let address = AddressText.first(in: value) {
                add(\.senders, address)
            }
        }
        for name in [FieldName.to, .cc, Names.xOriginalTo, Names.deliveredTo, Names.envelopeTo, Names.xEnvelopeTo] {
            for field in message.allFields(name, in: part).prefix(4) {
                for address in AddressText.all(in: message.value(of: field), limit: 50) { add(\.recipients, address) }
            }
        }
        for field in message.allFields(.received, in: part).prefix(8) {
            let value = message.value(of: field)
            if let mark = Original.mark(behindFor: value.span) {
                if let address = AddressText.first(in: Array(value[mark...].prefix(400))) { add(\.recipients, address) }
            }
        }
        let isMultipartReport = message.parts[part].type == .multipartReport && !isFeedback(message)
        let sender = summary.from ?? ""
        isWrapped = isMultipartReport
        isReport =
            isMultipartReport
            && (returnPath.map { $0.isEmpty || $0.hasPrefix("mailer-daemon") } ?? sender.hasPrefix("mailer-daemon"))
    }

    private func isFeedback(_ message: Message) -> Bool {
        message.parts.contains { $0.type == .messageFeedbackReport || $0.type == .messageDisposition }
    }

    private mutating func add(_ list: WritableKeyPath<Original, [String]>, _ address: String) {
        if !self[keyPath: list].contains(address) { self[keyPath: list].append(address) }
    }

    /// Where the address starts in `… for <bob@dest.example>; date` (RFC 5321 section 4.4).
    private static func mark(behindFor value: Span<UInt8>) -> Int? {
        var from = 0
        while let hit = value.firstIndex(of: UInt8(ascii: "<"), in: from..<value.count) {
            from = hit + 1
            if hit >= 5, value.equals(" for ", ignoringCaseIn: (hit - 5)..<hit) { return hit }
        }
        return nil
    }

    /// Where `words`, lower case, stand in `bytes`, in any case.
    static func position(of words: String, in bytes: [UInt8]) -> Int? {
        let needle = Array(words.utf8)
        guard !needle.isEmpty, bytes.count >= needle.count else { return nil }
        for start in 0...(bytes.count - needle.count) {
            var same = true
            for offset in needle.indices where bytes[start + offset].lowercased != needle[offset] {
                same = false
                break
            }
            if same { return start }
        }
        return nil
    }
}
