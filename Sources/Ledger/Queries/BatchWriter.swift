import Bytes
import Verdict

/// Writes one batch of deliveries, or of actions by hand, within a transaction that the caller opens and ends.
///
/// First every delivery and its outcomes; then the brake's counts; then each touched address once, derived from its
/// events. So the state of an address cannot depend on the order within a batch, or on how the deliveries are divided
/// into batches.
package final class BatchWriter {
    private let connection: any Connection
    private let policy: Policy
    private let terms: TermTable
    private let addresses: AddressTable
    private let addressWriter: AddressWriter
    private let changes: ChangeWriter
    private let brake: BrakeTable
    private let countsForBrake: Bool
    package let mailings: MailingDays

    private let index: ReportIndex
    private let deliveries: DeliveryTable
    private let outcomes: OutcomeTable
    private let captured: CapturedTable
    /// The reports that a copy has replaced, by their number.
    package private(set) var replaced = Set<Int64>()
    private let decisions: ReportDecisions
    private var tally = TallyTable()
    private var ruleHits = RuleHitTable()

    private let deliveryNumbers: RowNumbers
    private let addressNumbers: RowNumbers
    private var touched: [Touched] = []
    /// The latest date of an action by hand about one of them, before the batch.
    private var latestAction = Int64.min
    private var placeOfAddress: [String: Int] = [:]
    /// The addresses that have no row yet, by the id that they will have.
    private var newAddresses: [Int64: String] = [:]

    /// An address of this batch.
    private struct Touched {
        var address: String
        var domain: String
        /// The number of the domain, once the brake needed it: it is the same for all of the address's events.
        var provider: Int64?
        var id: Int64
        /// The state before the batch; nil for a new address.
        var state: AddressState?
        /// The latest date of an action by hand, those of the batch among them.
        var lastAction: Int64?
        /// What the batch adds.
        var events: [AddressEvent] = []
        /// What the batch removes.
        var lost: [AddressEvent] = []
        /// Whether the state before the batch cannot be continued.
        var mustBeDerived = false
    }

    /// - Parameter countsForBrake: whether the brake counts the deliveries; not if they come from another ledger whose
    ///   counts are copied as well.
    package init(_ connection: any Connection, policy: Policy, countsForBrake: Bool = true) throws {
        self.connection = connection
        self.policy = policy
        self.countsForBrake = countsForBrake
        terms = try TermTable(connection, writes: true)
        addresses = try AddressTable(connection, terms)
        addressWriter = try AddressWriter(connection, terms)
        changes = ChangeWriter(connection, terms)
        brake = try BrakeTable(connection, terms, rule: policy.brake)
        mailings = try MailingDays(connection, terms)
        index = try ReportIndex(connection, terms)
        deliveries = try DeliveryTable(connection, terms)
        outcomes = try OutcomeTable(connection, terms)
        captured = try CapturedTable(connection, terms)
        decisions = try ReportDecisions(connection)
        deliveryNumbers = try connection.numbers(for: .delivery)
        addressNumbers = try connection.numbers(for: .address)
    }

    /// - Parameter derived: addresses to derive again whether the batch names them or not.
    package func write(_ batch: [DeliveryEvent], deriving derived: [String] = []) throws -> [CommitOutcome] {
        let results = try writeDeliveries(batch)
        for address in derived {
            touched[try touch(address)].mustBeDerived = true
        }
        try writeStates()
        return results
    }

    /// The first part of a batch: the deliveries and what they say about addresses.
    package func writeDeliveries(_ batch: [DeliveryEvent]) throws -> [CommitOutcome] {
        var results = [CommitOutcome](repeating: .alreadyKnown, count: batch.count)
        try touchAddresses(of: batch)
        var places: [Int] = []
        places.reserveCapacity(batch.count)
        let numbers = try batch.map { _ in try deliveryNumbers.take() }
        for place in batch.indices {
            if try index.isPruned(batch[place]) { continue }
            if index.hasFormer, let head = try index.formerHead(batch[place]) {
                results[place] = try writeCopy(batch[place], of: head, number: numbers[place])
            } else {
                places.append(place)
            }
        }
        try deliveries.insert(places.count) { row in
            new(batch[places[row]], number: numbers[places[row]])
        } done: { rows, inserted in
            let areAllNew = try inserted() == rows.count
            for row in rows {
                let place = places[row]
                let number = numbers[place]
                if try areAllNew || deliveries.has(number) {
                    try writeOutcomes(batch[place], delivery: number)
                    try count(batch[place], counted: 1, duplicates: 0)
                    try countRules(batch[place])
                    results[place] = batch[place].outcomeIfNew
                } else {
                    results[place] = try writeKnown(batch[place], number: number)
                }
            }
        }
        try outcomes.flush()
        try captured.flush()
        return results
    }

    /// The second part: the states derived from them.
    package func writeStates() throws {
        try writeAddresses()
        try tally.write(connection)
        try ruleHits.write(connection)
    }

    // MARK: Deliveries

    private func new(_ event: DeliveryEvent, number: Int64, duplicateOf head: Int64? = nil) -> DeliveryTable.New {
        DeliveryTable.New(event: event, number: number, sight: firstSight(event), duplicateOf: head)
    }

    /// Writes a delivery whose file or report the ledger already has. `number` is unused.
    private func writeKnown(_ event: DeliveryEvent, number: Int64) throws -> CommitOutcome {
        if let head = try index.head(event) { return try writeCopy(event, of: head, number: number) }
        var event = event
        switch try index.file(event) {
        case .unknown: throw DamagedLedger()
        case .known, .reused(_, .some):
            try deliveries.learnPlace(event)
            return .alreadyKnown
        // Another report under the name of a file that was counted.
        case .reused(let key, nil): event.key = key
        }
        try deliveries.insert(new(event, number: number))
        try writeOutcomes(event, delivery: number)
        try count(event, counted: 1, duplicates: 0)
        try countRules(event)
        return event.outcomeIfNew
    }

    /// Writes a delivery whose report the ledger already has.
    private func writeCopy(
        _ event: DeliveryEvent, of head: ReportIndex.Head, number: Int64
    ) throws -> CommitOutcome {
        var event = event
        switch try index.file(event) {
        case .known:
            try deliveries.learnPlace(event)
            return .alreadyKnown
        case .reused(let key, let known):
            event.key = key
            guard known == nil else {
                try deliveries.learnPlace(event)
                return .alreadyKnown
            }
        case .unknown: break
        }
        if !head.isFolded, try comesBefore(event, head) {
            try replace(head, with: event, demoted: number)
        } else {
            try deliveries.insert(new(event, number: number, duplicateOf: head.id))
            try count(event, counted: 0, duplicates: 1)
        }
        try countRules(event)
        return .duplicate
    }

    /// Whether a copy counts instead of the one that counted so far: the heavier one does (`ReportWeight`), then the
    /// earlier.
    private func comesBefore(_ event: DeliveryEvent, _ head: ReportIndex.Head) throws -> Bool {
        var headWeight = ReportWeight(isVouched: head.isVouched, isHeld: head.isHeld)
        try forEachOutcome(of: head) { _, effect, _ in headWeight.add(effect) }
        let weight = ReportWeight(event)
        if weight != headWeight { return weight > headWeight }
        let headKey = DeliveryKey(maildir: try terms.text(head.maildir), unique: head.name)
        return (event.storedArrival, event.key) < (head.arrival, headKey)
    }

    /// Calls `body` with what a report says about each valid address, and the reason.
    private func forEachOutcome(
        of head: ReportIndex.Head, _ body: (String, AddressEvent.Effect, Token<Reason>) throws -> Void
    ) throws {
        try outcomes.forEach(of: head.id, class: head.classTerm) { id, address, effect, reason in
            // An address that is new in this batch has no row yet.
            guard let address = address ?? newAddresses[id] else { return }
            try body(address, effect, reason)
        }
    }

    /// Replaces the report that counted so far by a copy of it.
    ///
    /// - Parameter demoted: a number for the row of the other one.
    private func replace(_ head: ReportIndex.Head, with event: DeliveryEvent, demoted: Int64) throws {
        try deliveries.replace(head, with: event, sight: firstSight(event), demoted: demoted)
        try forEachOutcome(of: head) { address, effect, reason in
            let lost = AddressEvent(
                arrival: head.arrival, fingerprint: event.fingerprint, ordinal: 0, effect: effect, reason: reason,
                report: head.isHeld ? .held : .normal)
            let place = try touch(address)
            touched[place].lost.append(lost)
            touched[place].mustBeDerived = true
        }
        try outcomes.delete(of: head.id)
        try captured.delete(of: head.id)
        replaced.insert(head.id)
        // A release may override the report, so no state can be continued.
        try writeOutcomes(event, delivery: head.id, isReplacement: true)

        if !event.isCanary {
            tally.add(arrival: head.arrival, class: head.classTerm, origin: head.originTerm, counted: -1, duplicates: 1)
        }
        try count(event, counted: 1, duplicates: 0)
    }

    /// When an event was first seen, if an action by hand that was taken before has a later date: only then does the
    /// ledger need it.
    private func firstSight(_ event: DeliveryEvent) -> Int64? {
        // Actions dated in the future are rare, and reports name thousands of addresses.
        guard let seen = event.seen, latestAction > seen else { return nil }
        for outcome in event.outcomes.prefix(LedgerLimits.outcomesPerReport) {
            guard let canonical = CanonicalAddress(outcome.address), let place = placeOfAddress[canonical.text],
                let last = touched[place].state?.lastAction, last > seen
            else { continue }
            return LedgerLimits.clamped(arrival: seen)
        }
        return nil
    }

    // MARK: Outcomes

    /// Writes what a report that counts says, and what was captured of the mail that it returns.
    private func writeOutcomes(_ event: DeliveryEvent, delivery: Int64, isReplacement: Bool = false) throws {
        try captured.insert(event, delivery: delivery)
        let seen = firstSight(event)
        let (report, sharers) = (try decisions.status(event), event.storedSharers)
        let stream = event.stream?.stored(limit: LedgerLimits.termBytes)
        // The day of a mailing that the report proves.
        let mailing = event.isBulk ? event.mailed : nil
        let streamTerm = try mailing == nil ? nil : terms.number(stream)
        for (ordinal, outcome) in event.outcomes.prefix(LedgerLimits.outcomesPerReport).enumerated() {
            let canonical = CanonicalAddress(outcome.address)
            let spelling =
                outcome.address == canonical?.text ? nil : outcome.address.stored(limit: LedgerLimits.textBytes)
            let reason = try terms.number(outcome.reason.text) as Int64
            let effect = AddressEvent.Effect(
                class: event.class, fate: outcome.fate, replyCode: outcome.replyCode, status: outcome.status)
            var address: Int64?
            if let canonical {
                let addition = AddressEvent(
                    arrival: event.storedArrival, seen: seen, fingerprint: event.fingerprint,
                    delivery: delivery, ordinal: Int64(ordinal), effect: effect, class: event.class,
                    reason: outcome.reason, spelling: spelling, relay: outcome.fate.relay, party: outcome.party,
                    stream: stream, mailed: event.storedMailed, isVouched: event.isVouched, sharers: sharers,
                    report: report)
                let place = try touch(canonical.text)
                touched[place].events.append(addition)
                if isReplacement { touched[place].mustBeDerived = true }
                address = touched[place].id
                // A large report from outside proves nothing.
                if let mailing, let streamTerm, !event.isHeld {
                    mailings.add(stream: streamTerm, day: mailing, address: touched[place].id)
                }
                if addition.isBraked {
                    try brake.add(
                        touched[place].id, provider: try provider(place), reason: reason, addition,
                        isCounted: !countsForBrake)
                }
            }
            try outcomes.insert(
                OutcomeTable.New(
                    id: OutcomeTable.number(delivery, ordinal), address: address, spelling: spelling,
                    cause: effect.cause, event: outcome))
        }
    }

    /// Looks up all addresses of a batch in the order of their index, and numbers the new ones in that order, so that
    /// addresses that are read and written together are on one page.
    private func touchAddresses(of batch: [DeliveryEvent]) throws {
        var addresses: [String] = []
        addresses.reserveCapacity(batch.count)
        for place in batch.indices {
            for ordinal in 0..<min(batch[place].outcomes.count, LedgerLimits.outcomesPerReport) {
                guard let canonical = CanonicalAddress(batch[place].outcomes[ordinal].address) else { continue }
                addresses.append(canonical.text)
            }
        }
        addresses.sort()
        for address in addresses { _ = try touch(address) }
    }

    /// The place of an address among those that the batch touches.
    private func touch(_ canonical: String) throws -> Int {
        if let place = placeOfAddress[canonical] {
            return place
        }
        let place = touched.count
        placeOfAddress[canonical] = place
        let domain = CanonicalAddress.domain(ofCanonical: canonical)
        let entry = try addresses.entry(canonical)
        latestAction = max(latestAction, entry?.state.lastAction ?? .min)
        let id = try entry?.id ?? addressNumbers.take()
        touched.append(
            Touched(
                address: canonical, domain: domain, id: id, state: entry?.state, lastAction: entry?.state.lastAction))
        if entry == nil { newAddresses[id] = canonical }
        return place
    }

    /// The number of the domain of an address that the batch touches.
    private func provider(_ place: Int) throws -> Int64 {
        if let known = touched[place].provider {
            return known
        }
        let number = try terms.number(touched[place].domain) as Int64
        touched[place].provider = number
        return number
    }

    private func writeAddresses() throws {
        for place in touched.indices where !touched[place].lost.isEmpty {
            try forgetForBrake(touched[place])
        }
        let braked = try brake.settle().union(mailings.settle())
        var new: [AddressWriter.New] = []
        for entry in touched {
            // An address that only known reports name has not changed.
            if entry.events.isEmpty, !entry.mustBeDerived, !braked.contains(entry.id) { continue }
            let state: AddressState
            let first = entry.events.lazy.map(\.arrival).min() ?? 0
            let goesOn = !entry.mustBeDerived && !braked.contains(entry.id) && entry.state?.isBefore(first) ?? true
            if goesOn {
                // All new events come after all old ones: the fold continues where it stopped.
                var events = entry.events
                try brake.statuses.mark(&events, domain: entry.domain)
                state = AddressState.derive(
                    events, from: entry.state ?? AddressState(), domain: entry.domain, policy: policy,
                    mailings: try mailings.known(for: events))
            } else {
                state = try addresses.derive(
                    entry.id, entry.address, policy: policy, brake: brake.statuses, mailings: mailings)
            }
            let report = entry.events.last { !$0.effect.isByHand }?.delivery
            try changes.note(entry.address, from: entry.state, to: state, report: report)
            if entry.state == nil {
                new.append(AddressWriter.New(id: entry.id, address: entry.address, state: state))
            } else {
                try addressWriter.write(state, id: entry.id)
            }
        }
        try addressWriter.write(new)
        for id in braked.subtracting(touched.lazy.map(\.id)).sorted() {
            if let address = try addresses.address(id), let entry = try addresses.entry(address) {
                let state = try addresses.derive(
                    id, address, policy: policy, brake: brake.statuses, mailings: mailings)
                try changes.note(address, from: entry.state, to: state)
                try addressWriter.write(state, id: id)
            }
        }
        try changes.write()
        touched.removeAll()
        placeOfAddress.removeAll()
        newAddresses.removeAll()
    }

    /// Removes an address from the hours in which it has lost its only event.
    private func forgetForBrake(_ entry: Touched) throws {
        struct Hour: Hashable {
            var hour: Int64
            var reason: Token<Reason>
        }
        var kept: [Hour: Int64] = [:]
        for event in try addresses.events(entry.id) where event.isBraked {
            let hour = Hour(hour: event.hour, reason: event.reason)
            kept[hour] = max(kept[hour] ?? 0, event.weight)
        }
        for lost in entry.lost where lost.isBraked {
            let remaining = kept[Hour(hour: lost.hour, reason: lost.reason)]
            try brake.remove(entry.id, provider: entry.domain, lost, remaining: remaining)
        }
    }

    // MARK: Actions by hand

    /// Writes actions, in the order in which they were taken.
    package func write(_ actions: [ManualAction]) throws -> [ActionOutcome] {
        let table = try ActionTable(connection, terms)
        // Suppressions that are older than a later decision.
        var older: [(place: Int, address: String)] = []
        let forgotten = try ForgottenTable(connection, terms)
        var outcomes = [ActionOutcome]()
        outcomes.reserveCapacity(actions.count)
        for action in actions {
            guard let canonical = CanonicalAddress(action.address) else {
                outcomes.append(.notAnAddress)
                continue
            }
            // Only the hash of a forgotten address is removed; its name does not come back.
            let name = action.stream.map { Forgetting.name(canonical.text, stream: $0) } ?? canonical.text
            if action.kind == .release, try forgotten.release(name) {
                try changes.noteRelease(ofForgotten: canonical.text, stream: action.stream)
                if try placeOfAddress[canonical.text] == nil && addresses.entry(canonical.text) == nil {
                    outcomes.append(.done)
                    continue
                }
            }
            if action.onlyIfNeeded, try isCovered(action, canonical.text, forgotten) {
                outcomes.append(.alreadyKnown)
                continue
            }
            let place = try touch(canonical.text)
            var action = action
            let last = touched[place].lastAction ?? .min
            // A suppression now comes after earlier decisions, even if the clock was set back since.
            if action.kind == .suppress, !action.isDated { action.at = max(action.at, last) }
            touched[place].lastAction = max(action.at, last)
            guard try table.insert(action, of: touched[place].id) else {
                outcomes.append(.alreadyKnown)
                continue
            }
            if action.kind == .suppress, action.isDated, action.at < last {
                older.append((outcomes.count, canonical.text))
            }
            outcomes.append(.done)
            touched[place].mustBeDerived = true
        }
        try writeAddresses()
        for (place, address) in older where try addresses.entry(address)?.state.suppression == nil {
            outcomes[place] = .released
        }
        return outcomes
    }

    private func isCovered(_ action: ManualAction, _ canonical: String, _ forgotten: ForgottenTable) throws -> Bool {
        let state = try addresses.entry(canonical)?.state
        if let stream = action.stream {
            return state?.unsubscribed.contains { $0.stream == stream && $0.since <= action.at } ?? false
        }
        // A weaker cause adds nothing.
        if let known = state?.suppression, action.isCovered(by: known),
            known.cause > action.cause || known.cause == action.cause && known.storedReason == action.storedReason
        {
            return true
        }
        return try forgotten.suppression(canonical).map { action.isCovered(by: $0) } ?? false
    }

    // MARK: The brake

    /// Updates the spikes of providers and reasons from an hour on, after a decision about them.
    package func settleBrake(_ pairs: some Sequence<BrakePairName>, from hour: Int64) throws {
        for pair in pairs { try brake.touch(provider: pair.provider, reason: pair.reason, hour: hour) }
        try writeAddresses()
    }

    /// Derives the addresses of a report again, after a decision about it.
    package func derive(addressesOf report: Int64, class messageClass: Int64) throws {
        var named: [String] = []
        try outcomes.forEach(of: report, class: messageClass) { _, address, _, _ in
            if let address { named.append(address) }
        }
        for address in named { touched[try touch(address)].mustBeDerived = true }
        try writeAddresses()
    }

    /// Notes days on which streams were mailed, and derives the states that depend on them.
    ///
    /// - Returns: how many of them were not known.
    func write(_ sent: [(stream: String, day: Int64, count: Int64?)]) throws -> Int {
        let insert = try connection.prepare(
            """
            INSERT INTO sent (stream, day, count) VALUES (?1, ?2, ?3)
            ON CONFLICT (stream, day) DO UPDATE SET count = coalesce(excluded.count, sent.count)
            """)
        var new = Set<MailingDays.Day>()
        for entry in sent {
            let day = MailingDays.Day(stream: try terms.number(entry.stream), day: entry.day)
            if try !mailings.isKnown(day) { new.insert(day) }
            try insert.bind(1, day.stream)
            try insert.bind(2, day.day)
            try insert.bind(3, entry.count)
            try insert.execute()
        }
        try derive(mailings.learn(new))
        return new.count
    }

    /// Derives the states of addresses again.
    private func derive(_ numbers: Set<Int64>) throws {
        for id in numbers.sorted() {
            guard let address = try addresses.address(id) else { continue }
            touched[try touch(address)].mustBeDerived = true
        }
        try writeAddresses()
    }

    /// Removes a day that was told, and derives the states that depend on it.
    func takeBack(_ stream: String, day: Int64) throws -> Bool {
        guard let number = try terms.known(stream) else { return false }
        let delete = try connection.prepare("DELETE FROM sent WHERE stream = ?1 AND day = ?2")
        try delete.bind(1, number)
        try delete.bind(2, day)
        try delete.execute()
        guard try connection.changes > 0 else { return false }
        try derive(mailings.learn([MailingDays.Day(stream: number, day: day)]))
        return true
    }

    // MARK: Sums

    private func count(_ event: DeliveryEvent, counted: Int64, duplicates: Int64) throws {
        if event.isCanary { return }
        tally.add(
            arrival: event.storedArrival, class: try terms.number(event.class.text),
            origin: try terms.number(event.origin?.text) ?? 0, counted: counted, duplicates: duplicates)
    }

    private func countRules(_ event: DeliveryEvent) throws {
        for rule in event.rules { ruleHits.add(try terms.number(rule), at: event.storedArrival) }
    }
}

extension DeliveryEvent {
    fileprivate var outcomeIfNew: CommitOutcome { isCanary ? .canary : .counted }
}
