import Verdict

/// An address that may be mailed after a change and not before, or the other way round.
package enum SideChange: Sendable, Equatable {
    /// It is left out from now on.
    case suppressed(SuppressedAddress)
    /// It may be mailed from now on; why it was left out before.
    case mayBeMailed(SuppressedAddress)
}

/// The result of classifying a message again.
package enum ReclassifyOutcome: Sendable, Hashable {
    /// The ledger did not know it; it counts now, or is a copy of a report that does.
    case new(CommitOutcome)
    /// The verdict differs; this was the class.
    case changed(from: Token<MessageClass>)
    case unchanged
    /// The report was pruned, an address of it erased, or the file now holds another message: the ledger is not
    /// changed.
    case kept
}

/// Thrown to roll a transaction back.
private struct NotApproved: Error {}

extension LedgerStore {
    /// Derives all states and counters from the stored events, reports the addresses whose suppression changes, and
    /// asks whether to commit.
    ///
    /// - Parameters:
    ///   - now: the time at which suppressions are compared, in seconds since 1970 UTC.
    ///   - each: is given the changes, in the order of the addresses.
    ///   - approve: whether to commit. Until it returns no other program can write to the ledger.
    /// - Returns: whether it was committed; otherwise nothing was changed.
    package func rebuild(
        at now: Int64, each: (SideChange) -> Void, approve: () -> Bool
    ) throws(LedgerError) -> Bool {
        try change(at: now, { _ in true }, each: each, approve: approve)
    }

    /// Gives the ledger the current edition of the policy's defaults, derives all states again, reports the addresses
    /// whose suppression changes, and asks whether to commit. Parameters as for ``rebuild(at:each:approve:)``.
    package func adoptEdition(
        at now: Int64, each: (SideChange) -> Void, approve: () -> Bool
    ) throws(LedgerError) -> Bool {
        try change(
            at: now, under: policy.inEdition(.current),
            { connection in
                try SettingTable.store(
                    String(Policy.Edition.current.rawValue), as: LedgerStore.editionSetting, connection)
                return true
            }, each: each, approve: approve)
    }

    /// Replaces the stored verdicts of messages by new ones, all in one transaction, reports the addresses whose
    /// suppression changes, and asks whether to commit.
    ///
    /// All states are derived again from the new events, so that the ledger is the same as if these verdicts had been
    /// stored in the first place. The counts of rule hits do not change.
    ///
    /// - Parameters:
    ///   - body: passes the messages; if it returns false, nothing is changed.
    /// - Returns: whether it was committed; otherwise nothing was changed.
    package func reclassify(
        at now: Int64, _ body: (Reclassification) -> Bool, each: (SideChange) -> Void, approve: () -> Bool
    ) throws(LedgerError) -> Bool {
        try change(
            at: now,
            { connection in body(try Reclassification(connection, self)) }, each: each, approve: approve)
    }

    private func change(
        at now: Int64, under other: Policy? = nil, _ body: (any Connection) throws -> Bool, each: (SideChange) -> Void,
        approve: () -> Bool
    ) throws(LedgerError) -> Bool {
        // Sees the ledger as it was, whatever the transaction below has written.
        let before = try LedgerStore(engine: engine.reader(), path: path, policy: policy, adopts: false)
        var isDeclined = false
        do {
            try write { connection in
                guard try body(connection) else {
                    isDeclined = true
                    throw NotApproved()
                }
                _ = try LedgerStore.rebuild(connection, other ?? policy)
                try LedgerStore.compareSides(before, connection, at: now, each)
                guard approve() else {
                    isDeclined = true
                    throw NotApproved()
                }
            }
        } catch {
            if isDeclined { return false }
            throw error
        }
        return true
    }

    /// Compares the suppressed addresses of both ledgers, which are in the same order, page by page.
    private static func compareSides(
        _ before: LedgerStore, _ connection: any Connection, at now: Int64, _ each: (SideChange) -> Void
    ) throws {
        let terms = try TermTable(connection, writes: false)
        var old = SuppressedPages { last in
            try before.read { connection in
                try suppressed(connection, TermTable(connection, writes: false), at: now, after: last)
            }
        }
        var new = SuppressedPages { last in try suppressed(connection, terms, at: now, after: last) }
        var (left, right) = (try old.next(), try new.next())
        while left != nil || right != nil {
            if let was = left, right.map({ was.address.utf8.lexicographicallyPrecedes($0.address.utf8) }) ?? true {
                each(.mayBeMailed(was))
                left = try old.next()
            } else if let now = right, left.map({ now.address.utf8.lexicographicallyPrecedes($0.address.utf8) }) ?? true
            {
                each(.suppressed(now))
                right = try new.next()
            } else {
                left = try old.next()
                right = try new.next()
            }
        }
    }

