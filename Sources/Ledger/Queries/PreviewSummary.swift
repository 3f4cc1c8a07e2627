/// What a dry run would change in one address.
package struct AddressChange: Sendable, Equatable {
    package var address: String
    /// Nil for an address that the ledger does not know.
    package var before: AddressState?
    package var after: AddressState
}

/// What the previews of a dry run would change, taken together. Lists are in the order of the addresses, and no longer
/// than the given limit.
package struct PreviewSummary: Sendable, Equatable {
    /// The addresses that would be suppressed at the given time and are not now.
    package var newlySuppressed: [SuppressedAddress] = []
    package var newlySuppressedCount = 0
    /// The addresses that are suppressed and would not be, with the reason that would end: a spike holds it back, a
    /// receipt or a copy removes it, or the policy has changed.
    package var noLongerSuppressed: [SuppressedAddress] = []
    package var noLongerSuppressedCount = 0
    /// The addresses whose state the batches would change.
    package var changes: [AddressChange] = []
    package var changeCount = 0
    /// The undecided spikes that the brake would find, or that would grow, as they would be.
    package var brakes: [BrakeEpisode] = []
    /// Whether all states would be derived again first, since the policy has changed.
    package var adoptsPolicy = false
}

extension LedgerStore {
    /// What all previews up to now would have changed, had they been commits; see ``preview(_:)``. Writes nothing.
    ///
    /// This is not the sum of the batches' changes: a later batch may complete a spike that an earlier one started, and
    /// hold back addresses that the earlier one, or an older commit, has suppressed.
    ///
    /// - Parameters:
    ///   - now: the time at which suppressions are compared, in seconds since 1970 UTC.
    ///   - limit: the maximum length of the lists.
    package func previewSummary(at now: Int64, limit: Int) throws(LedgerError) -> PreviewSummary {
        try withPreview { (copy) throws(LedgerError) in
            if copy.adoptsPolicy { try load([], [], try largePairs(), into: &copy) }
            try loadMembersOfChangedHours(into: &copy)
            try loadFailuresOfNewMailings(into: &copy)
            var summary = PreviewSummary(adoptsPolicy: copy.adoptsPolicy)
            try compare(copy, at: now, limit, &summary)
            if copy.adoptsPolicy { try compareRest(copy, at: now, limit, &summary) }
            let known = try brakes()
            summary.brakes = try copy.ledger.store.brakes().filter { brake in
                !known.contains {
                    $0.provider == brake.provider && $0.reason == brake.reason && $0.start <= brake.start
                        && $0.end >= brake.end && $0.addresses >= brake.addresses
                }
            }
            return summary
        }
    }

    /// Whether the states were derived under another policy than this one.
    package func isOfOtherPolicy() throws(LedgerError) -> Bool {
        let policy = self.policy
        return try read { try LedgerStore.storedPolicy($0) != policy.signature }
    }

    /// Whether a program that writes would first derive all states again.
    func wouldAdoptPolicy() throws(LedgerError) -> Bool {
        let (known, isEmpty) = try read { connection in
            (
                try LedgerStore.storedPolicy(connection),
                try connection.integer("SELECT 1 FROM address LIMIT 1") == nil
            )
        }
        if known == policy.signature || isEmpty { return false }
        guard known == nil || !engine.isShared else { throw LedgerStore.otherPolicy(path) }
        return true
    }

    // MARK: What the batches do not name

    /// The providers and reasons that may have a spike under some policy.
    private func largePairs() throws(LedgerError) -> Set<BrakePairName> {
        try read { connection in
            let query = try connection.prepare(
                """
                SELECT DISTINCT p.text, r.text FROM brake_hour INDEXED BY brake_large
                JOIN term AS p ON p.id = provider JOIN term AS r ON r.id = reason
                WHERE addresses >= \(BrakeTimeline.floor)
                """)
            var pairs = Set<BrakePairName>()
            while try query.step() {
                pairs.insert(BrakePairName(provider: query.text(0), reason: Token(text: query.text(1))))
            }
            return pairs
        }
    }

    /// The suppression of any address that failed in an hour that becomes or stops being a spike may change, even if no
    /// batch names it.
    private func loadMembersOfChangedHours(into copy: inout Overlay.Copy) throws(LedgerError) {
        let pairs = copy.pairs
        let before = try read { try LedgerStore.spikes($0) }.filter { pairs.contains($0.key.pair) }
        let after = try copy.ledger.store.read { try LedgerStore.spikes($0) }
        let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        if changed.isEmpty { return }
        try load(try read { try LedgerStore.members(of: changed, $0) }, into: &copy)
    }

    /// Copies those of the addresses that are not copied yet, a page at a time.
    private func load(_ addresses: Set<String>, into copy: inout Overlay.Copy) throws(LedgerError) {
        let missing = addresses.subtracting(copy.addresses).sorted()
        for start in stride(from: 0, to: missing.count, by: LedgerStore.page) {
            try load([], Set(missing[start..<min(start + LedgerStore.page, missing.count)]), [], into: &copy)
        }
    }

