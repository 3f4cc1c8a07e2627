/// What one report did to one address: the input of the policy.
struct AddressEvent: Sendable, Equatable {
    /// What an outcome means for its address, which depends on the report's class as well as on the outcome's kind.
    enum Effect: Int, Sendable {
        // In order of severity: of several outcomes for one address in one report, the first counts.
        case complaint, hard, soft, delayed, delivered, autoReply, other

        /// A copy, a double bounce or a message that is no report has no effect. A 4xx is never hard.
        init(class name: String, kind: String, replyCode: String?, status: String?) {
            switch name {
            case "complaint": self = .complaint
            case "auto-reply": self = .autoReply
            case "hard-bounce", "soft-bounce", "delay-notice", "delivery-receipt":
                switch kind {
                case "hard":
                    let code = replyCode ?? status
                    self = code?.utf8.first == UInt8(ascii: "4") ? .soft : .hard
                case "soft": self = .soft
                case "delayed": self = .delayed
                case "delivered": self = .delivered
                default: self = .other
                }
                // These two never count against an address, whatever their outcomes say.
                if (name == "delay-notice" || name == "delivery-receipt") && (self == .hard || self == .soft) {
                    self = .other
                }
            default: self = .other
            }
        }
    }

    var arrival: Int64
    var fingerprint: Fingerprint
    /// The place of the outcome in the report.
    var ordinal: Int64
    var effect: Effect
    var reason: String
    /// The address as the report writes it, where that is not its canonical form.
    var spelling: String?

    /// The order in which events act: by the mail's arrival; the rest only makes it total.
    static func precedes(_ left: AddressEvent, _ right: AddressEvent) -> Bool {
        if left.arrival != right.arrival { return left.arrival < right.arrival }
        if left.fingerprint != right.fingerprint { return left.fingerprint < right.fingerprint }
        if left.effect != right.effect { return left.effect.rawValue < right.effect.rawValue }
        return left.ordinal < right.ordinal
    }
}
