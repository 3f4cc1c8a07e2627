import Ledger

/// What the ledger made of the addresses of a week, held against the truth.
package struct WeekResult: Sendable, Equatable {
    package var addresses = 0
    /// Good addresses that must not be mailed any more: each one is lost for nothing.
    package var goodSuppressed = 0
    /// Good addresses that the brake keeps from that.
    package var goodHeld = 0
    package var deadSuppressed = 0
    /// Dead addresses that the brake has not decided about; they are mailed once more.
    package var deadHeld = 0
    /// Dead addresses of which nothing is left but counters.
    package var deadForgotten = 0
    package var fullSuppressed = 0
    package var fullMissed = 0

    /// Reads every address.
    package init(_ ledger: LedgerStore) throws(LedgerError) {
        var result = WeekResult()
        try ledger.addresses { address, state in
            result.add(address, state)
            return true
        }
        self = result
    }

    private init() {}

    private mutating func add(_ address: String, _ state: AddressState) {
        guard let population = Population(address: address) else { return }
        addresses += 1
        let isSuppressed = state.suppression != nil
        switch population {
        case .dead where isSuppressed: deadSuppressed += 1
        case .dead where state.held != nil: deadHeld += 1
        case .dead: deadForgotten += 1
        case .full where state.suppression?.cause == .soft: fullSuppressed += 1
        case .full where isSuppressed: goodSuppressed += 1
        case .full: fullMissed += 1
        default:
            if isSuppressed { goodSuppressed += 1 }
            if state.held != nil { goodHeld += 1 }
        }
    }
}
