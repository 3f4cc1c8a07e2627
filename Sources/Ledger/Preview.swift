import Synchronization

/// What a batch would do.
package struct PreviewResult: Sendable, Equatable {
    /// What would become of each event, in the batch's order.
    package var outcomes: [CommitOutcome]
    /// Who would be left out that was not before, in the order of their addresses.
    package var newlySuppressed: [SuppressedAddress]
}

/// The part of a ledger that the previews of a dry run have touched, in memory.
final class Overlay: Sendable {
    struct Copy {
        var store: LedgerStore
        var addresses = Set<String>()
        var pairs = Set<BrakePairName>()
    }

    let copy: Mutex<Copy?> = Mutex(nil)
}

extension LedgerStore {
    /// Tells what ``commit(_:)`` would do with a batch, and writes nothing. Batches previewed before count as
    /// committed, so that a dry run of many batches tells what the run would.
    ///
    /// Told are those of the batch's addresses that would be suppressed; a batch that ends a spike of the brake can
    /// suppress others.
    ///
    /// What the batch could meet in the ledger is copied into one in memory and the batch is committed there: a preview
    /// cannot differ from a commit. The copy grows with the dry run. The ledger should not be written meanwhile.
    package func preview(_ batch: [DeliveryEvent]) throws(LedgerError) -> PreviewResult {
        try overlay.copy.withLock { (known) throws(LedgerError) -> PreviewResult in
            var copy: Overlay.Copy
            if let known {
                copy = known
            } else {
                copy = Overlay.Copy(store: try LedgerStore(inMemory: policy))
            }
            defer { known = copy }
            return try preview(batch, in: &copy)
        }
    }

    private func preview(
        _ batch: [DeliveryEvent], in copy: inout Overlay.Copy
    ) throws(LedgerError) -> PreviewResult {
        var addresses = Set<String>()
        var pairs = Set<BrakePairName>()
        for outcome in batch.lazy.flatMap(\.outcomes) {
            if let address = CanonicalAddress(outcome.address) {
                addresses.insert(address.text)
                pairs.insert(BrakePairName(provider: address.domain, reason: outcome.reason))
            }
        }
        let context = try PreviewContext(
            of: batch, addresses: addresses.subtracting(copy.addresses).sorted(), pairs: pairs.subtracting(copy.pairs),
            self)
        copy.addresses.formUnion(addresses)
        try context.write(to: copy.store, known: copy.pairs)
        copy.pairs.formUnion(context.pairs)

        let wanted = addresses.sorted()
        let before = try copy.store.suppressions(wanted)
        let outcomes = try copy.store.commit(batch.map(\.withoutTexts))
        let newly = try copy.store.suppressions(wanted).filter { before[$0.key] == nil }
        return PreviewResult(
            outcomes: outcomes,
            newlySuppressed: newly.map { SuppressedAddress(address: $0.key, suppression: $0.value) }
                .sorted { $0.address.utf8.lexicographicallyPrecedes($1.address.utf8) })
    }

    private func suppressions(_ addresses: [String]) throws(LedgerError) -> [String: Suppression] {
        try states(addresses).compactMapValues(\.suppression)
    }

    /// The states of those of the addresses, which are canonical, that the ledger knows.
    func states(_ addresses: [String]) throws(LedgerError) -> [String: AddressState] {
        try read { connection in
            try AddressTable.entries(connection, try TermTable(connection, writes: false), addresses)
                .mapValues(\.state)
        }
    }
}

extension DeliveryEvent {
    /// The event without what only people read, to keep a dry run's copy small.
    fileprivate var withoutTexts: DeliveryEvent {
        var slim = self
        slim.messageID = nil
        slim.dialect = nil
        slim.reportingMTA = nil
        slim.destination = nil
        slim.rules = []
        for index in slim.outcomes.indices {
            slim.outcomes[index].action = nil
            slim.outcomes[index].diagnostic = nil
            slim.outcomes[index].remoteMTA = nil
            slim.outcomes[index].command = nil
        }
        return slim
    }
}
