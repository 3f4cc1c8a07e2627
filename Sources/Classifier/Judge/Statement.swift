import Bytes

/// A text about one recipient, folded once for all readers.
struct Statement: Sendable {
    /// Where a statement is; the raw value is the name in evidence.
    enum Place: String, Sendable {
        case diagnosticCode = "Diagnostic-Code"
        case text
        case subject = "Subject"
    }

    let place: Place
    let speaker: Speaker
    /// At most `maximumBytes` of it.
    let text: [UInt8]
    let folded: FoldedText

    /// The maximum number of bytes of one text that are read.
    static let maximumBytes = 8 << 10

    init(_ place: Place, _ text: [UInt8], by speaker: Speaker) {
        self.place = place
        self.speaker = speaker
        let cut = text.count > Statement.maximumBytes ? Array(text[..<Statement.maximumBytes]) : text
        self.text = Statement.withoutRelay(cut)
        folded = FoldedText(self.text)
    }

    /// Bytes at the start of a text in which the words of a relay are looked for.
    private static let relayBytes = 1_000

    /// Cisco's Email Security Appliance puts `5.1.0 - Unknown address error` before any 5xx reply of the next server.
    private static func withoutRelay(_ text: [UInt8]) -> [UInt8] {
        let span = text.span
        let end = min(span.count, relayBytes)
        var from = 0
        while let hit = span.firstIndex(of: UInt8(ascii: "U"), in: from..<end) {
            from = hit + 1
            if span.hasPrefix("unknown address error ", ignoringCaseIn: hit..<span.count) {
                return span.copy((hit + 22)..<span.count)
            }
        }
        return text
    }
}
