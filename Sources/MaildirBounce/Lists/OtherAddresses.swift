/// Keeps our own addresses out of a suppression list: in an old ledger they may be suppressed.
struct OtherAddresses {
    private let own: OwnAddresses
    private var leftOut = NamedProblems()

    init(than own: OwnAddresses) { self.own = own }

    /// Whether an address goes into the list. Our own do not, and are reported.
    mutating func takes(_ address: String) -> Bool {
        guard own.contains(address) else { return true }
        if leftOut.add() {
            Log().warning("left out: \(OwnAddresses.suppressedNote(address))")
        }
        return false
    }

    /// Says how many more there were.
    func warn() {
        if leftOut.untold > 0 { Log().warning("left out: \(leftOut.untold) more addresses of our own") }
    }
}
