/// How much a copy of a report proves and says: the heavier of two copies counts, and first of all the one that somebody
/// trusted vouches for.
///
/// Outcomes that a copy does not prove are not in it (see ``DeliveryEvent/outcomes``), so a copy with another
/// Content-Type or transfer encoding, with the header fields of an automatic answer, or without a signed tag, is
/// lighter than the report itself.
struct ReportWeight: Comparable {
    /// Whether somebody trusted vouches for it, and whether it is not held.
    private let isVouched: Bool
    private let isFree: Bool
    private var worst = AddressEvent.Effect.other.rawValue + 1
    /// How many addresses have the worst effect, and how many there are.
    private var worstCount = 0
    private var count = 0

    /// Adds what the report says of one valid address.
    mutating func add(_ effect: AddressEvent.Effect) {
        count += 1
        if effect.rawValue < worst {
            (worst, worstCount) = (effect.rawValue, 1)
        } else if effect.rawValue == worst {
            worstCount += 1
        }
    }

    init(isVouched: Bool, isHeld: Bool) {
        self.isVouched = isVouched
        isFree = !isHeld
    }

    init(_ event: DeliveryEvent) {
        self.init(isVouched: event.isVouched, isHeld: event.isHeld)
        for outcome in event.outcomes.prefix(LedgerLimits.outcomesPerReport)
        where CanonicalAddress(outcome.address) != nil {
            add(
                AddressEvent.Effect(
                    class: event.class, fate: outcome.fate, replyCode: outcome.replyCode, status: outcome.status))
        }
    }

    static func < (left: ReportWeight, right: ReportWeight) -> Bool {
        if left.isVouched != right.isVouched { return right.isVouched }
        if left.isFree != right.isFree { return right.isFree }
        if left.worst != right.worst { return left.worst > right.worst }
        return (left.worstCount, left.count) < (right.worstCount, right.count)
    }
}