    private static func suppressed(
        _ connection: any Connection, _ terms: TermTable, at now: Int64, after last: String
    ) throws -> [SuppressedAddress] {
        let query = try connection.prepare(
            """
            SELECT cause, reason, since, until, days, party, address FROM address INDEXED BY address_suppressed
            WHERE cause IS NOT NULL AND address > ?1 AND (until IS NULL OR until > ?2)
            ORDER BY address LIMIT \(SuppressedPages.size)
            """)
        try query.bind(1, last)
        try query.bind(2, now)
        var rows = [SuppressedAddress]()
        while try query.step() {
            if let suppression = try Suppression(query, terms) {
                rows.append(SuppressedAddress(address: query.text(6), suppression: suppression))
            }
        }
        return rows
    }
}

/// Suppressed addresses one after the other.
private struct SuppressedPages {
    static let size = 1_000

    let read: (String) throws -> [SuppressedAddress]
    private var page: ArraySlice<SuppressedAddress> = []
    private var last = ""
    private var isAtEnd = false

    init(read: @escaping (String) throws -> [SuppressedAddress]) { self.read = read }

    mutating func next() throws -> SuppressedAddress? {
        if page.isEmpty, !isAtEnd {
            page = try read(last)[...]
            isAtEnd = page.count < Self.size
        }
        guard let first = page.popFirst() else { return nil }
        last = first.address
        return first
    }
}

