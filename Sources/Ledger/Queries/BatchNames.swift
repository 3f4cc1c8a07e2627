import Bytes

/// What the reports of a batch refer to: terms, keys, fingerprints and addresses.
package struct BatchNames {
    /// An event that the brake may count.
    package struct Braked: Hashable {
        package var address: String
        package var provider: String
        package var reason: String
        package var hour: Int64
    }

    package private(set) var texts = Set<String>()
    /// Canonical, each with the earliest arrival of a report about it.
    package private(set) var addresses: [String: Int64] = [:]
    package private(set) var braked = Set<Braked>()
    /// Addresses in reports that are in the batch twice: one copy may replace the other.
    package private(set) var repeated = Set<String>()
    package let fingerprints: [Fingerprint]
    package let keys: [DeliveryKey]

    package init(_ batch: [DeliveryEvent], _ policy: Policy) {
        var count: [Fingerprint: Int] = [:]
        for event in batch { count[event.fingerprint, default: 0] += 1 }
        fingerprints = Set(batch.lazy.flatMap(\.fingerprints)).sorted()
        keys = batch.map(\.key)
        func note(_ text: String?) {
            if let text { texts.insert(text.stored(limit: LedgerLimits.termBytes)) }
        }
        for event in batch {
            let arrival = event.storedArrival
            note(event.key.maildir)
            note(event.class.text)
            note(event.origin?.text)
            note(event.dialect)
            note(event.reportingMTA)
            note(event.stream)
            note(StoredPlace(event.destination, key: event.key).folder)
            event.rules.forEach(note)
            for field in event.captured.prefix(LedgerLimits.capturedFields) { note(field.name) }
            for outcome in event.outcomes.prefix(LedgerLimits.outcomesPerReport) {
                note(outcome.fate.text)
                note(outcome.reason.text)
                // The stored reason of a suppression for a relay's list.
                note(outcome.fate.relay.map { Suppression.stored(outcome.reason, $0) })
                note(outcome.remoteMTA)
                guard let canonical = CanonicalAddress(outcome.address) else { continue }
                addresses[canonical.text] = min(addresses[canonical.text] ?? arrival, arrival)
                if count[event.fingerprint] != 1 { repeated.insert(canonical.text) }
                let effect = AddressEvent.Effect(
                    class: event.class, fate: outcome.fate, replyCode: outcome.replyCode, status: outcome.status)
                guard effect.isBraked, !event.isHeld else { continue }
                note(canonical.domain)
                if policy.brake == nil { continue }
                braked.insert(
                    Braked(
                        address: canonical.text, provider: canonical.domain, reason: outcome.reason.text,
                        hour: arrival / CalendarTime.secondsPerHour))
            }
        }
    }
}
