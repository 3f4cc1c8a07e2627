import Bytes

/// A text that explains a failure, folded once for all who read it.
struct FactText: Sendable {
    /// The name of the place where it stands.
    let at: String
    /// `Judge.maximumText` bytes of it at the most.
    let text: [UInt8]
    let folded: FoldedText

    init(_ at: String, _ text: [UInt8]) {
        self.at = at
        let cut = text.count > Judge.maximumText ? Array(text[..<Judge.maximumText]) : text
        self.text = FactText.withoutRelay(cut)
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
