extension LedgerStore {
    /// How many reports arrived on each day, by class and origin, in that order. Kept for good: what was pruned is in it.
    package func tally(_ window: ReportWindow) throws(LedgerError) -> [DayTally] {
        try read { connection in
            let query = try connection.prepare(
                """
                SELECT hour / 24, c.text, o.text, sum(counted), sum(duplicates) FROM tally
                JOIN term AS c ON c.id = class LEFT JOIN term AS o ON o.id = origin
                WHERE hour >= ?1 AND hour < ?2 GROUP BY hour / 24, class, origin ORDER BY 1, 2, 3
                """)
            try query.bind(1, window.start / CalendarTime.secondsPerHour)
            try query.bind(2, window.end / CalendarTime.secondsPerHour)
            var rows = [DayTally]()
            while try query.step() {
                let row = DayTally(
                    day: query.integer(0), class: query.text(1), origin: query.optionalText(2),
                    counted: Int(query.integer(3)), duplicates: Int(query.integer(4)))
                if row.counted > 0 || row.duplicates > 0 { rows.append(row) }
            }
            return rows
        }
    }

    /// How many of the reports in the window have been pruned: of them only day, class and origin are known.
    package func prunedReports(_ window: ReportWindow) throws(LedgerError) -> Int {
        try read { connection in
            let query = try connection.prepare("SELECT sum(counted) FROM tally_pruned WHERE hour >= ?1 AND hour < ?2")
            try query.bind(1, window.start / CalendarTime.secondsPerHour)
            try query.bind(2, window.end / CalendarTime.secondsPerHour)
            return try query.step() ? Int(query.integer(0)) : 0
        }
    }

    /// What the reports in the window said of recipients. Reads every delivery of the ledger once.
    package func recipientFigures(_ window: ReportWindow) throws(LedgerError) -> RecipientFigures {
        try read { connection in
            let scan = try ReportScan(connection)
            var total = AddressState.Counters()
            var reasons = [Int64: AddressState.Counters]()
            var reportingMTAs = [Int64: AddressState.Counters]()
            var domains = [AddressState.Counters](repeating: AddressState.Counters(), count: scan.domains.count)
            var providers = [String: AddressState.Counters]()
            try scan.forEach(window) { row in
                guard let recipient = row.recipient else { return }
                total.add(recipient.effect)
                reasons[recipient.reason, default: AddressState.Counters()].add(recipient.effect)
                reportingMTAs[row.reportingMTA ?? 0, default: AddressState.Counters()].add(recipient.effect)
                domains[scan.domain(recipient)].add(recipient.effect)
                providers[try scan.provider(row, recipient), default: AddressState.Counters()].add(recipient.effect)
            }
            var figures = RecipientFigures(total: total)
            figures.reasons = try LedgerStore.ranked(reasons.map { (try scan.terms.text($0.key), $0.value) })
            figures.reportingMTAs = try LedgerStore.ranked(
                reportingMTAs.map { ($0.key == 0 ? "" : try scan.terms.text($0.key), $0.value) })
            figures.domains = LedgerStore.ranked(zip(scan.domains, domains).filter { $0.1.all > 0 })
            figures.providers = LedgerStore.ranked(providers.map { ($0.key, $0.value) })
            return figures
        }
    }

    private static func ranked(_ rows: [(String, AddressState.Counters)]) -> [RecipientRow] {
        rows.map { RecipientRow(value: $0.0, counts: $0.1) }.sorted { left, right in
            let (first, second) = (left.counts, right.counts)
            if first.bounces != second.bounces { return first.bounces > second.bounces }
            if first.all != second.all { return first.all > second.all }
            return left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
        }
    }

