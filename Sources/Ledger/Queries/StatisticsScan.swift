import Verdict

/// Goes over the deliveries of a window and what they say of recipients.
final class StatisticsScan {
    struct Row {
        var delivery: Int64
        var arrival: Int64
        var classTerm: Int64
        var origin: Int64?
        var reportingMTA: Int64?
        var stream: Int64?
        /// The value of the captured field, if the scan has one.
        var captured: String?
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
        var party: Party?
    }

    private struct Pair: Hashable {
        var classTerm: Int64
        var kind: Int64
    }

    let terms: TermTable
    /// The domains of the ledger's addresses; the first is empty.
    private(set) var domains: [String] = [""]
    /// The index of the domain for the number of each address.
    private var domainOfAddress: [Int32] = []
    private let connection: any Connection
    /// The term of the captured field whose values are read; nil: of none.
    private let captured: Int64?
    private let remote: Int64
    private var effects: [Pair: AddressEvent.Effect] = [:]
    private var providerOfHost: [Int64: String] = [:]
    private var providerOfDomain: [Int: String] = [:]

    /// So that host names made up by a sender cannot fill the memory.
    private static let cacheLimit = 20_000
    private static let columns = """
        d.id, d.arrival, d.class, d.origin, d.reporting_mta, o.id, o.address, o.kind, o.reason, o.remote_mta,
        o.reply_code, o.status, o.diagnostic, o.party, d.stream
        """
    private static let diagnosticColumn: Int32 = 12
    private static let capturedColumn: Int32 = 15
    private static let condition =
        "d.duplicate_of IS NULL AND d.arrival >= ?1 AND d.arrival < ?2 AND d.\(CanaryTable.excluded)"

    /// - Parameter captured: the name of a captured field whose values are read.
    init(_ connection: any Connection, readsDomains: Bool = true, captured: String? = nil) throws {
        self.connection = connection
        let terms = try TermTable(connection, writes: false)
        self.terms = terms
        self.captured = try captured.flatMap { try terms.known($0) }
        remote = try terms.known(Origin.remote.rawValue) ?? -1
        if readsDomains { try readDomains() }
    }

    private func readDomains() throws {
        let last = Int(try connection.integer("SELECT max(id) FROM address") ?? 0)
        domainOfAddress = [Int32](repeating: 0, count: last + 1)
        var places: [String: Int32] = ["": 0]
        let addresses = try connection.prepareScan("SELECT id, address FROM address")
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
    func forEach(_ window: StatisticsWindow, _ body: (Row) throws -> Void) throws {
        let bits = LedgerLimits.ordinalBits
        let value = captured == nil ? "" : ", c.value"
        let join = captured.map { "LEFT JOIN captured AS c ON c.delivery = d.id AND c.name = \($0)" } ?? ""
        try forEach(
            window,
            """
            SELECT \(StatisticsScan.columns)\(value) FROM delivery AS d NOT INDEXED
            LEFT JOIN outcome AS o ON o.id >= d.id << \(bits) AND o.id < (d.id + 1) << \(bits) \(join)
            WHERE \(StatisticsScan.condition)
            """
        ) { row, query in
            var row = row
            if captured != nil { row.captured = query.optionalText(StatisticsScan.capturedColumn) }
            try body(row)
        }
    }

    /// Calls `body` with the recipients that have one of the reasons, the last first.
    ///
    /// - Parameter before: the number of an outcome; only those with a lower one.
    func forEach(
        _ window: StatisticsWindow, reasons: [Int64], before: Int64, limit: Int, _ body: (Row, String?) throws -> Void
    ) throws {
        if reasons.isEmpty { return }
        try forEach(
            window,
            """
            SELECT \(StatisticsScan.columns) FROM outcome AS o
            CROSS JOIN delivery AS d ON d.id = o.id >> \(LedgerLimits.ordinalBits)
            WHERE o.id < \(before) AND o.reason IN (\(reasons.map(String.init).joined(separator: ", ")))
                AND \(StatisticsScan.condition)
            ORDER BY o.id DESC LIMIT \(limit)
            """
        ) { row, query in try body(row, query.optionalText(StatisticsScan.diagnosticColumn)) }
    }

    private func forEach(
        _ window: StatisticsWindow, _ sql: String, _ body: (Row, any Query) throws -> Void
    ) throws {
        let query = try connection.prepareScan(sql)
        try query.bind(1, window.start)
        try query.bind(2, window.end)
        var last: Int64 = -1
        while try query.step() {
            let delivery = query.integer(0)
            var row = Row(
                delivery: delivery, arrival: query.integer(1), classTerm: query.integer(2),
                origin: query.optionalInteger(3), reportingMTA: query.optionalInteger(4),
                stream: query.optionalInteger(14), isFirst: delivery != last)
            last = delivery
            if let outcome = query.optionalInteger(5) {
                let effect = try effect(row.classTerm, query.integer(7), query)
                row.recipient = Recipient(
                    outcome: outcome, address: query.optionalInteger(6), reason: query.integer(8),
                    remoteMTA: query.optionalInteger(9), effect: effect,
                    party: query.optionalInteger(13).flatMap(Party.init))
            }
            try body(row, query)
        }
    }

    /// What an outcome means for its address. The codes matter only for a hard one and for a relay's.
    private func effect(_ classTerm: Int64, _ kind: Int64, _ row: any Query) throws -> AddressEvent.Effect {
        let pair = Pair(classTerm: classTerm, kind: kind)
        if let known = effects[pair], known != .hard, known != .relay { return known }
        let (messageClass, fate) = (try terms.messageClass(classTerm), try terms.fate(kind))
        if effects[pair] == nil {
            let effect = AddressEvent.Effect(class: messageClass, fate: fate, replyCode: nil, status: nil)
            effects[pair] = effect
            if effect != .hard, effect != .relay { return effect }
        }
        return AddressEvent.Effect(
            class: messageClass, fate: fate, replyCode: row.optionalText(10), status: row.optionalText(11))
    }

    /// The index in `domains`.
    func domain(_ recipient: Recipient) -> Int {
        guard let address = recipient.address, domainOfAddress.indices.contains(Int(address)) else { return 0 }
        return Int(domainOfAddress[Int(address)])
    }

    /// The provider of the server that refused, or else of the remote one that wrote the report, or else the
    /// recipient's domain.
    func provider(_ row: Row, _ recipient: Recipient) throws -> String {
        if let host = recipient.remoteMTA, let name = try provider(ofHost: host) { return name }
        if let host = row.reportingMTA, row.origin == remote, let name = try provider(ofHost: host) { return name }
        let place = domain(recipient)
        if let known = providerOfDomain[place] { return known }
        let name = ProviderName.registered(domains[place]) ?? domains[place]
        if providerOfDomain.count >= StatisticsScan.cacheLimit { providerOfDomain.removeAll() }
        providerOfDomain[place] = name
        return name
    }

    private func provider(ofHost term: Int64) throws -> String? {
        if let known = providerOfHost[term] { return known.isEmpty ? nil : known }
        let name = ProviderName.registered(try terms.text(term))
        if providerOfHost.count >= StatisticsScan.cacheLimit { providerOfHost.removeAll() }
        providerOfHost[term] = name ?? ""
        return name
    }
}
