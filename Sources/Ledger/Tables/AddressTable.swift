import Verdict

/// The rows of `address` and their later events.
package final class AddressTable {
    private let terms: TermTable
    private let selectState: any Query
    private let selectAddress: any Query
    private let selectEvents: any Query
    private let selectActions: any Query
    private let selectBase: any Query
    /// Most ledgers have none.
    private let hasBases: Bool
    private var page: Page?

    package static let stateColumns = """
        hard, soft, delayed, delivered, complaint, auto_reply, other, first_seen, last_seen, spelling, streaks,
        cause, reason, since, until, days, party, last_action, held_since, held_reason, held_vouched
        """
    /// The column after `stateColumns`.
    package static let nextColumn: Int32 = 21

    package struct Entry {
        package var id: Int64
        package var address: String
        package var state: AddressState
    }

    package init(_ connection: any Connection, _ terms: TermTable) throws {
        self.terms = terms
        let columns = AddressTable.stateColumns
        selectState = try connection.prepare("SELECT \(columns), id FROM address WHERE address = ?1")
        selectAddress = try connection.prepare("SELECT address FROM address WHERE id = ?1")
        selectEvents = try connection.prepare(
            AddressTable.eventSelection() + " WHERE o.address = ?1")
        selectActions = try connection.prepare(
            "SELECT \(AddressTable.actionColumns) FROM action INDEXED BY action_event WHERE address = ?1")
        selectBase = try connection.prepare("SELECT \(columns) FROM base WHERE address = ?1")
        hasBases = try connection.integer("SELECT 1 FROM base LIMIT 1") != nil
    }

    package func entry(_ canonical: String) throws -> Entry? {
        defer { selectState.reset() }
        try selectState.bind(1, canonical)
        guard try selectState.step() else { return nil }
        return Entry(
            id: selectState.integer(AddressTable.nextColumn), address: canonical,
            state: try AddressTable.state(selectState, terms))
    }

    /// An address's number, and the time of its last event.
    package func lastEvent(_ canonical: String) throws -> (id: Int64, latest: Int64)? {
        defer { selectState.reset() }
        try selectState.bind(1, canonical)
        guard try selectState.step() else { return nil }
        let latest = max(selectState.optionalInteger(8) ?? -1, selectState.optionalInteger(17) ?? -1)
        return (selectState.integer(AddressTable.nextColumn), latest)
    }

    package func address(_ id: Int64) throws -> String? {
        defer { selectAddress.reset() }
        try selectAddress.bind(1, id)
        return try selectAddress.step() ? selectAddress.text(0) : nil
    }

    /// Reads the columns `stateColumns`, which come first in the row.
    package static func state(_ row: any Query, _ terms: TermTable) throws -> AddressState {
        var state = AddressState()
        state.counters.hard = Int(row.integer(0))
        state.counters.soft = Int(row.integer(1))
        state.counters.delayed = Int(row.integer(2))
        state.counters.delivered = Int(row.integer(3))
        state.counters.complaint = Int(row.integer(4))
        state.counters.autoReply = Int(row.integer(5))
        state.counters.other = Int(row.integer(6))
        state.firstSeen = row.optionalInteger(7)
        state.lastSeen = row.optionalInteger(8)
        state.spelling = row.optionalText(9)
        if let streaks = row.withBytes(10, StreakCoding.decode) {
            guard let streaks else { throw DamagedLedger() }
            state.streaks = streaks
        }
        state.suppression = try Suppression(row, terms, from: 11)
        state.lastAction = row.optionalInteger(17)
        if let since = row.optionalInteger(18) {
            state.held = HeldBack(
                reason: try terms.reason(row.integer(19)), since: since, isVouched: row.integer(20) != 0)
        }
        return state
    }

    /// Everything known of an address except its base, in no order and without the brake's statuses.
    package func events(_ address: Int64) throws -> [AddressEvent] {
        var events = [AddressEvent]()
        try forEachOutcome(address) { event, _ in events.append(event) }
        if let page, page.numbers.contains(address) { return events + (page.actions[address] ?? []) }
        defer { selectActions.reset() }
        try selectActions.bind(1, address)
        while try selectActions.step() { events.append(try action(selectActions)) }
        return events
    }

    private static let actionColumns = "id, at, kind, reason, until, known, stream, cause"

    private func action(_ row: any Query) throws -> AddressEvent {
        guard let cause = Suppression.Cause(rawValue: row.integer(7)) else { throw DamagedLedger() }
        let (reason, relay) = Suppression.read(try terms.text(row.integer(3)), cause)
        return AddressEvent(
            arrival: row.integer(1), fingerprint: Fingerprint(high: 0, low: 0), ordinal: row.integer(0),
            effect: row.integer(2) == ManualAction.Kind.suppress.rawValue ? .suppress : .release,
            reason: reason, until: row.optionalInteger(4), causeByHand: cause, known: row.optionalInteger(5),
            relay: relay,
            stream: row.integer(6) == 0 ? nil : try terms.text(row.integer(6)))
    }

    /// The reports about an address, each with the number of its outcome's row.
    package func forEachOutcome(_ address: Int64, _ body: (AddressEvent, Int64) throws -> Void) throws {
        if let page, page.numbers.contains(address) {
            for outcome in page.outcomes[address] ?? [] { try body(outcome.event, outcome.row) }
            return
        }
        defer { selectEvents.reset() }
        try selectEvents.bind(1, address)
        while try selectEvents.step() { try body(try event(selectEvents), selectEvents.integer(3)) }
    }

    private func event(_ row: any Query) throws -> AddressEvent {
        let (messageClass, fate) = (try terms.messageClass(row.integer(2)), try terms.fate(row.integer(4)))
        let effect = AddressEvent.Effect(
            class: messageClass, fate: fate, replyCode: row.optionalText(6), status: row.optionalText(7))
        return AddressEvent(
            arrival: row.integer(0), seen: row.optionalInteger(9), fingerprint: row.fingerprint(1),
            delivery: row.integer(3) >> LedgerLimits.ordinalBits,
            ordinal: row.integer(3) & (1 << LedgerLimits.ordinalBits - 1), effect: effect,
            class: messageClass, reason: try terms.reason(row.integer(5)), spelling: row.optionalText(8),
            relay: fate.relay, party: row.optionalInteger(10).flatMap(Party.init),
            stream: try terms.text(row.optionalInteger(11)), mailed: row.optionalInteger(12),
            isVouched: row.integer(13) != 0, sharers: row.optionalInteger(14).map(Int.init) ?? 1,
            report: BrakeStatus(rawValue: row.integer(15)) ?? .held)
    }

    /// The state from which the events continue.
    package func base(_ address: Int64) throws -> AddressState {
        if !hasBases { return AddressState() }
        if let page, page.numbers.contains(address) { return page.bases[address] ?? AddressState() }
        defer { selectBase.reset() }
        try selectBase.bind(1, address)
        return try selectBase.step() ? try AddressTable.state(selectBase, terms) : AddressState()
    }

    /// The state derived from the base, the events and the brake.
    package func derive(
        _ id: Int64, _ address: String, policy: Policy, brake: BrakeStatuses, mailings: MailingDays
    ) throws -> AddressState {
        let domain = CanonicalAddress.domain(ofCanonical: address)
        var events = try events(id)
        try brake.mark(&events, domain: domain)
        return AddressState.derive(
            events, from: try base(id), domain: domain, policy: policy, mailings: try mailings.known(for: events))
    }

    /// Calls `body` with every address and its state, in the order of their numbers. The rows are read in pages, so
    /// that `body` may change them.
    package func forEach(_ connection: any Connection, _ body: (Entry) throws -> Void) throws {
        var last: Int64 = 0
        while true {
            let entries = try AddressTable.page(connection, terms, after: last, limit: AddressTable.pageSize)
            guard let first = entries.first, let final = entries.last else { return }
            last = final.id
            if connection.answersSlowly { page = try page(first.id...final.id, connection) }
            defer { page = nil }
            for entry in entries { try body(entry) }
        }
    }

    /// The page after a page of addresses, read in one query if the connection is slow.
    private struct Page {
        var numbers: ClosedRange<Int64>
        var outcomes: [Int64: [(event: AddressEvent, row: Int64)]] = [:]
        var actions: [Int64: [AddressEvent]] = [:]
        var bases: [Int64: AddressState] = [:]
    }

    private func page(_ numbers: ClosedRange<Int64>, _ connection: any Connection) throws -> Page {
        var page = Page(numbers: numbers)
        func rows(_ sql: String, _ body: (any Query) throws -> Void) throws {
            let query = try connection.prepare(sql + " BETWEEN ?1 AND ?2")
            try query.bind(1, numbers.lowerBound)
            try query.bind(2, numbers.upperBound)
            while try query.step() { try body(query) }
        }
        try rows(AddressTable.eventSelection(", o.address") + " WHERE o.address") { row in
            page.outcomes[row.integer(16), default: []].append((try event(row), row.integer(3)))
        }
        try rows("SELECT \(AddressTable.actionColumns), address FROM action WHERE address") { row in
            page.actions[row.integer(8), default: []].append(try action(row))
        }
        if hasBases {
            try rows("SELECT \(AddressTable.stateColumns), address FROM base WHERE address") { row in
                page.bases[row.integer(AddressTable.nextColumn)] = try AddressTable.state(row, terms)
            }
        }
        return page
    }

    private static func eventSelection(_ more: String = "") -> String {
        """
        SELECT d.arrival, d.fingerprint, d.class, o.id, o.kind, o.reason, o.reply_code, o.status, o.spelling,
            d.seen, o.party, d.stream, d.mailed, d.vouched, d.sharers, \(ReportDecisions.status(of: "d"))\(more)
        FROM outcome AS o JOIN delivery AS d ON d.id = o.id >> \(LedgerLimits.ordinalBits)
        """
    }

    /// The rows of those canonical addresses that have one.
    package static func entries(_ connection: any Connection, _ terms: TermTable, _ addresses: [String]) throws
        -> [String:
        Entry]
    {
        var entries = [String: Entry](minimumCapacity: addresses.count)
        try connection.forEach(
            addresses.map(RowValue.text), "SELECT \(stateColumns), id, address FROM address WHERE address = ?1"
        ) { row in
            let entry = try entry(row, terms)
            entries[entry.address] = entry
        }
        return entries
    }

    /// The addresses with numbers after a number.
    package static func page(_ connection: any Connection, _ terms: TermTable, after last: Int64, limit: Int) throws
        -> [Entry]
    {
        let query = try connection.prepare(
            "SELECT \(stateColumns), id, address FROM address WHERE id > ?1 ORDER BY id LIMIT ?2")
        try query.bind(1, last)
        try query.bind(2, limit)
        var entries = [Entry]()
        while try query.step() { entries.append(try entry(query, terms)) }
        return entries
    }

    /// Reads the columns `stateColumns`, and number and address after them.
    private static func entry(_ row: any Query, _ terms: TermTable) throws -> Entry {
        Entry(id: row.integer(nextColumn), address: row.text(nextColumn + 1), state: try state(row, terms))
    }

    private static let pageSize = 1_000
}

