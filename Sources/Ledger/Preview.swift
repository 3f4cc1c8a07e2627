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
    let store: Mutex<LedgerStore?> = Mutex(nil)
}

extension LedgerStore {
    /// Tells what ``commit(_:)`` would do with a batch, and writes nothing. Batches previewed before count as
    /// committed, so that a dry run of many batches tells what the run would.
    ///
    /// The deliveries that the batch could meet are copied into a ledger in memory and the batch is committed there: a
    /// preview cannot differ from a commit. The copy grows with the dry run.
    package func preview(_ batch: [DeliveryEvent]) throws(LedgerError) -> PreviewResult {
        let copy = try overlay.store.withLock { (store) throws(LedgerError) -> LedgerStore in
            if let store { return store }
            let fresh = try LedgerStore(inMemory: policy)
            store = fresh
            return fresh
        }
        let slim = batch.map(\.withoutTexts)
        let addresses = Set(batch.flatMap(\.outcomes).compactMap { CanonicalAddress($0.address)?.text }).sorted()
        try copy.commit(try knownDeliveries(batch, addresses: addresses))
        let before = try copy.suppressions(addresses)
        let outcomes = try copy.commit(slim)
        let after = try copy.suppressions(addresses)
        let newly = after.filter { address, _ in before[address] == nil }
            .map { SuppressedAddress(address: $0.key, suppression: $0.value) }
            .sorted { $0.address.utf8.lexicographicallyPrecedes($1.address.utf8) }
        return PreviewResult(outcomes: outcomes, newlySuppressed: newly)
    }

    /// The deliveries of the ledger that have a key or a report in common with the batch, or name one of the addresses.
    private func knownDeliveries(
        _ batch: [DeliveryEvent], addresses: [String]
    ) throws(LedgerError) -> [DeliveryEvent] {
        try read { connection in
            let reader = DeliveryReader(connection, try TermTable(connection, writes: false))
            var known = Set<Int64>()
            for event in batch {
                if let delivery = try reader.delivery(key: event.key) { known.insert(delivery) }
                if let delivery = try reader.delivery(fingerprint: event.fingerprint) { known.insert(delivery) }
            }
            for address in addresses {
                known.formUnion(try reader.deliveries(address: address))
            }
            return try known.sorted().compactMap { try reader.event($0) }
        }
    }

    private func suppressions(_ addresses: [String]) throws(LedgerError) -> [String: Suppression] {
        try read { connection in
            let table = try AddressTable(connection, try TermTable(connection, writes: false))
            var found = [String: Suppression]()
            for address in addresses {
                found[address] = try table.entry(address)?.state.suppression
            }
            return found
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