/// Applies new verdicts within the transaction of ``LedgerStore/reclassify(at:_:each:approve:)``.
package final class Reclassification {
    /// What the ledger has of one report.
    fileprivate struct Stored: Equatable {
        var `class`: Token<MessageClass>
        var origin: Token<Origin>?
        var dialect: String?
        var reportingMTA: String?
        var stream: String?
        var mailed: Int64?
        var isBulk: Bool
        var isVouched: Bool
        var isHeld: Bool
        var isWithheld: Bool
        var sharers: Int
        var outcomes: [StoredOutcome]?
        /// In the order of the names; `nil` with the outcomes.
        var captured: [CapturedField]?
    }

    fileprivate struct StoredOutcome: Equatable {
        /// Canonical; `nil` if the report names no valid address.
        var address: String?
        var fate: Fate
        var reason: Token<Reason>
        var status: String?
        var replyCode: String?
        var action: String?
        var diagnostic: String?
        var remoteMTA: String?
        var command: String?
        var spelling: String?
        var party: Int64?
        var cause: Suppression.Cause?
    }

    private let ledger: LedgerStore
    private let connection: any Connection
    private let terms: TermTable
    private let index: ReportIndex
    private let selectDelivery: any Query
    private let selectOutcomes: any Query
    private let updateDelivery: any Query
    private let outcomeTable: OutcomeTable
    private let capturedTable: CapturedTable
    private let selectAddress: any Query
    private let insertAddress: any Query

    fileprivate init(_ connection: any Connection, _ ledger: LedgerStore) throws {
        self.ledger = ledger
        self.connection = connection
        terms = try TermTable(connection, writes: true)
        index = try ReportIndex(connection, terms)
        selectDelivery = try connection.prepare(
            """
            SELECT class, origin, dialect, reporting_mta, stream, mailed, bulk, vouched, held, withheld, sharers
            FROM delivery WHERE id = ?1
            """)
        selectOutcomes = try connection.prepare(
            """
            SELECT a.address, o.kind, o.reason, o.status, o.reply_code, o.action, o.diagnostic, o.remote_mta, o.command,
                o.spelling, o.party, o.cause
            FROM outcome AS o LEFT JOIN address AS a ON a.id = o.address WHERE o.id >= ?1 AND o.id < ?2 ORDER BY o.id
            """)
        updateDelivery = try connection.prepare(
            """
            UPDATE delivery SET class = ?2, origin = ?3, dialect = ?4, reporting_mta = ?5, stream = ?6, mailed = ?7,
                bulk = ?8, vouched = ?9, held = ?10, withheld = ?11, sharers = ?12
            WHERE id = ?1
            """)
        outcomeTable = try OutcomeTable(connection, terms)
        capturedTable = try CapturedTable(connection, terms)
        selectAddress = try connection.prepare("SELECT id FROM address WHERE address = ?1")
        // Its state is derived at the end of the transaction.
        insertAddress = try connection.prepare(
            """
            INSERT INTO address (address, access_key, hard, soft, delayed, delivered, complaint, auto_reply, other, streak)
            VALUES (?1, ?2, 0, 0, 0, 0, 0, 0, 0, 0) RETURNING id
            """)
    }

    /// Takes messages with today's verdicts.
    ///
    /// - Returns: what became of each, in the batch's order.
    package func apply(_ batch: [DeliveryEvent]) throws(LedgerError) -> [ReclassifyOutcome] {
        do {
            let canaries = CanaryTable(connection)
            let batch = try canaries.resolve(batch)
            try canaries.note(batch)
            var outcomes = [ReclassifyOutcome?](repeating: nil, count: batch.count)
            var new = [Int]()
            for (index, event) in batch.enumerated() {
                outcomes[index] = try reclassify(event)
                if outcomes[index] == nil { new.append(index) }
            }
            let committed = try BatchWriter(connection, policy: ledger.policy).write(new.map { batch[$0] })
            for (index, outcome) in zip(new, committed) {
                outcomes[index] = outcome == .alreadyKnown ? .kept : .new(outcome)
            }
            return outcomes.map { $0 ?? .kept }
        } catch {
            throw ledger.engine.error(error)
        }
    }

    /// `nil` if the ledger does not know the file.
    private func reclassify(_ event: DeliveryEvent) throws -> ReclassifyOutcome? {
        let row: Int64? =
            switch try index.file(event) {
            case .unknown: nil
            case .known(let id): id
            case .reused(_, let id): id
            }
        guard let head = try index.head(event) else { return row == nil ? nil : .kept }
        if head.isFolded { return .kept }
        let event = try withoutWithheld(event, head.id)
        // A copy with the report's arrival is the same message, as in a backup, and may replace its verdict; another
        // file seen by a scan may do so only if it has at least as much information.
        var speaks = row == head.id || head.arrival == event.storedArrival
        if speaks, let row, row != head.id { speaks = try ReportWeight(event) >= weight(head) }
        var changed: Token<MessageClass>?
        if speaks { changed = try replace(head.id, event, withOutcomes: true) }
        guard let row else { return changed.map { .changed(from: $0) } }
        if row != head.id { _ = try replace(row, event, withOutcomes: false) }
        return changed.map { .changed(from: $0) } ?? .unchanged
    }

    /// What did not count for lack of a proof does not count later, when less is required; only a proof changes that.
    private func withoutWithheld(_ event: DeliveryEvent, _ head: Int64) throws -> DeliveryEvent {
        let stored = try stored(head, withOutcomes: true)
        guard stored.isWithheld, !event.isVouched else { return event }
        let counted = Set((stored.outcomes ?? []).compactMap(\.address))
        var event = event
        event.isWithheld = true
        event.outcomes.removeAll { outcome in
            !(CanonicalAddress(outcome.address).map { counted.contains($0.text) } ?? false)
        }
        return event
    }

    private func weight(_ head: ReportIndex.Head) throws -> ReportWeight {
        let stored = try stored(head.id, withOutcomes: true)
        var weight = ReportWeight(isVouched: head.isVouched, isHeld: head.isHeld)
        for outcome in stored.outcomes ?? [] where outcome.address != nil {
            weight.add(
                AddressEvent.Effect(
                    class: stored.class, fate: outcome.fate, replyCode: outcome.replyCode, status: outcome.status))
        }
        return weight
    }

    /// - Returns: the class that the delivery had, if anything of it changed.
    private func replace(_ id: Int64, _ event: DeliveryEvent, withOutcomes: Bool) throws -> Token<MessageClass>? {
        let old = try stored(id, withOutcomes: withOutcomes)
        let new = Stored(event, withOutcomes: withOutcomes)
        guard old != new else { return nil }
        try updateDelivery.bind(1, id)
        try updateDelivery.bind(2, try terms.number(new.class.text) as Int64)
        try updateDelivery.bind(3, try terms.number(new.origin?.text))
        try updateDelivery.bind(4, try terms.number(new.dialect))
        try updateDelivery.bind(5, try terms.number(new.reportingMTA))
        try updateDelivery.bind(6, try terms.number(new.stream))
        try updateDelivery.bind(7, new.mailed)
        try updateDelivery.bind(8, new.isBulk ? 1 : nil as Int64?)
        try updateDelivery.bind(9, new.isVouched ? 1 : nil as Int64?)
        try updateDelivery.bind(10, new.isHeld ? 1 : nil as Int64?)
        try updateDelivery.bind(11, new.isWithheld ? 1 : nil as Int64?)
        try updateDelivery.bind(12, new.sharers > 1 ? Int64(new.sharers) : nil)
        try updateDelivery.execute()
        if new.captured != old.captured {
            try capturedTable.delete(of: id)
            try capturedTable.insert(event, delivery: id)
            try capturedTable.flush()
        }
        guard let outcomes = new.outcomes, outcomes != old.outcomes else {
            // Who vouches for it is no part of the verdict, nor is how much of the mail that came back is kept.
            var said = old
            (said.isVouched, said.isWithheld, said.sharers) = (new.isVouched, new.isWithheld, new.sharers)
            said.captured = new.captured
            return said == new ? nil : old.class
        }
        try outcomeTable.delete(of: id)
        for (ordinal, (outcome, said)) in zip(outcomes, event.outcomes).enumerated() {
            try outcomeTable.insert(
                OutcomeTable.New(
                    id: OutcomeTable.number(id, ordinal), address: try outcome.address.map(number(ofAddress:)),
                    spelling: outcome.spelling, cause: outcome.cause, event: said))
        }
        try outcomeTable.flush()
        return old.class
    }

    private func stored(_ id: Int64, withOutcomes: Bool) throws -> Stored {
        defer { selectDelivery.reset() }
        try selectDelivery.bind(1, id)
        guard try selectDelivery.step() else { throw DamagedLedger() }
        var stored = Stored(
            class: try terms.messageClass(selectDelivery.integer(0)),
            origin: try terms.origin(selectDelivery.optionalInteger(1)),
            dialect: try terms.text(selectDelivery.optionalInteger(2)),
            reportingMTA: try terms.text(selectDelivery.optionalInteger(3)),
            stream: try terms.text(selectDelivery.optionalInteger(4)), mailed: selectDelivery.optionalInteger(5),
            isBulk: selectDelivery.integer(6) != 0, isVouched: selectDelivery.integer(7) != 0,
            isHeld: selectDelivery.integer(8) != 0, isWithheld: selectDelivery.integer(9) != 0,
            sharers: selectDelivery.optionalInteger(10).map(Int.init) ?? 1)
        guard withOutcomes else { return stored }
        defer { selectOutcomes.reset() }
        try selectOutcomes.bind(1, id << LedgerLimits.ordinalBits)
        try selectOutcomes.bind(2, (id + 1) << LedgerLimits.ordinalBits)
        var outcomes = [StoredOutcome]()
        while try selectOutcomes.step() {
            outcomes.append(
                StoredOutcome(
                    address: selectOutcomes.optionalText(0), fate: try terms.fate(selectOutcomes.integer(1)),
                    reason: try terms.reason(selectOutcomes.integer(2)), status: selectOutcomes.optionalText(3),
                    replyCode: selectOutcomes.optionalText(4), action: selectOutcomes.optionalText(5),
                    diagnostic: selectOutcomes.optionalText(6),
                    remoteMTA: try terms.text(selectOutcomes.optionalInteger(7)),
                    command: selectOutcomes.optionalText(8), spelling: selectOutcomes.optionalText(9),
                    party: selectOutcomes.optionalInteger(10),
                    cause: selectOutcomes.optionalInteger(11).flatMap(Suppression.Cause.init)))
        }
        stored.outcomes = outcomes
        stored.captured = try CapturedTable.fields(of: [id], connection)[id] ?? []
        return stored
    }

    private func number(ofAddress canonical: String) throws -> Int64 {
        defer {
            selectAddress.reset()
            insertAddress.reset()
        }
        try selectAddress.bind(1, canonical)
        if try selectAddress.step() { return selectAddress.integer(0) }
        try insertAddress.bind(1, canonical)
        try insertAddress.bind(2, CanonicalAddress.accessKey(canonical: canonical))
        guard try insertAddress.step() else { throw DamagedLedger() }
        return insertAddress.integer(0)
    }
}

