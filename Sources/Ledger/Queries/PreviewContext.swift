/// The rows of a ledger that a batch may touch: the events that may be copies of its own, and everything that the
/// states of its addresses are derived from.
struct PreviewContext {
    /// The data of an address other than reports.
    private struct Rest {
        var address: String
        var base: AddressState?
        var actions: [AddressEvent]
    }

    private var deliveries: [DeliveryEvent] = []
    /// Their numbers.
    private var numbers: [Int64] = []
    private var lastDelivery: Int64 = 0
    /// When the ledger was converted from the fingerprints of version 0.1.0 to the current ones.
    private var formerEnd: Int64?
    /// Of these, the ones that keep their place among their copies.
    private var folded: [Fingerprint] = []
    private var pruned: [Fingerprint] = []
    private var rests: [Rest] = []
    private var hours: [(pair: BrakePairName, count: BrakeCount, folded: (Int64, votes: Int64, vouched: Int64))] = []
    private var decisions: [(pair: BrakePairName, decision: BrakeDecision)] = []
    private var reportDecisions: [(fingerprint: Fingerprint, verdict: Int64)] = []
    /// The days on which the streams of the events were mailed, as far as the ledger knows.
    private var mailingDays: [String: [Int64]] = [:]
    private(set) var pairs: Set<BrakePairName>
    /// The requested addresses, and those of the reports that the batch may replace, in canonical form.
    private(set) var addresses: Set<String>

    /// - Parameters:
    ///   - addresses: those of the batch, in canonical form.
    ///   - pairs: those of the brake that were not read before.
    ///   - known: the addresses that were read before.
    init(
        of batch: [DeliveryEvent], addresses: Set<String>, pairs: Set<BrakePairName>, known: Set<String>,
        _ ledger: LedgerStore
    ) throws(LedgerError) {
        self.pairs = pairs
        self.addresses = addresses.subtracting(known)
        let empty = self
        var context = self
        try ledger.read { connection in
            // A read may run twice.
            context = empty
            let terms = try TermTable(connection, writes: false)
            context.lastDelivery = try connection.lastDelivery()
            context.formerEnd = try ReportIndex.formerEnd(connection)
            try context.readLonelyAddresses(connection, terms, batch, known)
            try context.readDeliveries(connection, terms, batch, known)
            let mailings = try MailingDays(connection, terms)
            for stream in Set((context.deliveries + batch).compactMap(\.stream)) {
                context.mailingDays[stream] = try mailings.days(of: stream)
            }
            try context.readRests(connection, terms)
            if ledger.policy.brake != nil {
                try context.readBrake(connection, terms)
            }
        }
        self = context
    }

    /// Adds the addresses from which alone a report came about one of the batch's mailings: a second one makes that day
    /// known.
    private mutating func readLonelyAddresses(
        _ connection: any Connection, _ terms: TermTable, _ batch: [DeliveryEvent], _ known: Set<String>
    ) throws {
        let query = try connection.prepare(
            """
            SELECT a.address FROM mailing_day AS m JOIN address AS a ON a.id = m.low
            WHERE m.stream = ?1 AND m.day = ?2 AND m.low = m.high AND m.folded = 0
            """)
        struct Day: Hashable {
            var stream: String
            var day: Int64
        }
        var seen = Set<Day>()
        for event in batch where event.isBulk {
            guard let stream = event.stream, let day = event.mailed, let number = try terms.known(stream),
                seen.insert(Day(stream: stream, day: day)).inserted
            else { continue }
            defer { query.reset() }
            try query.bind(1, number)
            try query.bind(2, day)
            if try query.step(), !known.contains(query.text(0)) { addresses.insert(query.text(0)) }
        }
    }

    private mutating func readDeliveries(
        _ connection: any Connection, _ terms: TermTable, _ batch: [DeliveryEvent], _ known: Set<String>
    ) throws {
        let prints = Set(batch.lazy.flatMap(\.fingerprints))
        try connection.forEach(
            prints.map { .bytes($0.bytes) }, "SELECT fingerprint FROM pruned WHERE fingerprint = ?1"
        ) { pruned.append($0.fingerprint(0)) }
        let reader = try DeliveryReader(connection, terms)
        var events: [Int64: (event: DeliveryEvent, isFolded: Bool)] = [:]
        // If a copy replaces a report, addresses that only the report names lose it.
        for id in try reader.deliveries(of: batch, naming: []) {
            events[id] = try reader.event(id)
            for outcome in events[id]?.event.outcomes ?? [] {
                guard let address = CanonicalAddress(outcome.address)?.text, !known.contains(address) else { continue }
                addresses.insert(address)
            }
        }
        for id in try reader.deliveries(of: [], naming: addresses.sorted()) where events[id] == nil {
            events[id] = try reader.event(id)
        }
        let held = prints.union(events.values.lazy.filter(\.event.isHeld).map(\.event.fingerprint))
        try connection.forEach(
            held.map { .bytes($0.bytes) }, "SELECT fingerprint, verdict FROM report_decision WHERE fingerprint = ?1"
        ) { reportDecisions.append(($0.fingerprint(0), $0.integer(1))) }
        for (id, (event, isFolded)) in events.sorted(by: { $0.key < $1.key }) {
            deliveries.append(event)
            numbers.append(id)
            if isFolded { folded.append(event.fingerprint) }
            for outcome in event.outcomes {
                if let address = CanonicalAddress(outcome.address) {
                    pairs.insert(BrakePairName(provider: address.domain, reason: outcome.reason))
                }
            }
        }
    }