    /// Who was suppressed within the window, and is at the moment `now`, in seconds since 1970 UTC.
    package func newSuppressions(
        _ window: ReportWindow, at now: Int64, limit: Int
    ) throws(LedgerError) -> NewSuppressions {
        try read { connection in
            let terms = try TermTable(connection, writes: false)
            let condition = """
                cause IS NOT NULL AND since >= ?1 AND since < ?2 AND (until IS NULL OR until > ?3)
                """
            func bound(_ sql: String) throws -> Query {
                let query = try connection.prepare(sql)
                try query.bind(1, window.start)
                try query.bind(2, window.end)
                try query.bind(3, now)
                return query
            }
            var result = NewSuppressions()
            // The table itself: by way of the index every row would be looked up on its own.
            let counts = try bound(
                """
                SELECT cause, reason, count(*) FROM address NOT INDEXED WHERE \(condition)
                GROUP BY cause, reason ORDER BY count(*) DESC
                """)
            while try counts.step() {
                guard let cause = Suppression.Cause(rawValue: counts.integer(0)) else { throw DamagedLedger() }
                let count = Int(counts.integer(2))
                result.count += count
                result.byReason.append(
                    LedgerSummary.ReasonCount(cause: cause, reason: try terms.text(counts.integer(1)), count: count))
            }
            let latest = try bound(
                """
                SELECT cause, reason, since, until, days, address FROM address NOT INDEXED WHERE \(condition)
                ORDER BY since DESC, address LIMIT ?4
                """)
            try latest.bind(4, limit)
            while try latest.step() {
                if let suppression = try Suppression(latest, terms) {
                    result.latest.append(SuppressedAddress(address: latest.text(5), suppression: suppression))
                }
            }
            return result
        }
    }

    /// The latest reports of each group, at most `limit`, the latest first. A report stands once in the list of a class, an
    /// origin or a stretch of days, and once for each recipient in the others. Reads every delivery of the ledger once.
    package func samples(
        _ window: ReportWindow, of groups: Set<ReportGroup>, limit: Int
    ) throws(LedgerError) -> [ReportGroup: [ReportSample]] {
        try read { connection in
            let scan = try ReportScan(connection)
            var lists = try SampleLists(groups, scan, limit: limit)
            try scan.forEach(window) { row in try lists.take(row, scan) }
            return try lists.read(connection, scan)
        }
    }

    /// Gives what was said of the recipients of hard and soft bounces and delays that have one of the reasons, the last that
    /// came into the ledger first, until `each` says no. The rest of a row is read where `each` asks for it.
    ///
    /// The rows are read some at a time: what is written meanwhile may or may not be seen.
    package func recipients(
        _ window: ReportWindow, reasons: [String], page: Int = LedgerStore.page,
        each: (String?, () throws(LedgerError) -> ReportSample?) throws(LedgerError) -> Bool
    ) throws(LedgerError) {
        var rows = [(delivery: Int64, outcome: Int64, diagnostic: String?)]()
        var last = Int64.max
        var count = page
        while count == page {
            let before = last
            try read { connection in
                // A reading may be done twice.
                (rows, count) = ([], 0)
                let scan = try ReportScan(connection, readsDomains: false)
                let wanted = try reasons.compactMap { try scan.terms.known($0) }
                try scan.forEach(window, reasons: wanted, before: before, limit: page) { row, diagnostic in
                    guard let recipient = row.recipient else { return }
                    count += 1
                    last = recipient.outcome
                    if [.hard, .soft, .delayed].contains(recipient.effect) {
                        rows.append((row.delivery, recipient.outcome, diagnostic))
                    }
                }
            }
            for row in rows {
                let goesOn = try each(row.diagnostic) { () throws(LedgerError) in
                    try read { connection in
                        try SampleReader(connection, try TermTable(connection, writes: false))
                            .sample(row.delivery, row.outcome)
                    }
                }
                if !goesOn { return }
            }
        }
    }
}

