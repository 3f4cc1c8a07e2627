import Ledger

/// Keeps our own addresses and domains out of a suppression list: in an old ledger they may be suppressed.
struct OtherAddresses {
    private let own: OwnAddresses
    private var leftOut = NamedProblems()

    init(than own: OwnAddresses) { self.own = own }

    /// Whether an address goes into the list. Our own do not, and are reported.
    mutating func takes(_ address: String) -> Bool {
        guard own.contains(address) else { return true }
        leaveOut(OwnAddresses.suppressedNote(address))
        return false
    }

    /// The same for a domain: one with addresses of our own.
    mutating func takes(_ domain: DomainPattern) -> Bool {
        guard own.domain(under: domain) != nil else { return true }
        leaveOut(OwnAddresses.suppressedNote(domain))
        return false
    }

    private mutating func leaveOut(_ note: String) {
        if leftOut.add() { Log().warning("left out: \(note)") }
    }

    /// Says how many more there were.
    func warn() {
        if leftOut.untold > 0 { Log().warning("left out: \(leftOut.untold) more addresses of our own") }
    }
}