/// Writes states back.
package final class AddressWriter {
    private let terms: TermTable
    private let insert: RowInsertion
    private let update: any Query
    private let updateAccessKey: any Query
    private let delete: any Query
    private let replaceBase: any Query
    private let deleteStreams: any Query
    private let insertStream: any Query
    /// Most ledgers have none.
    private var hasStreams: Bool

    package init(_ connection: any Connection, _ terms: TermTable) throws {
        self.terms = terms
        let columns = AddressTable.stateColumns.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        let count = columns.count
        insert = try RowInsertion(
            connection, into: "address", columns: columns + ["streak", "id", "address", "access_key"])
        let assignments = columns.enumerated().map { "\($1) = ?\($0 + 1)" }.joined(separator: ", ")
        update = try connection.prepare(
            "UPDATE address SET \(assignments), streak = ?\(count + 1) WHERE id = ?\(count + 2)")
        updateAccessKey = try connection.prepare("UPDATE address SET access_key = ?1 WHERE id = ?2")
        delete = try connection.prepare("DELETE FROM address WHERE id = ?1")
        let names = columns.joined(separator: ", ") + ", streak"
        let values = (1...count + 1).map { "?\($0)" }.joined(separator: ", ")
        replaceBase = try connection.prepare(
            """
            INSERT INTO base (\(names), address) VALUES (\(values), ?\(count + 2))
            ON CONFLICT (address) DO UPDATE SET \(assignments), streak = ?\(count + 1)
            """)
        deleteStreams = try connection.prepare("DELETE FROM stream_suppression WHERE address = ?1")
        insertStream = try connection.prepare(
            """
            INSERT INTO stream_suppression (address, stream, cause, reason, since, days) VALUES (?1, ?2, ?3, ?4, ?5, 1)
            ON CONFLICT (address, stream) DO UPDATE SET since = excluded.since
            """)
        hasStreams = try connection.integer("SELECT 1 FROM stream_suppression LIMIT 1") != nil
    }

    /// An address that has no row yet.
    package struct New {
        package var id: Int64
        package var address: String
        package var state: AddressState
    }

    /// Writes the state of an address that has a row; the row is deleted if nothing is known of it any more.
    package func write(_ state: AddressState, id: Int64) throws {
        if state.isEmpty {
            try delete.bind(1, id)
            try delete.execute()
        } else {
            try bind(state, id: id, to: update)
            try update.execute()
        }
        try writeStreams(state, id: id)
    }

    /// Writes new addresses. One with an empty state gets no row.
    package func write(_ addresses: [New]) throws {
        let known = addresses.filter { !$0.state.isEmpty }
        try insert.insert(known.count) { row, query, first in
            try bind(known[row].state, id: known[row].id, to: query, from: first)
            try query.bind(first + AddressTable.nextColumn + 2, known[row].address)
            try query.bind(
                first + AddressTable.nextColumn + 3, CanonicalAddress.accessKey(canonical: known[row].address))
        }
        for new in known { try writeStreams(new.state, id: new.id) }
    }

    /// Writes what Postfix looks up instead of an address that a version without this column has written.
    package func writeAccessKey(_ address: String, id: Int64) throws {
        guard let key = CanonicalAddress.accessKey(canonical: address) else { return }
        try updateAccessKey.bind(1, key)
        try updateAccessKey.bind(2, id)
        try updateAccessKey.execute()
    }

    /// The same as a table, for the view of other programs and for `check`.
    private func writeStreams(_ state: AddressState, id: Int64) throws {
        let streams = state.unsubscribed
        guard hasStreams || !streams.isEmpty else { return }
        hasStreams = true
        try deleteStreams.bind(1, id)
        try deleteStreams.execute()
        let cause = Suppression.Cause.unsubscribed
        for (stream, since) in streams {
            try insertStream.bind(1, id)
            try insertStream.bind(2, try terms.number(stream) as Int64)
            try insertStream.bind(3, cause.rawValue)
            try insertStream.bind(4, try terms.number(cause.name) as Int64)
            try insertStream.bind(5, since)
            try insertStream.execute()
        }
    }

    package func writeBase(_ state: AddressState, id: Int64) throws {
        try bind(state, id: id, to: replaceBase)
        try replaceBase.execute()
    }

    private func bind(_ state: AddressState, id: Int64, to query: any Query, from first: Int32 = 1) throws {
        try query.bind(first, state.counters.hard)
        try query.bind(first + 1, state.counters.soft)
        try query.bind(first + 2, state.counters.delayed)
        try query.bind(first + 3, state.counters.delivered)
        try query.bind(first + 4, state.counters.complaint)
        try query.bind(first + 5, state.counters.autoReply)
        try query.bind(first + 6, state.counters.other)
        try query.bind(first + 7, state.firstSeen)
        try query.bind(first + 8, state.lastSeen)
        try query.bind(first + 9, state.spelling)
        try query.bind(first + 10, StreakCoding.encode(state.streaks))
        try query.bind(first + 11, state.suppression?.cause.rawValue)
        try query.bind(first + 12, try terms.number(state.suppression?.storedReason))
        try query.bind(first + 13, state.suppression?.since)
        try query.bind(first + 14, state.suppression?.until)
        try query.bind(first + 15, (state.suppression?.days).map(Int64.init))
        try query.bind(first + 16, state.suppression?.party?.number)
        try query.bind(first + 17, state.lastAction)
        try query.bind(first + 18, state.held?.since)
        try query.bind(first + 19, try terms.number(state.held?.reason.text))
        try query.bind(first + 20, state.held.map { $0.isVouched ? 1 : 0 } as Int64?)
        try query.bind(first + 21, state.streakDays)
        try query.bind(first + 22, id)
    }
}

/// A row that this program cannot have written.
package struct DamagedLedger: Error {
    package init() {}
}