/// Goes over the deliveries of a window and what they say of recipients.
private final class ReportScan {
    struct Row {
        var delivery: Int64
        var arrival: Int64
        var classTerm: Int64
        var origin: Int64?
        var reportingMTA: Int64?
        var recipient: Recipient?
        /// Whether it is the first row of its delivery.
        var isFirst: Bool
    }

    struct Recipient {
        var outcome: Int64
        var address: Int64?
        var reason: Int64
        var remoteMTA: Int64?
        var effect: AddressEvent.Effect
    }

    private struct Pair: Hashable {
        var classTerm: Int64
        var kind: Int64
    }

    let terms: TermTable
    /// The domains of the ledger's addresses; the first is none.
    private(set) var domains: [String] = [""]
    /// The place of its domain for the number of each address.
    private var domainOfAddress: [Int32] = []
    private let connection: Connection
    private let remote: Int64
    private var effects: [Pair: AddressEvent.Effect] = [:]
    private var providerOfHost: [Int64: String] = [:]
    private var providerOfDomain: [Int: String] = [:]

    /// So that host names made up by a sender cannot fill the memory.
    private static let cacheLimit = 20_000
    private static let columns = """
        d.id, d.arrival, d.class, d.origin, d.reporting_mta, o.id, o.address, o.kind, o.reason, o.remote_mta,
        o.reply_code, o.status, o.diagnostic
        """
    private static let diagnosticColumn: Int32 = 12
    private static let condition = "d.duplicate_of IS NULL AND d.arrival >= ?1 AND d.arrival < ?2"

    init(_ connection: Connection, readsDomains: Bool = true) throws {
        self.connection = connection
        terms = try TermTable(connection, writes: false)
        remote = try terms.known("remote") ?? -1
        if readsDomains { try readDomains() }
    }

    private func readDomains() throws {
        let last = Int(try connection.integer("SELECT max(id) FROM address") ?? 0)
        domainOfAddress = [Int32](repeating: 0, count: last + 1)
        var places: [String: Int32] = ["": 0]
        let addresses = try connection.prepare("SELECT id, address FROM address")
        while try addresses.step() {
            let domain = CanonicalAddress.domain(ofCanonical: addresses.text(1))
            let place = places[domain] ?? Int32(domains.count)
            if Int(place) == domains.count {
                places[domain] = place
                domains.append(domain)
            }
            domainOfAddress[Int(addresses.integer(0))] = place
        }
    }

    /// Gives each recipient of the reports that count, and one row for a report that names none, in the order in which
    /// the reports came into the ledger. Both tables are read in the order of their numbers, which begin alike; the index
    /// of the reports that count would lead from page to page in no order.
    func forEach(_ window: ReportWindow, _ body: (Row) throws -> Void) throws {
        let bits = LedgerLimits.ordinalBits
        try forEach(
            window,
            """
            SELECT \(ReportScan.columns) FROM delivery AS d NOT INDEXED
            LEFT JOIN outcome AS o ON o.id >= d.id << \(bits) AND o.id < (d.id + 1) << \(bits)
            WHERE \(ReportScan.condition)
            """
        ) { row, _ in try body(row) }
    }

    /// Gives the recipients that have one of the reasons, the last first.
    ///
    /// - Parameter before: the number of an outcome; only those with a lower one.
    func forEach(
        _ window: ReportWindow, reasons: [Int64], before: Int64, limit: Int, _ body: (Row, String?) throws -> Void
    ) throws {
        try forEach(
            window,
            """
            SELECT \(ReportScan.columns) FROM outcome AS o
            CROSS JOIN delivery AS d ON d.id = o.id >> \(LedgerLimits.ordinalBits)
            WHERE o.id < \(before) AND o.reason IN (\(reasons.map(String.init).joined(separator: ", ")))
                AND \(ReportScan.condition)
            ORDER BY o.id DESC LIMIT \(limit)
            """
        ) { row, query in try body(row, query.optionalText(ReportScan.diagnosticColumn)) }
    }