    /// The suppression of any address that failed in a mailing of which the batches make known that it was one may
    /// change, even if no batch names it.
    private func loadFailuresOfNewMailings(into copy: inout Overlay.Copy) throws(LedgerError) {
        let days = try copy.ledger.store.read { connection in
            let query = try connection.prepare(
                """
                SELECT t.text, m.day FROM mailing_day AS m JOIN term AS t ON t.id = m.stream
                WHERE m.low < m.high AND m.folded = 0
                """)
            var days: [(stream: String, day: Int64)] = []
            while try query.step() { days.append((query.text(0), query.integer(1))) }
            return days
        }
        let addresses = try read { connection in
            let terms = try TermTable(connection, writes: false)
            let (mailings, table) = (try MailingDays(connection, terms), try AddressTable(connection, terms))
            var addresses = Set<String>()
            for (stream, day) in days {
                guard let number = try terms.known(stream) else { continue }
                let day = MailingDays.Day(stream: number, day: day)
                if try mailings.isKnown(day) { continue }
                try mailings.forEachAddress(of: day) { id in
                    if let address = try table.address(id) { addresses.insert(address) }
                }
            }
            return addresses
        }
        try load(addresses, into: &copy)
    }

    /// An hour of a provider and reason.
    private struct Spike: Hashable {
        var pair: BrakePairName
        var hour: Int64
    }

    /// The hours whose status is not the normal one.
    private static func spikes(_ connection: any Connection) throws -> [Spike: BrakeStatus] {
        let query = try connection.prepare(
            """
            SELECT p.text, r.text, hour, status FROM brake_hour INDEXED BY brake_status
            JOIN term AS p ON p.id = provider JOIN term AS r ON r.id = reason WHERE status <> 0
            """)
        var spikes: [Spike: BrakeStatus] = [:]
        while try query.step() {
            let pair = BrakePairName(provider: query.text(0), reason: Token(text: query.text(1)))
            spikes[Spike(pair: pair, hour: query.integer(2))] = BrakeStatus(rawValue: query.integer(3)) ?? .held
        }
        return spikes
    }

    private static func members(of hours: Set<Spike>, _ connection: any Connection) throws -> Set<String> {
        let terms = try TermTable(connection, writes: false)
        let query = try connection.prepare(
            """
            SELECT a.address FROM brake_member AS m JOIN address AS a ON a.id = m.address
            WHERE m.provider = ?1 AND m.reason = ?2 AND m.hour = ?3
            """)
        var members = Set<String>()
        for spike in hours {
            guard let provider = try terms.known(spike.pair.provider),
                let reason = try terms.known(spike.pair.reason.text)
            else { continue }
            defer { query.reset() }
            try query.bind(1, provider)
            try query.bind(2, reason)
            try query.bind(3, spike.hour)
            while try query.step() { members.insert(query.text(0)) }
        }
        return members
    }

    // MARK: Before and after

    private func compare(
        _ copy: Overlay.Copy, at now: Int64, _ limit: Int, _ summary: inout PreviewSummary
    ) throws(LedgerError) {
        let addresses = copy.addresses.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for start in stride(from: 0, to: addresses.count, by: LedgerStore.page) {
            let some = Array(addresses[start..<min(start + LedgerStore.page, addresses.count)])
            let (before, after) = (try states(some), try copy.ledger.store.states(some))
            for address in some where before[address] != after[address] {
                let new = after[address] ?? AddressState()
                summary.compareSides(address, before[address]?.suppression, new.suppression, at: now, limit)
                summary.changeCount += 1
                if summary.changes.count < limit {
                    summary.changes.append(AddressChange(address: address, before: before[address], after: new))
                }
            }
        }
    }

    /// If all states are derived again: compares the addresses that are not in the copy, with the brake's hours from
    /// the copy.
    private func compareRest(
        _ copy: Overlay.Copy, at now: Int64, _ limit: Int, _ summary: inout PreviewSummary
    ) throws(LedgerError) {
        let spikes = try copy.ledger.store.read { try LedgerStore.spikes($0) }
        let policy = self.policy
        let before = summary
        summary = try read { connection in
            // A read may run twice.
            var summary = before
            let terms = try TermTable(connection, writes: false)
            let table = try AddressTable(connection, terms)
            let brake = BrakeStatuses()
            let mailings = try MailingDays(connection, terms)
            for (spike, status) in spikes {
                try brake.set(status, provider: spike.pair.provider, reason: spike.pair.reason, hour: spike.hour)
            }
            try table.forEach(connection) { entry in
                if copy.addresses.contains(entry.address) { return }
                let after = try table.derive(entry.id, entry.address, policy: policy, brake: brake, mailings: mailings)
                summary.compareSides(entry.address, entry.state.suppression, after.suppression, at: now, limit)
            }
            return summary
        }
        summary.newlySuppressed.sort { $0.address.utf8.lexicographicallyPrecedes($1.address.utf8) }
        summary.noLongerSuppressed.sort { $0.address.utf8.lexicographicallyPrecedes($1.address.utf8) }
    }
}

extension PreviewSummary {
    fileprivate mutating func compareSides(
        _ address: String, _ before: Suppression?, _ after: Suppression?, at now: Int64, _ limit: Int
    ) {
        let old = before.flatMap { $0.holds(at: now) ? $0 : nil }
        let new = after.flatMap { $0.holds(at: now) ? $0 : nil }
        if old == nil, let new {
            newlySuppressedCount += 1
            if newlySuppressed.count < limit {
                newlySuppressed.append(SuppressedAddress(address: address, suppression: new))
            }
        } else if new == nil, let old {
            noLongerSuppressedCount += 1
            if noLongerSuppressed.count < limit {
                noLongerSuppressed.append(SuppressedAddress(address: address, suppression: old))
            }
        }
    }
}