    private mutating func readRests(_ connection: any Connection, _ terms: TermTable) throws {
        let table = try AddressTable(connection, terms)
        let addresses = self.addresses.sorted()
        let entries = try AddressTable.entries(connection, terms, addresses)
        for address in addresses {
            guard let entry = entries[address] else { continue }
            let base = try table.base(entry.id)
            let actions = try table.events(entry.id).filter(\.effect.isByHand)
            if !base.isEmpty || !actions.isEmpty {
                rests.append(Rest(address: address, base: base.isEmpty ? nil : base, actions: actions))
            }
        }
    }

    private mutating func readBrake(_ connection: any Connection, _ terms: TermTable) throws {
        var known: [BrakeTable.Pair: BrakePairName] = [:]
        let numbers = try terms.known(Set(pairs.flatMap { [$0.provider, $0.reason.text] }))
        for pair in pairs {
            guard let provider = numbers[pair.provider], let reason = numbers[pair.reason.text] else { continue }
            known[BrakeTable.Pair(provider: provider, reason: reason)] = pair
        }
        let providers = Set(known.keys.lazy.map(\.provider)).map { RowValue.integer($0) }
        try connection.forEach(
            providers,
            """
            SELECT provider, reason, hour, addresses, folded, votes, folded_votes, vouched, folded_vouched
            FROM brake_hour WHERE provider = ?1
            """
        ) { row in
            guard let pair = known[BrakeTable.Pair(provider: row.integer(0), reason: row.integer(1))] else { return }
            let count = BrakeCount(
                hour: row.integer(2), addresses: row.integer(3), votes: row.integer(5), vouched: row.integer(7))
            hours.append((pair, count, (row.integer(4), row.integer(6), row.integer(8))))
        }
        try connection.forEach(
            providers,
            """
            SELECT provider, reason, first_hour, last_hour, verdict FROM brake_decision WHERE provider = ?1 ORDER BY id
            """
        ) { row in
            guard let pair = known[BrakeTable.Pair(provider: row.integer(0), reason: row.integer(1))] else { return }
            let decision = BrakeDecision(
                firstHour: row.integer(2), lastHour: row.integer(3),
                verdict: BrakeStatus(rawValue: row.integer(4)) ?? .held)
            decisions.append((pair, decision))
        }
    }

    /// Copies all this into the ledger in memory. `known` are the pairs that it already has.
    func write(to ledger: ScratchLedger, known: Set<BrakePairName>) throws(LedgerError) {
        let _: Void? = try ledger.write { connection in
            let terms = try TermTable(connection, writes: true)
            // Previewed deliveries get numbers after those of the ledger, as in a commit.
            try connection.setLastDelivery(max(lastDelivery, try connection.lastDelivery()))
            if let formerEnd {
                try SettingTable.store(String(formerEnd), as: ReportIndex.formerSetting, connection)
            }
            let insertPruned = try connection.prepare("INSERT INTO pruned VALUES (?1) ON CONFLICT DO NOTHING")
            for fingerprint in pruned {
                try insertPruned.bind(1, fingerprint.bytes)
                try insertPruned.execute()
            }
            let decide = try connection.prepare(
                "INSERT INTO report_decision (fingerprint, verdict, at) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING")
            for decision in reportDecisions {
                try decide.bind(1, decision.fingerprint.bytes)
                try decide.bind(2, decision.verdict)
                try decide.execute()
            }
            try writeMailingDays(connection, terms)
            try writeRests(connection, terms)
            try writeBrake(connection, terms, known)
        }
        let _: Void? = try ledger.write { connection in
            // Those that an earlier batch touched are already there.
            let select = try connection.prepare("SELECT 1 FROM delivery WHERE id = ?1")
            let places = try numbers.indices.filter { place in
                defer { select.reset() }
                try select.bind(1, numbers[place])
                return try !select.step()
            }
            connection.given[.delivery] = RowNumbers(places.map { numbers[$0] })
            let writer = try BatchWriter(connection, policy: ledger.store.policy, countsForBrake: false)
            _ = try writer.write(places.map { deliveries[$0] }, deriving: rests.map(\.address))
            try writer.settleBrake(Set(hours.lazy.map(\.pair)).subtracting(known), from: 0)
            let mark = try connection.prepare("UPDATE delivery SET folded = 1 WHERE fingerprint = ?1")
            for fingerprint in folded {
                try mark.bind(1, fingerprint.bytes)
                try mark.execute()
            }
        }
    }