    private func forEach(
        _ window: ReportWindow, _ sql: String, _ body: (Row, Query) throws -> Void
    ) throws {
        let query = try connection.prepare(sql)
        try query.bind(1, window.start)
        try query.bind(2, window.end)
        var last: Int64 = -1
        while try query.step() {
            let delivery = query.integer(0)
            var row = Row(
                delivery: delivery, arrival: query.integer(1), classTerm: query.integer(2),
                origin: query.optionalInteger(3), reportingMTA: query.optionalInteger(4),
                isFirst: delivery != last)
            last = delivery
            if let outcome = query.optionalInteger(5) {
                let effect = try effect(row.classTerm, query.integer(7), query)
                row.recipient = Recipient(
                    outcome: outcome, address: query.optionalInteger(6), reason: query.integer(8),
                    remoteMTA: query.optionalInteger(9), effect: effect)
            }
            try body(row, query)
        }
    }

    /// What an outcome means for its address. Only of a hard one the codes must be looked at.
    private func effect(_ classTerm: Int64, _ kind: Int64, _ row: Query) throws -> AddressEvent.Effect {
        let pair = Pair(classTerm: classTerm, kind: kind)
        if let known = effects[pair], known != .hard { return known }
        let (name, kindName) = (try terms.text(classTerm), try terms.text(kind))
        if effects[pair] == nil {
            let effect = AddressEvent.Effect(class: name, kind: kindName, replyCode: nil, status: nil)
            effects[pair] = effect
            if effect != .hard { return effect }
        }
        return AddressEvent.Effect(
            class: name, kind: kindName, replyCode: row.optionalText(10), status: row.optionalText(11))
    }

    /// The place in `domains`.
    func domain(_ recipient: Recipient) -> Int {
        guard let address = recipient.address, domainOfAddress.indices.contains(Int(address)) else { return 0 }
        return Int(domainOfAddress[Int(address)])
    }

    /// Who runs the server that refused, or else the foreign one that wrote the report, or else the recipient's domain.
    func provider(_ row: Row, _ recipient: Recipient) throws -> String {
        if let host = recipient.remoteMTA, let name = try provider(ofHost: host) { return name }
        if let host = row.reportingMTA, row.origin == remote, let name = try provider(ofHost: host) { return name }
        let place = domain(recipient)
        if let known = providerOfDomain[place] { return known }
        let name = ProviderName.registered(domains[place]) ?? domains[place]
        if providerOfDomain.count >= ReportScan.cacheLimit { providerOfDomain.removeAll() }
        providerOfDomain[place] = name
        return name
    }

    private func provider(ofHost term: Int64) throws -> String? {
        if let known = providerOfHost[term] { return known.isEmpty ? nil : known }
        let name = ProviderName.registered(try terms.text(term))
        if providerOfHost.count >= ReportScan.cacheLimit { providerOfHost.removeAll() }
        providerOfHost[term] = name ?? ""
        return name
    }
}

/// The latest rows of each group.
private struct SampleLists {
    private struct Place {
        var arrival: Int64
        var delivery: Int64
        var outcome: Int64?
    }

    private let groups: [ReportGroup]
    private let limit: Int
    private var lists: [[Place]]
    private var classes: [Int64: Int] = [:]
    private var origins: [Int64: Int] = [:]
    private var reasons: [Int64: Int] = [:]
    private var reportingMTAs: [Int64: Int] = [:]
    private var domains: [String: Int] = [:]
    private var providers: [String: Int] = [:]
    private var days: [Int64: Int] = [:]

