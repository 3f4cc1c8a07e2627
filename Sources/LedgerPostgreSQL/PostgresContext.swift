import Ledger
import Bytes

/// The rows of a ledger on PostgreSQL that a batch may touch, read in a few round trips and copied into the ledger in
/// memory.
struct PostgresContext {
    /// One hour of the brake.
    struct Hour: Hashable {
        var provider: Int64
        var reason: Int64
        var hour: Int64
    }

    private struct Pair: Hashable {
        var provider: Int64
        var reason: Int64
    }

    private let session: PostgresSession
    private let connection: SQLiteConnection
    private let policy: Policy
    /// The numbers of terms in the rows.
    private(set) var termNumbers = Set<Int64>()
    /// The existing rows.
    private(set) var deliveries = Set<Int64>()
    /// Those that are locked against other hosts.
    private(set) var lockedDeliveries = Set<Int64>()
    private(set) var outcomes = Set<Int64>()
    /// The rows that were made for new addresses.
    private(set) var newAddresses = Set<Int64>()
    /// Their weights, by provider, reason, hour and address.
    private(set) var members: [[Int64]: Int64] = [:]
    /// Of each day of a stream's mailings: the lowest and the highest number of an address.
    private(set) var mailingDays: [MailingDays.Day: [Int64]] = [:]
    private(set) var hours: [Hour: (addresses: Int64, votes: Int64, vouched: Int64, status: Int64)] = [:]
    /// Of existing events: the pairs whose statuses they depend on.
    private var oldPairs = Set<Pair>()
    private var domainOfAddress: [Int64: String] = [:]

    private typealias Statement = PostgresSession.Statement

    init(_ session: PostgresSession, _ connection: SQLiteConnection, _ policy: Policy) {
        self.session = session
        self.connection = connection
        self.policy = policy
    }

    // MARK: The first round trip