    private func writeMailingDays(_ connection: any Connection, _ terms: TermTable) throws {
        let insert = try connection.prepare(
            """
            INSERT INTO mailing_day (stream, day, low, high, folded) VALUES (?1, ?2, 0, 0, 1)
            ON CONFLICT (stream, day) DO UPDATE SET folded = 1
            """)
        for (stream, days) in mailingDays {
            for day in days {
                try insert.bind(1, try terms.number(stream) as Int64)
                try insert.bind(2, day)
                try insert.execute()
            }
        }
    }

    private func writeRests(_ connection: any Connection, _ terms: TermTable) throws {
        let table = try AddressTable(connection, terms)
        let writer = try AddressWriter(connection, terms)
        let insert = try connection.prepare(
            """
            INSERT INTO action (id, address, at, kind, reason, until, known, stream, cause)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        for rest in rests {
            var id = try table.entry(rest.address)?.id
            if id == nil {
                let next = 1 + (try connection.integer("SELECT max(id) FROM address") ?? 0)
                // Any state that is not empty: it is derived in the next transaction.
                var state = rest.base ?? AddressState()
                state.lastAction = state.lastAction ?? 0
                try writer.write([AddressWriter.New(id: next, address: rest.address, state: state)])
                id = next
            }
            guard let id else { continue }
            if let base = rest.base {
                try writer.writeBase(base, id: id)
            }
            for action in rest.actions {
                let kind = action.effect == .suppress ? ManualAction.Kind.suppress : .release
                try insert.bind(1, action.ordinal)
                try insert.bind(2, id)
                try insert.bind(3, action.arrival)
                try insert.bind(4, kind.rawValue)
                let reason = Suppression.stored(action.reason, action.relay)
                try insert.bind(5, try terms.number(reason) as Int64)
                try insert.bind(6, action.until)
                try insert.bind(7, action.known)
                try insert.bind(8, try terms.number(action.stream) ?? 0)
                try insert.bind(9, action.causeByHand.rawValue)
                try insert.execute()
            }
        }
    }

    private func writeBrake(_ connection: any Connection, _ terms: TermTable, _ known: Set<BrakePairName>) throws {
        let insertHour = try connection.prepare(
            """
            INSERT INTO brake_hour (
                provider, reason, hour, addresses, folded, votes, folded_votes, vouched, folded_vouched)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (provider, reason, hour) DO UPDATE
            SET addresses = excluded.addresses, folded = excluded.folded, votes = excluded.votes,
                folded_votes = excluded.folded_votes, vouched = excluded.vouched,
                folded_vouched = excluded.folded_vouched, status = 0
            """)
        for (pair, count, folded) in hours where !known.contains(pair) {
            try insertHour.bind(1, try terms.number(pair.provider) as Int64)
            try insertHour.bind(2, try terms.number(pair.reason.text) as Int64)
            try insertHour.bind(3, count.hour)
            try insertHour.bind(4, count.addresses)
            try insertHour.bind(5, folded.0)
            try insertHour.bind(6, count.votes)
            try insertHour.bind(7, folded.votes)
            try insertHour.bind(8, count.vouched)
            try insertHour.bind(9, folded.vouched)
            try insertHour.execute()
        }
        let insertDecision = try connection.prepare(
            """
            INSERT INTO brake_decision (provider, reason, first_hour, last_hour, verdict, at)
            VALUES (?1, ?2, ?3, ?4, ?5, 0)
            """)
        for (pair, decision) in decisions where !known.contains(pair) {
            try insertDecision.bind(1, try terms.number(pair.provider) as Int64)
            try insertDecision.bind(2, try terms.number(pair.reason.text) as Int64)
            try insertDecision.bind(3, decision.firstHour)
            try insertDecision.bind(4, decision.lastHour)
            try insertDecision.bind(5, decision.verdict.rawValue)
            try insertDecision.execute()
        }
    }
}