    init(_ groups: Set<ReportGroup>, _ scan: ReportScan, limit: Int) throws {
        self.groups = Array(groups)
        self.limit = limit
        lists = Array(repeating: [], count: groups.count)
        for (index, group) in self.groups.enumerated() {
            switch group {
            case .class(let name): classes[try scan.terms.known(name) ?? -1] = index
            case .origin(let name): origins[try name.map { try scan.terms.known($0) ?? -1 } ?? 0] = index
            case .days(let range): for day in range { days[day] = index }
            case .reason(let name): reasons[try scan.terms.known(name) ?? -1] = index
            case .domain(let name): domains[name] = index
            case .provider(let name): providers[name] = index
            case .reportingMTA(let name):
                reportingMTAs[name.isEmpty ? 0 : try scan.terms.known(name) ?? -1] = index
            }
        }
    }

    mutating func take(_ row: ReportScan.Row, _ scan: ReportScan) throws {
        let place = Place(arrival: row.arrival, delivery: row.delivery, outcome: row.recipient?.outcome)
        if row.isFirst {
            insert(place, classes[row.classTerm])
            insert(place, origins[row.origin ?? 0])
            insert(place, days[CalendarTime.day(of: row.arrival)])
        }
        guard let recipient = row.recipient else { return }
        insert(place, reasons[recipient.reason])
        insert(place, reportingMTAs[row.reportingMTA ?? 0])
        if !domains.isEmpty { insert(place, domains[scan.domains[scan.domain(recipient)]]) }
        if !providers.isEmpty { insert(place, providers[try scan.provider(row, recipient)]) }
    }

    private mutating func insert(_ place: Place, _ list: Int?) {
        guard let list else { return }
        if lists[list].count == limit {
            guard let last = lists[list].last, place.arrival > last.arrival else { return }
            lists[list].removeLast()
        }
        let index = lists[list].firstIndex { $0.arrival < place.arrival } ?? lists[list].endIndex
        lists[list].insert(place, at: index)
    }

    func read(_ connection: Connection, _ scan: ReportScan) throws -> [ReportGroup: [ReportSample]] {
        let reader = try SampleReader(connection, scan.terms)
        var result = [ReportGroup: [ReportSample]]()
        for (group, places) in zip(groups, lists) {
            result[group] = try places.compactMap { try reader.sample($0.delivery, $0.outcome) }
        }
        return result
    }
}

/// Reads one report, or one recipient of it, with all that a list shows.
private final class SampleReader {
    private let terms: TermTable
    private let select: Query

    init(_ connection: Connection, _ terms: TermTable) throws {
        self.terms = terms
        select = try connection.prepare(
            """
            SELECT d.arrival, d.class, d.origin, d.reporting_mta, d.maildir, d.name, d.folder, d.file,
                a.address, o.kind, o.reason, o.status, o.reply_code, o.action, o.diagnostic, o.remote_mta, o.command
            FROM delivery AS d LEFT JOIN outcome AS o ON o.id = ?2 LEFT JOIN address AS a ON a.id = o.address
            WHERE d.id = ?1
            """)
    }

    func sample(_ delivery: Int64, _ outcome: Int64?) throws -> ReportSample? {
        defer { select.reset() }
        try select.bind(1, delivery)
        try select.bind(2, outcome)
        guard try select.step() else { return nil }
        let key = DeliveryKey(maildir: try terms.text(select.integer(4)), unique: select.bytes(5))
        var sample = ReportSample(
            address: select.text(8), arrival: select.integer(0), class: try terms.text(select.integer(1)),
            origin: try terms.text(select.optionalInteger(2)),
            reportingMTA: try terms.text(select.optionalInteger(3)),
            destination: StoredPlace.path(
                folder: try terms.text(select.optionalInteger(6)), file: select.optionalText(7), key: key))
        if outcome != nil, !select.isNull(9) {
            sample.outcome = OutcomeEvent(
                address: sample.address, kind: try terms.text(select.integer(9)),
                reason: try terms.text(select.integer(10)), status: select.optionalText(11),
                replyCode: select.optionalText(12), action: select.optionalText(13),
                diagnostic: select.optionalText(14), remoteMTA: try terms.text(select.optionalInteger(15)),
                command: select.optionalText(16))
        }
        return sample
    }
}