    /// Begins the transaction, and reads the rows with the batch's keys, fingerprints and addresses.
    ///
    /// - Returns: the numbers for new rows.
    mutating func readFirst(
        _ names: BatchNames, _ terms: PostgresTerms, _ count: Int, version: Int64, lockSeconds: Int, isAlone: Bool
    ) throws -> [NumberedTable: RowNumbers] {
        let sorted = names.addresses.keys.sorted()
        let addresses = PostgresSession.Parameter.array(PostgresArray(sorted))
        let accessKeys = PostgresSession.Parameter.array(
            PostgresArray(sorted.map { RowValue.text(CanonicalAddress.accessKey(canonical: $0)) }))
        let fingerprints = PostgresSession.Parameter.array(PostgresArray(names.fingerprints.map(\.bytes)))
        let maildirs = names.keys.map { terms[$0.maildir.stored(limit: LedgerLimits.termBytes)] ?? 0 }
        let braked = Array(names.braked)
        let delivery = LedgerTable.delivery
        let beginning = PostgresLock.beginning(PostgresLock.ledger.sql(shared: !isAlone), lockSeconds)
        let reading = [
            Statement(
                sql: """
                    SELECT value, version, (SELECT value FROM setting WHERE name = '\(UnusedTerms.setting)')
                    FROM ledger LEFT JOIN setting ON name = '\(LedgerStore.policySetting)'
                    """),
            // A row for each new address, empty until the states are written: two hosts with the same new address wait
            // for each other here, before anything was done.
            Statement(
                sql: """
                    INSERT INTO address (address, access_key, hard, soft, delayed, delivered, complaint, auto_reply, other,
                        streak)
                    SELECT address, access_key, 0, 0, 0, 0, 0, 0, 0, 0 FROM unnest($1, $2) AS given (address, access_key)
                    WHERE NOT EXISTS (SELECT 1 FROM address WHERE address.address = given.address)
                    ORDER BY address ON CONFLICT DO NOTHING RETURNING id
                    """, parameters: [addresses, accessKeys]),
            Statement(
                sql: """
                    SELECT \(LedgerTable.address.names) FROM address WHERE address = ANY($1)
                    ORDER BY address FOR UPDATE
                    """, parameters: [addresses]),
            // After the addresses: a report that another host is counting is seen here once that host has committed.
            Statement(
                sql: """
                    SELECT \(delivery.names) FROM delivery WHERE duplicate_of IS NULL AND fingerprint = ANY($1)
                    ORDER BY fingerprint FOR UPDATE
                    """, parameters: [fingerprints]),
            Statement(
                sql: """
                    SELECT \(delivery.names(of: "d")) FROM unnest($1, $2) AS given (maildir, name)
                    JOIN delivery AS d ON d.maildir = given.maildir AND d.name = given.name
                    ORDER BY d.id FOR UPDATE OF d
                    """,
                parameters: [.array(PostgresArray(maildirs)), .array(PostgresArray(names.keys.map(\.unique)))]),
            Statement(sql: "SELECT fingerprint FROM pruned WHERE fingerprint = ANY($1)", parameters: [fingerprints]),
            Statement(
                sql: """
                    SELECT \(LedgerTable.member.names(of: "m")) FROM unnest($1, $2, $3, $4)
                        AS given (address, provider, reason, hour)
                    JOIN address AS a ON a.address = given.address
                    JOIN brake_member AS m ON m.provider = given.provider AND m.reason = given.reason
                        AND m.hour = given.hour AND m.address = a.id
                    """,
                parameters: [
                    .array(PostgresArray(braked.map(\.address))),
                    .array(PostgresArray(braked.map { terms[$0.provider] ?? 0 })),
                    .array(PostgresArray(braked.map { terms[$0.reason] ?? 0 })),
                    .array(PostgresArray(braked.map(\.hour))),
                ]),
            Statement(
                sql: "SELECT name, value FROM setting WHERE name = ANY($1)",
                parameters: [.array(PostgresArray(PostgresContext.settings))]),
            Statement(
                sql: "SELECT \(LedgerTable.reportDecision.names) FROM report_decision WHERE fingerprint = ANY($1)",
                parameters: [fingerprints]),
            // Whoever has unsubscribed: their states name the streams as texts.
            Statement(
                sql: """
                    SELECT \(LedgerTable.streamSuppression.names(of: "s")) FROM address AS a
                    JOIN stream_suppression AS s ON s.address = a.id WHERE a.address = ANY($1)
                    """, parameters: [addresses]),
            Statement(
                sql: "SELECT nextval('delivery_number') FROM generate_series(1, $1)",
                parameters: [.value(.integer(Int64(count)))]),
        ]
        let answers = try session.pipeline(beginning.map { Statement(sql: $0) } + reading)
        let rows = Array(answers.dropFirst(beginning.count))
        guard rows[0].integer(0, 1) == version else {
            // Detected on the next connection.
            throw PostgresFailure(state: "", message: "a later program has changed the tables", isLost: true)
        }
        guard rows[0].text(0, 0) == policy.signature else { throw OtherPolicy() }
        // Read under the lock that is held exclusively while terms are deleted.
        let drops = rows[0].text(0, 2)
        guard drops == terms.drops else { throw StaleTerms(drops: drops) }
        newAddresses = Set(rows[1].integers(0))
        guard rows[2].count == names.addresses.count else { throw PostgresContext.collision("an address") }
        try take(rows[2], .address)
        try take(rows[3], delivery)
        try take(rows[4], delivery)
        lockedDeliveries = deliveries
        try take(rows[5], .pruned)
        try take(rows[6], .member)
        for row in 0..<rows[7].count {
            try SettingTable.store(rows[7].text(row, 1) ?? "", as: rows[7].text(row, 0) ?? "", connection)
        }
        try take(rows[8], .reportDecision)
        try take(rows[9], .streamSuppression)
        return [.delivery: numbers(rows[10].integers(0), "delivery_number"), .address: numbers([], "address_number")]
    }

    /// The settings that a batch depends on.
    private static let settings = [ReportIndex.formerSetting, Feed.keySetting, Feed.momentSetting]

    /// Another host has changed rows that this one had not locked: the batch starts over.
    static func collision(_ what: String) -> PostgresFailure {
        PostgresFailure(state: "40001", message: "\(what) was changed by another writer", isLost: false)
    }

    /// Reserved numbers, then others, one at a time.
    private func numbers(_ taken: [Int64], _ sequence: String) -> RowNumbers {
        var rest = taken[...]
        let session = self.session
        return RowNumbers(0..<0) {
            let next = try rest.popFirst() ?? session.execute("SELECT nextval('\(sequence)')", []).integer(0, 0)
            return next..<next + 1
        }
    }

