/// What a dry run would change in one address.
package struct AddressChange: Sendable, Equatable {
    package var address: String
    /// Nothing for an address that the ledger does not know.
    package var before: AddressState?
    package var after: AddressState
}

/// What the previews of a dry run would change, taken together.
package struct PreviewSummary: Sendable, Equatable {
    /// The addresses that the batches named and whose state would change, at most as many as were asked for, in their
    /// order.
    package var changes: [AddressChange] = []
    package var changeCount = 0
    /// The spikes that the brake would find or that would grow, and of which nobody has decided, as they would be.
    package var brakes: [BrakeEpisode] = []
}

extension LedgerStore {
    /// What all previews up to now would have changed, had they been commits; see ``preview(_:)``. Writes nothing.
    package func previewSummary(limit: Int) throws(LedgerError) -> PreviewSummary {
        try overlay.copy.withLock { (copy) throws(LedgerError) -> PreviewSummary in
            var summary = PreviewSummary()
            guard let copy else { return summary }
            let addresses = copy.addresses.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            for start in stride(from: 0, to: addresses.count, by: LedgerStore.page) {
                let some = Array(addresses[start..<min(start + LedgerStore.page, addresses.count)])
                let (before, after) = (try states(some), try copy.store.states(some))
                for address in some where before[address] != after[address] {
                    guard let new = after[address] else { continue }
                    summary.changeCount += 1
                    if summary.changes.count < limit {
                        summary.changes.append(AddressChange(address: address, before: before[address], after: new))
                    }
                }
            }
            let known = try brakes()
            summary.brakes = try copy.store.brakes().filter { brake in
                !known.contains {
                    $0.provider == brake.provider && $0.reason == brake.reason && $0.start <= brake.start
                        && $0.end >= brake.end && $0.addresses >= brake.addresses
                }
            }
            return summary
        }
    }
}
