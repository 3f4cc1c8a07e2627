import Bytes
import Verdict

/// Where the feed of changes stands.
package struct FeedPosition: Sendable, Equatable {
    /// Other digits whenever the changes no longer lead from what a reader knows to what the ledger holds.
    package var epoch: String
    /// The number of the last change.
    package var number: Int64
    /// Who has read fewer than this many must begin again with a snapshot.
    package var first: Int64

    /// Whether who has read up to a number, in an epoch if that is known, can read on.
    package func continues(after number: Int64, in epoch: String?) -> Bool {
        number >= first && number <= self.number && epoch ?? self.epoch == self.epoch
    }
}

extension LedgerStore {
    /// The changes after a number, in their order, at most `limit`, and where the feed stands with them.
    package func changes(
        after number: Int64, limit: Int = LedgerStore.page
    ) throws(LedgerError) -> (feed: FeedPosition, rows: [LedgerChange]) {
        try read { connection in
            let feed = try LedgerStore.feed(connection)
            let query = try connection.prepare(
                """
                SELECT number, at, change, address, domain, hash, cause, reason, stream, delivery FROM change
                WHERE number > ?1 ORDER BY number LIMIT ?2
                """)
            try query.bind(1, number)
            try query.bind(2, limit)
            let terms = try TermTable(connection, writes: false)
            var rows: [LedgerChange] = []
            while try query.step() { rows.append(try LedgerStore.change(query, terms)) }
            let captured = try CapturedTable.fields(of: Set(rows.compactMap(\.delivery)), connection)
            for place in rows.indices { rows[place].captured = rows[place].delivery.flatMap { captured[$0] } ?? [] }
            return (feed, rows)
        }
    }

    private static func change(_ row: any Query, _ terms: TermTable) throws -> LedgerChange {
        guard let kind = LedgerChange.Kind(rawValue: row.integer(2)) else { throw DamagedLedger() }
        var change = LedgerChange(
            number: row.integer(0), at: row.integer(1), kind: kind, address: row.optionalText(3),
            domain: row.optionalText(4).map(DomainPattern.init(stored:)),
            key: row.withBytes(5) { text(ofKey: $0) }, stream: try terms.text(row.optionalInteger(8)),
            delivery: row.optionalInteger(9))
        if kind == .overdue { change.canary = try terms.text(row.optionalInteger(7)) }
        if let number = row.optionalInteger(6) {
            guard let cause = Suppression.Cause(rawValue: number) else { throw DamagedLedger() }
            change.suppression = Suppression(
                cause: cause, storedReason: try terms.text(row.integer(7)), since: change.at, until: nil, days: 1)
        }
        return change
    }

    private static func text(ofKey bytes: some Sequence<UInt8>) -> String {
        bytes.map { hexadecimal(UInt64($0), digits: 2) }.joined()
    }

    /// Where the feed stands.
    package func feed() throws(LedgerError) -> FeedPosition { try read { try LedgerStore.feed($0) } }

    private static func feed(_ connection: any Connection) throws -> FeedPosition {
        guard let epoch = try SettingTable.text(Feed.epochSetting, connection) else { throw DamagedLedger() }
        return FeedPosition(
            epoch: epoch, number: try Feed.last(connection),
            first: try SettingTable.integer(Feed.firstSetting, connection) ?? 0
        )
    }

    /// Calls `each` with everything that is suppressed, until it returns false: addresses, then domains, then who has
    /// unsubscribed from a stream. With the changes after the position that is given to `begin` it leads to what the
    /// ledger holds: the rows are read in pages, and one that changes meanwhile has its change there.
    ///
    /// - Returns: false if a new epoch began meanwhile, so that the rows must be read again.
    package func snapshot(
        page: Int = LedgerStore.page, begin: (FeedPosition) -> Void, each: (LedgerChange) -> Bool
    ) throws(LedgerError) -> Bool {
        let (feed, moment, key) = try read { connection in
            guard let key = try SettingTable.text(Feed.keySetting, connection) else { throw DamagedLedger() }
            return (
                try LedgerStore.feed(connection), try SettingTable.integer(Feed.momentSetting, connection) ?? 0, key
            )
        }
        begin(feed)
        var goesOn = true
        func give(_ suppression: Suppression, address: String? = nil, domain: DomainPattern? = nil) -> Bool {
            goesOn = each(
                LedgerChange(
                    at: suppression.since, kind: .suppressed, address: address, domain: domain,
                    key: address.map { LedgerStore.text(ofKey: Feed.hash($0, key: key)) }, suppression: suppression,
                    stream: suppression.stream))
            return goesOn
        }
        try suppressed(at: moment, page: page) { give($0.suppression, address: $0.address) }
        if goesOn { try suppressedDomains(at: moment, page: page) { give($0.suppression, domain: $0.domain) } }
        if goesOn { try unsubscribed(page: page) { give($0.suppression, address: $0.address) } }
        return try self.feed().epoch == feed.epoch
    }

    /// Calls `each` with everybody who has unsubscribed from a stream, until it returns false.
    private func unsubscribed(page: Int, each: (SuppressedAddress) -> Bool) throws(LedgerError) {
        var last: (address: Int64, stream: Int64) = (0, 0)
        while true {
            let rows = try read { connection in
                let terms = try TermTable(connection, writes: false)
                let query = try connection.prepare(
                    """
                    SELECT s.address, s.stream, a.address, s.since FROM stream_suppression AS s
                    JOIN address AS a ON a.id = s.address
                    WHERE (s.address, s.stream) > (?1, ?2) ORDER BY s.address, s.stream LIMIT ?3
                    """)
                try query.bind(1, last.address)
                try query.bind(2, last.stream)
                try query.bind(3, page)
                var rows: [(Int64, Int64, SuppressedAddress)] = []
                while try query.step() {
                    let suppression = Suppression(
                        unsubscribedFrom: try terms.text(query.integer(1)), since: query.integer(3))
                    rows.append(
                        (
                            query.integer(0), query.integer(1),
                            SuppressedAddress(address: query.text(2), suppression: suppression)
                        ))
                }
                return rows
            }
            for row in rows where !each(row.2) { return }
            guard let final = rows.last, rows.count == page else { return }
            last = (final.0, final.1)
        }
    }

    /// Writes the changes of suppressions that have ended, and of canaries that are overdue. Writes nothing if there are none,
    /// but once a day.
    ///
    /// If a clock was ahead when this was last done, suppressions were told as ended that have not: a new epoch begins.
    ///
    /// - Parameter now: by default the present second.
    package func recordLapses(at now: Int64? = nil) throws(LedgerError) {
        let now: Int64 = if let now { now } else { try engine.now() }
        guard try read({ try ChangeWriter.isLapseDue($0, at: now) }) else { return }
        try write { connection in
            guard try !Feed.wasAhead(connection, of: now) else {
                try Feed.begin(connection, at: now)
                return
            }
            let changes = ChangeWriter(connection, try TermTable(connection, writes: true))
            try changes.noteLapses(until: now)
            try changes.write()
        }
    }

    /// Begins a new epoch of the feed, as after a backup was restored: readers must begin with a snapshot.
    package func beginFeed() throws(LedgerError) {
        let now = try engine.now()
        try write { try Feed.begin($0, at: now) }
    }
}
