/// A text of the mail that came back, under a name in lower case.
package struct CapturedField: Sendable, Hashable {
    /// A header field's name, or ``Name/verpID``.
    package var name: String
    package var value: String

    /// The names that every ledger may have; all others are those of header fields that the configuration names.
    package enum Name: String, CaseIterable, Sendable {
        case listID = "list-id"
        case feedbackID = "feedback-id"
        case messageID = "message-id"
        case subject
        /// The id of the sending application in the return path.
        case verpID = "verp-id"
    }

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension DeliveryEvent {
    /// What was captured as the ledger holds it: each name once, the first counts.
    var storedCaptured: [CapturedField] {
        var fields: [CapturedField] = []
        for field in captured.prefix(LedgerLimits.capturedFields) {
            let value = field.value.stored(limit: LedgerLimits.capturedBytes)
            if value.isEmpty || fields.contains(where: { $0.name == field.name }) { continue }
            fields.append(CapturedField(field.name, value))
        }
        return fields
    }
}