    private mutating func take(_ rows: PostgresRows, _ table: LedgerTable) throws {
        termNumbers.formUnion(try table.copy(rows, into: connection))
        let column = { (name: String) in Int32(table.columns.firstIndex { $0.name == name } ?? 0) }
        switch table.name {
        case "delivery": deliveries.formUnion(rows.integers(0))
        case "outcome": outcomes.formUnion(rows.integers(0))
        case "mailing_day":
            for row in 0..<rows.count {
                mailingDays[MailingDays.Day(stream: rows.integer(row, 0), day: rows.integer(row, 1))] = [
                    rows.integer(row, 2), rows.integer(row, 3),
                ]
            }
        case "brake_member":
            for row in 0..<rows.count { members[(0..<4).map { rows.integer(row, $0) }] = rows.integer(row, 4) }
        case "brake_hour":
            let (addresses, votes, status) = (column("addresses"), column("votes"), column("status"))
            let vouched = column("vouched")
            for row in 0..<rows.count {
                let hour = Hour(
                    provider: rows.integer(row, 0), reason: rows.integer(row, 1), hour: rows.integer(row, 2))
                hours[hour] = (
                    rows.integer(row, addresses), rows.integer(row, votes), rows.integer(row, vouched),
                    rows.integer(row, status)
                )
            }
        case "address":
            let name = column("address")
            for row in 0..<rows.count {
                domainOfAddress[rows.integer(row, 0)] = CanonicalAddress.domain(
                    ofCanonical: rows.text(row, name) ?? "")
            }
        default: break
        }
    }

    // MARK: What some batches need

    /// Reads the events of the addresses whose state cannot simply be continued: if a report is older than one that was
    /// counted, if an earlier copy replaces a report, if an hour becomes a spike.
    mutating func readMore(
        _ batch: [DeliveryEvent], _ names: BatchNames, _ terms: PostgresTerms, _ beyond: PostgresBatch.Beyond
    ) throws {
        var wanted = Set<Int64>()
        if !beyond.hours.isEmpty { wanted.formUnion(try readMembers(of: beyond.hours)) }
        for day in beyond.days.sorted() { wanted.formUnion(try readFailures(of: day)) }
        var copied = Set<String>()
        wanted.formUnion(try readCopied(batch, &copied))
        try readAddresses(wanted.subtracting(domainOfAddress.keys))

        let unread = try TermTable(connection, writes: false)
        let table = try AddressTable(connection, unread)
        for (address, first) in names.addresses {
            guard let seen = try table.lastEvent(address) else { continue }
            // In a batch that changes states of others every state is derived again.
            if seen.latest >= first || names.repeated.contains(address) || copied.contains(address) || !beyond.isEmpty {
                wanted.insert(seen.id)
            }
        }
        if wanted.isEmpty { return }
        let numbers = [PostgresSession.Parameter.array(PostgresArray(wanted.sorted()))]
        let rows = try session.pipeline([
            Statement(
                sql: """
                    SELECT \(LedgerTable.delivery.names) FROM delivery
                    WHERE id IN (SELECT id >> \(LedgerLimits.ordinalBits) FROM outcome WHERE address = ANY($1))
                    """, parameters: numbers),
            Statement(
                sql: "SELECT \(LedgerTable.outcome.names) FROM outcome WHERE address = ANY($1)", parameters: numbers),
            Statement(
                sql: "SELECT \(LedgerTable.action.names) FROM action WHERE address = ANY($1)", parameters: numbers),
            Statement(sql: "SELECT \(LedgerTable.base.names) FROM base WHERE address = ANY($1)", parameters: numbers),
            Statement(
                sql: """
                    SELECT \(LedgerTable.reportDecision.names(of: "r")) FROM report_decision AS r
                    WHERE r.fingerprint IN (
                        SELECT fingerprint FROM delivery WHERE held IS NOT NULL AND id IN (
                            SELECT id >> \(LedgerLimits.ordinalBits) FROM outcome WHERE address = ANY($1)))
                    """, parameters: numbers),
        ])
        try take(rows[0], .delivery)
        try take(rows[1], .outcome)
        try take(rows[2], .action)
        try take(rows[3], .base)
        try take(rows[4], .reportDecision)
        // The statuses of the hours in which these events fell.
        let domains = try session.execute(
            "SELECT id, text FROM term WHERE text = ANY($1)",
            [.array(PostgresArray(Set(wanted.compactMap { domainOfAddress[$0] }).sorted()))])
        var numberOfDomain: [String: Int64] = [:]
        for row in 0..<domains.count {
            numberOfDomain[domains.text(row, 1) ?? ""] = domains.integer(row, 0)
            termNumbers.insert(domains.integer(row, 0))
        }
        for row in 0..<rows[1].count {
            guard let domain = domainOfAddress[rows[1].integer(row, 1)], let provider = numberOfDomain[domain] else {
                continue
            }
            oldPairs.insert(Pair(provider: provider, reason: rows[1].integer(row, 3)))
        }
    }

