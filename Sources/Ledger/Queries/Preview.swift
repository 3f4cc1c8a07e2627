import Synchronization

/// The part of a ledger that the previews of a dry run have touched, in memory.
final class Overlay: Sendable {
    struct Copy {
        var ledger: ScratchLedger
        /// The addresses that are copied completely, in canonical form.
        var addresses = Set<String>()
        /// Likewise for the brake.
        var pairs = Set<BrakePairName>()
        /// Whether a program that writes would first derive all states again, since the policy has changed.
        var adoptsPolicy: Bool
    }

    let copy: Mutex<Copy?> = Mutex(nil)
}

extension LedgerStore {
    /// Returns what ``commit(_:)`` would do with a batch, and writes nothing. Batches previewed before count as
    /// committed, so that a dry run of many batches shows what the run would do; ``previewSummary(at:limit:)`` returns
    /// all changes.
    ///
    /// The rows that the batch may touch are copied into a ledger in memory and the batch is committed there, so a
    /// preview cannot differ from a commit. The copy grows with the dry run. The ledger should not be written
    /// meanwhile.
    ///
    /// - Returns: the outcome that each event would have, in the batch's order.
    @discardableResult
    package func preview(_ batch: [DeliveryEvent]) throws(LedgerError) -> [CommitOutcome] {
        let batch = try resolvingCanaries(batch)
        return try withPreview { (copy) throws(LedgerError) in
            var addresses = Set<String>()
            var pairs = Set<BrakePairName>()
            for outcome in batch.lazy.flatMap(\.outcomes) {
                if let address = CanonicalAddress(outcome.address) {
                    addresses.insert(address.text)
                    pairs.insert(BrakePairName(provider: address.domain, reason: outcome.reason))
                }
            }
            try load(batch, addresses, pairs, into: &copy)
            return try copy.ledger.store.commit(batch.map(\.withoutTexts))
        }
    }

    /// Calls `body` with the copy, which is created if there is none yet.
    func withPreview<Result: Sendable>(
        _ body: (inout Overlay.Copy) throws(LedgerError) -> Result
    ) throws(LedgerError) -> Result {
        try overlay.copy.withLock { (known) throws(LedgerError) -> Result in
            var copy: Overlay.Copy
            if let known {
                copy = known
            } else {
                copy = Overlay.Copy(ledger: try ScratchLedger(policy), adoptsPolicy: try wouldAdoptPolicy())
            }
            defer { known = copy }
            return try body(&copy)
        }
    }

    /// Copies the rows that a batch may touch, and everything about these addresses and pairs, unless already copied.
    func load(
        _ batch: [DeliveryEvent], _ addresses: Set<String>, _ pairs: Set<BrakePairName>, into copy: inout Overlay.Copy
    ) throws(LedgerError) {
        let context = try PreviewContext(
            of: batch, addresses: addresses, pairs: pairs.subtracting(copy.pairs), known: copy.addresses, self)
        copy.addresses.formUnion(context.addresses)
        try context.write(to: copy.ledger, known: copy.pairs)
        copy.pairs.formUnion(context.pairs)
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
    /// The event without the texts that nothing is derived from, to keep a dry run's copy small.
    fileprivate var withoutTexts: DeliveryEvent {
        var slim = self
        slim.messageID = nil
        slim.dialect = nil
        slim.reportingMTA = nil
        slim.deliveredTo = nil
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
