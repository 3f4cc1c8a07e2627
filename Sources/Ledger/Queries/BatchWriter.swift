import Bytes
import Verdict

/// Writes one batch of deliveries, or of actions by hand, within a transaction that the caller opens and ends.
///
/// First every delivery and its outcomes; then the brake's counts; then each touched address once, derived from its
/// events. The state of an address therefore cannot depend on the order within a batch, nor on how the deliveries fall
/// into batches.
package final class BatchWriter {
    private let connection: any Connection
    private let policy: Policy
    private let terms: TermTable
    private let addresses: AddressTable
    private let addressWriter: AddressWriter
    private let brake: BrakeTable
    private let countsForBrake: Bool

    private let index: ReportIndex
    private let selectNumber: any Query
    private let fillPlace: any Query
    private let insertDelivery: RowInsertion
    private let replaceHead: any Query
    private let demoteHead: any Query
    private let insertOutcome: RowInsertion
    private let deleteOutcomes: any Query
    private let selectOutcomes: any Query

    private let deliveryNumbers: RowNumbers
    private let addressNumbers: RowNumbers
    /// The outcomes that are not written yet.
    private var outcomes: [NewOutcome] = []
    private var touched: [Touched] = []
    /// The latest date of an action by hand about one of them, before the batch.
    private var latestAction = Int64.min
    private var placeOfAddress: [String: Int] = [:]
    /// The addresses that have no row yet, by the id that they will have.
    private var newAddresses: [Int64: String] = [:]
    private var tally: [Hour: (counted: Int64, duplicates: Int64)] = [:]
    private var ruleHits: [Int64: (hits: Int64, lastSeen: Int64)] = [:]

    /// An address of this batch.
    private struct Touched {
        package var address: String
        package var domain: String
        /// The number of the domain, once the brake has asked for it: it is the same for all of the address's events.
        package var provider: Int64?
        package var id: Int64
        /// The state before the batch; nothing for an address that is new.
        package var state: AddressState?
        /// The latest date of an action by hand, those of the batch among them.
        package var lastAction: Int64?
        /// What the batch adds.
        package var events: [AddressEvent] = []
        /// What the batch takes away.
        package var lost: [AddressEvent] = []
        /// Whether the state before the batch is of no use.
        package var mustBeDerived = false
    }

    private struct Hour: Hashable {
        package var hour: Int64
        package var classTerm: Int64
        package var originTerm: Int64
    }

    /// A row of `outcome`.
    private struct NewOutcome {
        package var id: Int64
        package var address: Int64?
        package var kind: Int64
        package var reason: Int64
        package var remoteMTA: Int64?
        package var spelling: String?
        var cause: Suppression.Cause?
        package var texts: OutcomeEvent
    }

    /// How many outcomes wait at the most: a report may have a million.
    private static let waitingOutcomes = 1_024

    private static let deliveryColumns = [
        "maildir", "name", "fingerprint", "arrival", "class", "origin", "dialect", "reporting_mta", "folder", "file",
        "message_id", "seen", "first_seen", "stream", "delivered_to",
    ]

    /// - Parameter countsForBrake: whether the brake counts the deliveries; not where they come from another ledger
    ///   whose counts are copied beside them.
    package init(_ connection: any Connection, policy: Policy, countsForBrake: Bool = true) throws {
        self.connection = connection
        self.policy = policy
        self.countsForBrake = countsForBrake
        terms = try TermTable(connection, writes: true)
        addresses = try AddressTable(connection, terms)
        addressWriter = try AddressWriter(connection, terms)
        brake = try BrakeTable(connection, terms, rule: policy.brake)
        let columns = BatchWriter.deliveryColumns.joined(separator: ", ")
        index = try ReportIndex(connection, terms)
        selectNumber = try connection.prepare("SELECT 1 FROM delivery WHERE id = ?1")
        fillPlace = try connection.prepare(
            """
            UPDATE delivery SET folder = ?3, file = ?4 WHERE maildir = ?1 AND name = ?2 AND folder IS NULL AND file IS NULL
            """)
        // Either may be there: the file under its name, or its report.
        insertDelivery = try RowInsertion(
            connection, into: "delivery", columns: BatchWriter.deliveryColumns + ["id", "duplicate_of"],
            end: " ON CONFLICT DO NOTHING")
        // The row of the report that counts keeps its id when an earlier copy takes its place, so that no other
        // duplicate has to be touched.
        replaceHead = try connection.prepare(
            """
            UPDATE delivery SET (\(columns)) = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            WHERE id = ?16
            """)
        demoteHead = try connection.prepare(
            """
            INSERT INTO delivery (\(columns), id, duplicate_of) SELECT maildir, ?3, fingerprint, arrival, class, origin,
                dialect, reporting_mta, folder, file, message_id, seen, first_seen, stream, delivered_to, ?2, id FROM delivery WHERE id = ?1
            """)
        insertOutcome = try RowInsertion(
            connection, into: "outcome",
            columns: [
                "id", "address", "kind", "reason", "status", "reply_code", "action", "diagnostic", "remote_mta",
                "command", "spelling", "party", "cause",
            ])
        deleteOutcomes = try connection.prepare("DELETE FROM outcome WHERE id >= ?1 AND id < ?2")
        selectOutcomes = try connection.prepare(
            """
            SELECT o.address, a.address, o.kind, o.reason, o.reply_code, o.status
            FROM outcome AS o LEFT JOIN address AS a ON a.id = o.address
            WHERE o.id >= ?1 AND o.id < ?2 AND o.address IS NOT NULL
            """)
        deliveryNumbers = try connection.numbers(for: .delivery)
        addressNumbers = try connection.numbers(for: .address)
    }

    /// - Parameter derived: addresses to derive anew whether the batch names them or not.
    package func write(_ batch: [DeliveryEvent], deriving derived: [String] = []) throws -> [CommitOutcome] {
        let results = try writeDeliveries(batch)
        for address in derived {
            touched[try touch(address)].mustBeDerived = true
        }
        try writeStates()
        return results
    }

    /// The first part of a batch: the deliveries and what they say of addresses.
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
        try insertDelivery.insert(places.count) { row, query, first in
            let place = places[row]
            try bindDelivery(query, from: first, batch[place], number: numbers[place], duplicateOf: nil)
        } done: { rows, inserted in
            let areAllNew = try inserted() == rows.count
            for row in rows {
                let place = places[row]
                let number = numbers[place]
                if try areAllNew || isThere(number) {
                    try writeOutcomes(batch[place], delivery: number)
                    try count(batch[place], counted: 1, duplicates: 0)
                    try countRules(batch[place])
                    results[place] = .counted
                } else {
                    results[place] = try writeKnown(batch[place], number: number)
                }
            }
        }
        try flushOutcomes()
        return results
    }

    /// The second part: what follows from them.
    package func writeStates() throws {
        try writeAddresses()
        try writeTally()
        try writeRuleHits()
    }

    // MARK: Deliveries

    private func isThere(_ number: Int64) throws -> Bool {
        defer { selectNumber.reset() }
        try selectNumber.bind(1, number)
        return try selectNumber.step()
    }

    /// Writes down a delivery whose file, or whose report, the ledger has already. `number` is one that no row has.
    private func writeKnown(_ event: DeliveryEvent, number: Int64) throws -> CommitOutcome {
        if let head = try index.head(event) { return try writeCopy(event, of: head, number: number) }
        var event = event
        switch try index.file(event) {
        case .unknown: throw DamagedLedger()
        case .known, .reused(_, .some):
            try learnPlace(event)
            return .alreadyKnown
        // Another report under the name of a file that was counted.
        case .reused(let key, nil): event.key = key
        }
        try bindDelivery(insertDelivery.one, from: 1, event, number: number, duplicateOf: nil)
        try insertDelivery.one.execute()
        try writeOutcomes(event, delivery: number)
        try count(event, counted: 1, duplicates: 0)
        try countRules(event)
        return .counted
    }

    /// Writes down a delivery whose report the ledger has already.
    private func writeCopy(
        _ event: DeliveryEvent, of head: ReportIndex.Head, number: Int64
    ) throws -> CommitOutcome {
        var event = event
        switch try index.file(event) {
        case .known:
            try learnPlace(event)
            return .alreadyKnown
        case .reused(let key, let known):
            event.key = key
            guard known == nil else {
                try learnPlace(event)
                return .alreadyKnown
            }
        case .unknown: break
        }
        if !head.isFolded, try comesBefore(event, head) {
            try replace(head, with: event, demoted: number)
        } else {
            try bindDelivery(insertDelivery.one, from: 1, event, number: number, duplicateOf: head.id)
            try insertDelivery.one.execute()
            try count(event, counted: 0, duplicates: 1)
        }
        try countRules(event)
        return .duplicate
    }

    /// Whether a copy counts instead of the one that counted so far: the one that proves and says more does, then the earlier.
    private func comesBefore(_ event: DeliveryEvent, _ head: ReportIndex.Head) throws -> Bool {
        try flushOutcomes()
        var headWeight = ReportWeight()
        try forEachOutcome(of: head) { _, effect, _ in headWeight.add(effect) }
        let weight = ReportWeight(event)
        if weight != headWeight { return weight > headWeight }
        let headKey = DeliveryKey(maildir: try terms.text(head.maildir), unique: head.name)
        return (event.storedArrival, event.key) < (head.arrival, headKey)
    }

    /// Gives what a report says about each valid address, and for what reason. All outcomes must be written.
    private func forEachOutcome(
        of head: ReportIndex.Head, _ body: (String, AddressEvent.Effect, Token<Reason>) throws -> Void
    ) throws {
        defer { selectOutcomes.reset() }
        try selectOutcomes.bind(1, head.id << LedgerLimits.ordinalBits)
        try selectOutcomes.bind(2, (head.id + 1) << LedgerLimits.ordinalBits)
        let messageClass = try terms.messageClass(head.classTerm)
        while try selectOutcomes.step() {
            // An address that this very batch brought has no row yet.
            guard let address = selectOutcomes.optionalText(1) ?? newAddresses[selectOutcomes.integer(0)] else {
                continue
            }
            let effect = AddressEvent.Effect(
                class: messageClass, fate: try terms.fate(selectOutcomes.integer(2)),
                replyCode: selectOutcomes.optionalText(4), status: selectOutcomes.optionalText(5))
            try body(address, effect, try terms.reason(selectOutcomes.integer(3)))
        }
    }

    /// Lets a copy of a report take the place of the one that counted so far.
    ///
    /// - Parameter demoted: a number for the row of the other one.
    private func replace(_ head: ReportIndex.Head, with event: DeliveryEvent, demoted: Int64) throws {
        // The indexes allow one row a key and one counted row a report: first a copy of the old row under a name that
        // no file has, then the new content, then the old name.
        try demoteHead.bind(1, head.id)
        try demoteHead.bind(2, demoted)
        try demoteHead.bind(3, [UInt8]("/\(demoted)".utf8))
        try demoteHead.execute()
        try bindDelivery(replaceHead, from: 1, event)
        try replaceHead.bind(16, head.id)
        try replaceHead.execute()
        let rename = try connection.prepare("UPDATE delivery SET name = ?1 WHERE id = ?2")
        try rename.bind(1, head.name)
        try rename.bind(2, demoted)
        try rename.execute()

        try forEachOutcome(of: head) { address, effect, reason in
            let lost = AddressEvent(
                arrival: head.arrival, fingerprint: event.fingerprint, ordinal: 0, effect: effect, reason: reason)
            let place = try touch(address)
            touched[place].lost.append(lost)
            touched[place].mustBeDerived = true
        }
        try deleteOutcomes.bind(1, head.id << LedgerLimits.ordinalBits)
        try deleteOutcomes.bind(2, (head.id + 1) << LedgerLimits.ordinalBits)
        try deleteOutcomes.execute()
        // A release may hold against the report, so that no state goes on from where it stopped.
        try writeOutcomes(event, delivery: head.id, isReplacement: true)

        let old = Hour(
            hour: head.arrival / CalendarTime.secondsPerHour, classTerm: head.classTerm, originTerm: head.originTerm)
        tally[old, default: (0, 0)].counted -= 1
        tally[old, default: (0, 0)].duplicates += 1
        try count(event, counted: 1, duplicates: 0)
    }

    /// A message that was counted where it lay may be filed later, by a scan that only moves it.
    private func learnPlace(_ event: DeliveryEvent) throws {
        guard event.destination != nil else { return }
        let place = StoredPlace(event.destination, key: event.key)
        try fillPlace.bind(1, try terms.number(event.key.maildir) as Int64)
        try fillPlace.bind(2, event.key.unique)
        try fillPlace.bind(3, try terms.number(place.folder))
        try fillPlace.bind(4, place.file?.stored(limit: LedgerLimits.textBytes))
        try fillPlace.execute()
    }

    private func bindDelivery(
        _ query: any Query, from first: Int32, _ event: DeliveryEvent, number: Int64, duplicateOf head: Int64?
    ) throws {
        try bindDelivery(query, from: first, event)
        try query.bind(first + 15, number)
        try query.bind(first + 16, head)
    }

    /// Binds the columns `deliveryColumns`.
    private func bindDelivery(_ query: any Query, from first: Int32, _ event: DeliveryEvent) throws {
        let place = StoredPlace(event.destination, key: event.key)
        try query.bind(first, try terms.number(event.key.maildir) as Int64)
        try query.bind(first + 1, event.key.unique)
        try query.bind(first + 2, event.fingerprint.bytes)
        try query.bind(first + 3, event.storedArrival)
        try query.bind(first + 4, try terms.number(event.class.text) as Int64)
        try query.bind(first + 5, try terms.number(event.origin?.text))
        try query.bind(first + 6, try terms.number(event.dialect))
        try query.bind(first + 7, try terms.number(event.reportingMTA))
        try query.bind(first + 8, try terms.number(place.folder))
        try query.bind(first + 9, place.file?.stored(limit: LedgerLimits.textBytes))
        try query.bind(first + 10, event.messageID?.stored(limit: LedgerLimits.textBytes))
        try query.bind(first + 11, firstSight(event))
        try query.bind(first + 12, event.seen.map(LedgerLimits.clamped))
        try query.bind(first + 13, try terms.number(event.stream))
        try query.bind(first + 14, event.deliveredTo?.stored(limit: LedgerLimits.textBytes))
    }

    /// When an event was first seen, where an action by hand bears a later date although it was taken before: only then does
    /// the ledger need to know it.
    private func firstSight(_ event: DeliveryEvent) -> Int64? {
        // Actions of days to come are rare, and reports name thousands.
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

    private func writeOutcomes(_ event: DeliveryEvent, delivery: Int64, isReplacement: Bool = false) throws {
        let seen = firstSight(event)
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
                    reason: outcome.reason, spelling: spelling, relay: outcome.fate.relay)
                let place = try touch(canonical.text)
                touched[place].events.append(addition)
                if isReplacement { touched[place].mustBeDerived = true }
                address = touched[place].id
                if addition.effect.isBraked {
                    try brake.add(
                        touched[place].id, provider: try provider(place), reason: reason, addition,
                        isCounted: !countsForBrake)
                }
            }
            outcomes.append(
                NewOutcome(
                    id: delivery << LedgerLimits.ordinalBits | Int64(ordinal), address: address,
                    kind: try terms.number(outcome.fate.text), reason: reason,
                    remoteMTA: try terms.number(outcome.remoteMTA),
                    spelling: spelling, cause: effect.cause, texts: outcome))
            if outcomes.count >= BatchWriter.waitingOutcomes { try flushOutcomes() }
        }
    }

    /// Writes the outcomes that wait. Whoever reads the table does this first.
    private func flushOutcomes() throws {
        try insertOutcome.insert(outcomes.count) { row, query, first in
            let outcome = outcomes[row]
            let texts = outcome.texts
            try query.bind(first, outcome.id)
            try query.bind(first + 1, outcome.address)
            try query.bind(first + 2, outcome.kind)
            try query.bind(first + 3, outcome.reason)
            try query.bind(first + 4, texts.status?.stored(limit: LedgerLimits.textBytes))
            try query.bind(first + 5, texts.replyCode?.stored(limit: LedgerLimits.textBytes))
            try query.bind(first + 6, texts.action?.stored(limit: LedgerLimits.textBytes))
            try query.bind(first + 7, texts.diagnostic?.stored(limit: LedgerLimits.diagnosticBytes))
            try query.bind(first + 8, outcome.remoteMTA)
            try query.bind(first + 9, texts.command?.stored(limit: LedgerLimits.textBytes))
            try query.bind(first + 10, outcome.spelling)
            try query.bind(first + 11, texts.party?.number)
            try query.bind(first + 12, outcome.cause?.rawValue)
        }
        outcomes.removeAll(keepingCapacity: true)
    }

    /// Looks for all addresses of a batch in the order of their index, and numbers the new ones in that order: those that are
    /// read, and later written, one after the other then stand on one page.
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
        let braked = try brake.settle()
        var new: [AddressWriter.New] = []
        for entry in touched {
            // Of an address that only known reports name, nothing has changed.
            if entry.events.isEmpty, !entry.mustBeDerived, !braked.contains(entry.id) { continue }
            let state: AddressState
            let first = entry.events.lazy.map(\.arrival).min() ?? 0
            let goesOn = !entry.mustBeDerived && !braked.contains(entry.id) && entry.state?.isBefore(first) ?? true
            if goesOn {
                // All new events come after all old ones: the fold goes on where it stopped.
                var events = entry.events
                try brake.statuses.mark(&events, domain: entry.domain)
                state = AddressState.derive(
                    events, from: entry.state ?? AddressState(), domain: entry.domain, policy: policy)
            } else {
                state = try addresses.derive(entry.id, entry.address, policy: policy, brake: brake.statuses)
            }
            if entry.state == nil {
                new.append(AddressWriter.New(id: entry.id, address: entry.address, state: state))
            } else {
                try addressWriter.write(state, id: entry.id)
            }
        }
        try addressWriter.write(new)
        for id in braked.subtracting(touched.lazy.map(\.id)) {
            if let address = try addresses.address(id) {
                let state = try addresses.derive(id, address, policy: policy, brake: brake.statuses)
                try addressWriter.write(state, id: id)
            }
        }
        touched.removeAll()
        placeOfAddress.removeAll()
        newAddresses.removeAll()
    }

    /// Takes an address out of the hours in which it has lost its only event.
    private func forgetForBrake(_ entry: Touched) throws {
        struct Hour: Hashable {
            var hour: Int64
            var reason: Token<Reason>
        }
        var kept = Set<Hour>()
        for event in try addresses.events(entry.id) where event.effect.isBraked {
            kept.insert(Hour(hour: event.hour, reason: event.reason))
        }
        for lost in entry.lost where lost.effect.isBraked {
            if !kept.contains(Hour(hour: lost.hour, reason: lost.reason)) {
                try brake.remove(entry.id, provider: entry.domain, lost)
            }
        }
    }

    // MARK: Actions by hand

    /// Writes actions, in the order in which they were taken.
    package func write(_ actions: [ManualAction]) throws -> [ActionOutcome] {
        let insert = try connection.prepare(
            """
            INSERT INTO action (address, at, kind, reason, until, author, note, known)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (address, at, kind, reason) DO NOTHING
            """)
        let known = try connection.lastDelivery()
        // Suppressions that are older than something decided later.
        var older: [(place: Int, address: String)] = []
        let forgotten = try ForgottenTable(connection, terms)
        var outcomes = [ActionOutcome]()
        outcomes.reserveCapacity(actions.count)
        for action in actions {
            guard let canonical = CanonicalAddress(action.address) else {
                outcomes.append(.notAnAddress)
                continue
            }
            // Of a forgotten address only the hash goes; its name does not come back.
            if action.kind == .release, try forgotten.release(canonical.text),
                try placeOfAddress[canonical.text] == nil && addresses.entry(canonical.text) == nil
            {
                outcomes.append(.done)
                continue
            }
            if action.onlyIfNeeded, try isCovered(action, canonical.text, forgotten) {
                outcomes.append(.alreadyKnown)
                continue
            }
            let place = try touch(canonical.text)
            var action = action
            let last = touched[place].lastAction ?? .min
            // Who is suppressed now is so after what was decided before, also where the clock went back since.
            if action.kind == .suppress, !action.isDated { action.at = max(action.at, last) }
            touched[place].lastAction = max(action.at, last)
            try insert.bind(1, touched[place].id)
            try insert.bind(2, LedgerLimits.clamped(arrival: action.at))
            try insert.bind(3, action.kind.rawValue)
            try insert.bind(4, try terms.number(action.reason.stored(limit: LedgerLimits.textBytes)) as Int64)
            try insert.bind(5, action.until.map(LedgerLimits.clamped))
            try insert.bind(6, try terms.number(action.author?.stored(limit: LedgerLimits.textBytes)))
            try insert.bind(7, action.note?.stored(limit: LedgerLimits.textBytes))
            try insert.bind(8, known)
            try insert.execute()
            if try connection.changes == 0 {
                guard try makeRoom(for: action, of: touched[place].id, known: known) else {
                    outcomes.append(.alreadyKnown)
                    continue
                }
                try insert.execute()
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

    /// Takes away an action that was taken in the same second for the same reason, where another action, or for a release a
    /// report, has come since, so that the new one comes after that.
    ///
    /// - Returns: whether the action has to be written again.
    private func makeRoom(for action: ManualAction, of address: Int64, known: Int64) throws -> Bool {
        let select = try connection.prepare(
            """
            SELECT id, known, (SELECT max(id) FROM action WHERE address = ?1) FROM action
            WHERE address = ?1 AND at = ?2 AND kind = ?3 AND reason = ?4
            """)
        try select.bind(1, address)
        try select.bind(2, LedgerLimits.clamped(arrival: action.at))
        try select.bind(3, action.kind.rawValue)
        try select.bind(4, try terms.number(action.reason.stored(limit: LedgerLimits.textBytes)) as Int64)
        guard try select.step() else { throw DamagedLedger() }
        let (id, before, last) = (select.integer(0), select.optionalInteger(1), select.integer(2))
        select.reset()
        if id == last, action.kind == .suppress || before == known { return false }
        let delete = try connection.prepare("DELETE FROM action WHERE id = ?1")
        try delete.bind(1, id)
        try delete.execute()
        return true
    }

    private func isCovered(_ action: ManualAction, _ canonical: String, _ forgotten: ForgottenTable) throws -> Bool {
        if let known = try addresses.entry(canonical)?.state.suppression, known.cause == .manual,
            known.reason.text == action.reason.stored(limit: LedgerLimits.textBytes), action.isCovered(by: known)
        {
            return true
        }
        return try forgotten.suppression(canonical).map { action.isCovered(by: $0) } ?? false
    }

    // MARK: The brake

    /// Looks anew at the spikes of providers and reasons from an hour on, after a decision about them.
    package func settleBrake(_ pairs: some Sequence<BrakePairName>, from hour: Int64) throws {
        for pair in pairs { try brake.touch(provider: pair.provider, reason: pair.reason, hour: hour) }
        try writeAddresses()
    }

    // MARK: Sums

    private func count(_ event: DeliveryEvent, counted: Int64, duplicates: Int64) throws {
        let hour = Hour(
            hour: event.storedArrival / CalendarTime.secondsPerHour,
            classTerm: try terms.number(event.class.text) as Int64,
            originTerm: try terms.number(event.origin?.text) ?? 0)
        tally[hour, default: (0, 0)].counted += counted
        tally[hour, default: (0, 0)].duplicates += duplicates
    }

    private func writeTally() throws {
        let upsert = try connection.prepare(
            """
            INSERT INTO tally (hour, class, origin, counted, duplicates) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (hour, class, origin) DO UPDATE
            SET counted = tally.counted + excluded.counted, duplicates = tally.duplicates + excluded.duplicates
            """)
        for (hour, sums) in tally where sums.counted != 0 || sums.duplicates != 0 {
            try upsert.bind(1, hour.hour)
            try upsert.bind(2, hour.classTerm)
            try upsert.bind(3, hour.originTerm)
            try upsert.bind(4, sums.counted)
            try upsert.bind(5, sums.duplicates)
            try upsert.execute()
        }
        tally.removeAll()
    }

    /// A rule's hits are counted by file, duplicates included: a sum that no order can change.
    private func countRules(_ event: DeliveryEvent) throws {
        for rule in event.rules {
            let term = try terms.number(rule) as Int64
            let sums = ruleHits[term] ?? (0, 0)
            ruleHits[term] = (sums.hits + 1, max(sums.lastSeen, event.storedArrival))
        }
    }

    private func writeRuleHits() throws {
        let upsert = try connection.prepare(
            """
            INSERT INTO rule_hit (rule, hits, last_seen) VALUES (?1, ?2, ?3)
            ON CONFLICT (rule) DO UPDATE
            SET hits = rule_hit.hits + excluded.hits, last_seen = CASE
                WHEN rule_hit.last_seen > excluded.last_seen THEN rule_hit.last_seen ELSE excluded.last_seen END
            """)
        for (rule, sums) in ruleHits {
            try upsert.bind(1, rule)
            try upsert.bind(2, sums.hits)
            try upsert.bind(3, sums.lastSeen)
            try upsert.execute()
        }
        ruleHits.removeAll()
    }
}