    /// The outcomes of the reports that copies in the batch may replace.
    ///
    /// - Parameter copied: receives the addresses in the copies, in canonical form.
    /// - Returns: the addresses in the reports.
    private mutating func readCopied(_ batch: [DeliveryEvent], _ copied: inout Set<String>) throws -> Set<Int64> {
        let index = try ReportIndex(connection, try TermTable(connection, writes: false))
        var heads = Set<Int64>()
        var reused: [DeliveryKey] = []
        for event in batch {
            let file = try index.file(event)
            if case .reused(let key, _) = file { reused.append(key) }
            if case .known = file { continue }
            guard let head = try index.head(event), !head.isFolded else { continue }
            heads.insert(head.id)
            for outcome in event.outcomes.prefix(LedgerLimits.outcomesPerReport) {
                if let address = CanonicalAddress(outcome.address) { copied.insert(address.text) }
            }
        }
        try readReused(reused)
        if heads.isEmpty { return [] }
        let bits = LedgerLimits.ordinalBits
        let rows = try session.execute(
            """
            SELECT \(LedgerTable.outcome.names(of: "o")) FROM unnest($1) AS given (id)
            JOIN outcome AS o ON o.id >= given.id << \(bits) AND o.id < (given.id + 1) << \(bits)
            """, [.array(PostgresArray(heads.sorted()))])
        try take(rows, .outcome)
        let addresses = Set((0..<rows.count).compactMap { rows.optionalInteger($0, 1) })
        // The brake may lose them: their rows of these hours.
        let members = try session.execute(
            """
            SELECT \(LedgerTable.member.names(of: "m")) FROM unnest($1) AS given (id)
            JOIN delivery AS d ON d.id = given.id
            JOIN outcome AS o ON o.id >= d.id << \(bits) AND o.id < (d.id + 1) << \(bits)
            JOIN address AS a ON a.id = o.address
            JOIN term AS t ON t.text = substring(a.address FROM '@([^@]*)$')
            JOIN brake_member AS m ON m.provider = t.id AND m.reason = o.reason
                AND m.hour = d.arrival / \(CalendarTime.secondsPerHour) AND m.address = o.address
            """, [.array(PostgresArray(heads.sorted()))])
        try take(members, .member)
        return addresses
    }

    /// Reads deliveries whose names another report's file had before.
    private mutating func readReused(_ keys: [DeliveryKey]) throws {
        if keys.isEmpty { return }
        let rows = try session.execute(
            """
            SELECT \(LedgerTable.delivery.names(of: "d")) FROM unnest($1, $2) AS given (maildir, name)
            JOIN term AS t ON t.text = given.maildir
            JOIN delivery AS d ON d.maildir = t.id AND d.name = given.name
            """,
            [
                .array(PostgresArray(keys.map { $0.maildir.stored(limit: LedgerLimits.termBytes) })),
                .array(PostgresArray(keys.map(\.unique))),
            ])
        try take(rows, .delivery)
    }

    /// All addresses with an event in one of these hours.
    private mutating func readMembers(of spikes: Set<Hour>) throws -> Set<Int64> {
        let hours = Array(spikes)
        let rows = try session.execute(
            """
            SELECT \(LedgerTable.member.names(of: "m")) FROM unnest($1, $2, $3) AS given (provider, reason, hour)
            JOIN brake_member AS m ON m.provider = given.provider AND m.reason = given.reason AND m.hour = given.hour
            """,
            [
                .array(PostgresArray(hours.map(\.provider))), .array(PostgresArray(hours.map(\.reason))),
                .array(PostgresArray(hours.map(\.hour))),
            ])
        try take(rows, .member)
        return Set(rows.integers(3))
    }

    /// All addresses whose failures are counted otherwise if the stream was mailed on a day.
    private func readFailures(of day: MailingDays.Day) throws -> Set<Int64> {
        let server = PostgresConnection(session, beginning: [])
        var addresses = Set<Int64>()
        try MailingDays(server, try TermTable(server, writes: false)).forEachAddress(of: day) { addresses.insert($0) }
        return addresses
    }

