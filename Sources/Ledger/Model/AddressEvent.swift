import Bytes
import Verdict

/// What one report, or one administrator, did to one address: the input of the policy.
package struct AddressEvent: Sendable, Equatable {
    /// What an outcome means for its address. It depends on the report's class and the outcome's kind.
    enum Effect: Int, Sendable {
        // In order of severity: of several outcomes for one address in one report, the first counts.
        case complaint, unsubscribe, relay, hard, soft, delayed, delivered, unprovenDelivery, autoReply, other
        // By hand.
        case suppress, release

        /// A copy, a double bounce or a message that is not a report has no effect. A 4xx is never hard.
        init(class: Token<MessageClass>, fate: Fate, replyCode: String?, status: String?) {
            switch `class`.value {
            case .complaint: self = .complaint
            case .autoReply: self = .autoReply
            case .hardBounce, .softBounce:
                self.init(fate, isTransient: (replyCode ?? status)?.utf8.first == UInt8(ascii: "4"))
            case .delayNotice, .deliveryReceipt:
                // These two classes never count against an address, whatever their outcomes say.
                let effect = Effect(fate, isTransient: false)
                self = effect.isBraked ? .other : effect
            case .unsubscribe: self = fate.kind.value == .delivered ? .unsubscribe : .other
            // A person's own answer, see `Policy.answerReason`.
            case .notABounce: self = fate.kind.value == .delivered ? .delivered : .other
            case .doubleBounce, .postmasterNotice, .ownRefusal, nil: self = .other
            }
        }

        private init(_ fate: Fate, isTransient: Bool) {
            switch (fate.kind.value, fate.remark) {
            case (_, .ownRefusal), (nil, _): self = .other
            case (.hard, nil), (.hard, .unproven): self = isTransient ? .soft : .hard
            case (.hard, .relay), (.soft, .relay): self = isTransient ? .soft : .relay
            case (.soft, nil), (.soft, .unproven): self = .soft
            case (.delayed, _): self = .delayed
            case (.delivered, .unproven): self = .unprovenDelivery
            case (.delivered, _): self = .delivered
            }
        }

        /// The cause for which an event may suppress an address.
        var cause: Suppression.Cause? {
            switch self {
            case .complaint: .complaint
            case .unsubscribe: .unsubscribed
            case .relay: .relay
            case .hard: .hard
            case .soft: .soft
            case .suppress: .manual
            case .delayed, .delivered, .unprovenDelivery, .autoReply, .other, .release: nil
            }
        }

        /// Whether many of these at once make the brake hold them back.
        var isBraked: Bool {
            self == .hard || self == .soft || self == .relay || self == .complaint
        }

        var isByHand: Bool {
            self == .suppress || self == .release
        }
    }

    /// When the mail arrived, or when the administrator acted.
    var arrival: Int64
    /// Of a report: when it was first seen, if the ledger had to record that.
    var seen: Int64?
    var fingerprint: Fingerprint
    /// The number of the report's delivery. Reports have numbers in the order in which the ledger first saw them.
    var delivery: Int64 = 0
    /// The place of the outcome in the report, or of the action among all actions.
    var ordinal: Int64
    var effect: Effect
    /// The class of the report.
    var `class`: Token<MessageClass>?
    /// Of an action by hand: what the administrator called it.
    var reason: Token<Reason>
    /// The address as the report writes it, if that is not its canonical form.
    var spelling: String?
    /// What the brake says about the hour of its arrival.
    var brake = BrakeStatus.normal
    /// When an action by hand ends.
    var until: Int64?
    /// Of a suppression by hand: for which cause.
    var causeByHand = Suppression.Cause.manual
    /// Of a release: the number of the last delivery that the ledger had seen; `nil` for one that 0.1.0 has written.
    var known: Int64?
    /// The relay whose suppression list has the address.
    var relay: Token<Relay>?
    /// Whose fault the failure is.
    var party: Party?
    /// The stream of the mail that the report answers, or of an action by hand, and the day on which that mail was sent, in days since 1970.
    var stream: String?
    var mailed: Int64?
    /// Of a request to get no more mail of a stream: whether a later release from that stream overrides it.
    var isOverridden = false
    /// Whether somebody trusted vouches for the report.
    var isVouched = true
    /// How many addresses share the report's one vote in the brake.
    var sharers = 1
    /// Of a report that blames more addresses than one from outside may: what was decided about it.
    var report = BrakeStatus.normal

    /// The cause for which it may suppress its address.
    var cause: Suppression.Cause? { effect == .suppress ? causeByHand : effect.cause }

    /// What it means for its address now: nothing while its report is held.
    var currentEffect: Effect { report.counts || effect.isByHand ? effect : .other }

    /// Whether the brake counts it. A large report from outside is decided about as a whole instead.
    var isBraked: Bool { effect.isBraked && report == .normal }

    /// Its share of a vote in the brake, in parts of ``BrakeTimeline/vote``. A report of our own server speaks for each of
    /// its recipients; one from outside has one vote, however many addresses it names.
    var weight: Int64 {
        if isVouched { return BrakeTimeline.vouchedVote }
        return sharers <= 1 ? BrakeTimeline.vote : (BrakeTimeline.vote + Int64(sharers) - 1) / Int64(sharers)
    }

    /// The relay, if it is the cause of a suppression.
    func relay(for cause: Suppression.Cause) -> Token<Relay>? { cause == .relay ? relay : nil }

    /// The day on which the mail was sent that the report answers; if it is not known, when the report arrived.
    var mailingDay: Int64 { mailed ?? CalendarTime.day(of: arrival) }

    /// The hour of its arrival since 1970, in which the brake counts it.
    var hour: Int64 { arrival / CalendarTime.secondsPerHour }

    /// The order in which events take effect if there is no release: by the mail's arrival; an action comes after the
    /// mail of its second, since its author may have seen it; the rest only makes the order total.
    static func precedes(_ left: AddressEvent, _ right: AddressEvent) -> Bool {
        if left.arrival != right.arrival { return left.arrival < right.arrival }
        if left.effect.isByHand != right.effect.isByHand { return right.effect.isByHand }
        if left.effect.isByHand { return left.ordinal < right.ordinal }
        if left.fingerprint != right.fingerprint { return left.fingerprint < right.fingerprint }
        if left.effect != right.effect { return left.effect.rawValue < right.effect.rawValue }
        return left.ordinal < right.ordinal
    }

    /// Whether both are of one report.
    func isOfSameReport(as other: AddressEvent) -> Bool {
        arrival == other.arrival && fingerprint == other.fingerprint && !effect.isByHand && !other.effect.isByHand
    }
}