extension Reclassification.Stored {
    /// The event as the ledger would store it.
    fileprivate init(_ event: DeliveryEvent, withOutcomes: Bool) {
        func term(_ text: String) -> String { text.stored(limit: LedgerLimits.termBytes) }
        func text(_ text: String) -> String { text.stored(limit: LedgerLimits.textBytes) }
        self.init(
            class: event.class, origin: event.origin, dialect: event.dialect.map(term),
            reportingMTA: event.reportingMTA.map(term), stream: event.stream.map(term), mailed: event.storedMailed,
            isBulk: event.isBulk && event.mailed != nil, isVouched: event.isVouched, isHeld: event.isHeld,
            isWithheld: event.isWithheld, sharers: event.storedSharers)
        guard withOutcomes else { return }
        captured = event.storedCaptured.sorted { $0.name < $1.name }
        outcomes = event.outcomes.prefix(LedgerLimits.outcomesPerReport).map { outcome in
            let canonical = CanonicalAddress(outcome.address)
            return Reclassification.StoredOutcome(
                address: canonical?.text, fate: outcome.fate, reason: outcome.reason,
                status: outcome.status.map(text), replyCode: outcome.replyCode.map(text),
                action: outcome.action.map(text),
                diagnostic: outcome.diagnostic?.stored(limit: LedgerLimits.diagnosticBytes),
                remoteMTA: outcome.remoteMTA.map(term), command: outcome.command.map(text),
                spelling: outcome.address == canonical?.text ? nil : text(outcome.address),
                party: outcome.party?.number,
                cause: AddressEvent.Effect(
                    class: event.class, fate: outcome.fate, replyCode: outcome.replyCode, status: outcome.status
                ).cause)
        }
    }
}