    private mutating func readAddresses(_ numbers: Set<Int64>) throws {
        if numbers.isEmpty { return }
        let parameters = [PostgresSession.Parameter.array(PostgresArray(numbers.sorted()))]
        let streams = LedgerTable.streamSuppression
        let rows = try session.pipeline([
            Statement(
                sql: "SELECT \(LedgerTable.address.names) FROM address WHERE id = ANY($1) ORDER BY address FOR UPDATE",
                parameters: parameters),
            Statement(
                sql: "SELECT \(streams.names) FROM \(streams.name) WHERE address = ANY($1)", parameters: parameters),
        ])
        try take(rows[0], .address)
        try take(rows[1], streams)
    }

    // MARK: The brake

    /// Sends what the first part of the batch has written, takes the brake's lock, and reads what it counts.
    mutating func readBrake(
        after changes: [PostgresSession.Statement], _ names: BatchNames, _ terms: PostgresTerms
    ) throws {
        var from: [Pair: Int64] = [:]
        if let rule = policy.brake {
            func note(_ provider: Int64, _ reason: Int64, _ hour: Int64) {
                let first = BrakeTimeline.firstHour(before: BrakeTimeline.firstChange(by: hour, rule), rule)
                let pair = Pair(provider: provider, reason: reason)
                from[pair] = min(from[pair] ?? first, first)
            }
            for event in names.braked {
                if let provider = terms[event.provider], let reason = terms[event.reason] {
                    note(provider, reason, event.hour)
                }
            }
            // The batch may remove some of these.
            for member in members.keys { note(member[0], member[1], member[2]) }
        }
        for pair in oldPairs where from[pair] == nil { from[pair] = Int64.max }
        let pairs = Array(from)
        let parameters: [PostgresSession.Parameter] = [
            .array(PostgresArray(pairs.map(\.key.provider))), .array(PostgresArray(pairs.map(\.key.reason))),
        ]
        let table = LedgerTable.hour.names(of: "h")
        let isPair = "h.provider = given.provider AND h.reason = given.reason"
        let reading = [
            Statement(sql: PostgresLock.brake.sql(shared: false)),
            Statement(
                sql: """
                    SELECT \(table) FROM unnest($1, $2, $3) AS given (provider, reason, hour)
                    JOIN brake_hour AS h ON \(isPair) AND h.hour >= given.hour
                    """, parameters: parameters + [.array(PostgresArray(pairs.map(\.value)))]),
            Statement(
                sql: """
                    SELECT \(table) FROM unnest($1, $2) AS given (provider, reason)
                    JOIN brake_hour AS h ON \(isPair) AND h.status <> 0
                    """, parameters: parameters),
            Statement(
                sql: """
                    SELECT \(table) FROM unnest($1, $2) AS given (provider, reason), LATERAL (
                        SELECT * FROM brake_hour AS h WHERE \(isPair) ORDER BY h.hour LIMIT 1) AS h
                    """, parameters: parameters),
            Statement(
                sql: """
                    SELECT \(LedgerTable.decision.names(of: "h")) FROM unnest($1, $2) AS given (provider, reason)
                    JOIN brake_decision AS h ON \(isPair)
                    """, parameters: parameters),
        ]
        // The mailings of the streams of the batch and of the events that were read.
        let select = try connection.prepare("SELECT DISTINCT stream FROM delivery WHERE stream IS NOT NULL")
        var streams: [Int64] = []
        while try select.step() { streams.append(select.integer(0)) }
        let mailings = [LedgerTable.mailingDay, .sent].map { table in
            Statement(
                sql: "SELECT \(table.names) FROM \(table.name) WHERE stream = ANY($1)",
                parameters: [.array(PostgresArray(streams))])
        }
        let answers = Array(try session.pipeline(changes + reading + mailings).suffix(6))
        try take(answers[4], .mailingDay)
        try take(answers[5], .sent)
        let rows = Array(answers.prefix(4))
        for part in rows.prefix(3) { try take(part, .hour) }
        try take(rows[3], .decision)
    }

    /// The hours whose status the batch has changed.
    func changedHours() throws -> Set<Hour> {
        let select = try connection.prepare("SELECT provider, reason, hour, status FROM brake_hour")
        var changed = Set<Hour>()
        while try select.step() {
            let hour = Hour(provider: select.integer(0), reason: select.integer(1), hour: select.integer(2))
            if (hours[hour]?.status ?? 0) != select.integer(3) { changed.insert(hour) }
        }
        return changed
    }
}

/// The ledger's states were derived under another policy than this host's.
struct OtherPolicy: Error {}

/// Terms were deleted since their numbers were read.
struct StaleTerms: Error { var drops: String? }
