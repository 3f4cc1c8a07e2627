extension LedgerStore {
    private static let policySetting = "policy"
    /// How many addresses are read at a time while all are derived anew.
    private static let chunk = 1_000

    /// Derives every state anew from the events, in one transaction. What it writes is what the commits have written,
    /// unless the policy or the program has changed.
    ///
    /// - Returns: how many addresses changed.
    @discardableResult
    package func rebuild() throws(LedgerError) -> Int {
        try write { connection in
            try LedgerStore.rebuild(connection, policy)
        }
    }

    /// Derives the states anew where they were derived under another policy.
    func adoptPolicy() throws(LedgerError) {
        let known = try read { try LedgerStore.storedPolicy($0) }
        if known == policy.signature {
            return
        }
        try write { connection in
            _ = try LedgerStore.rebuild(connection, policy)
        }
    }

    private static func storedPolicy(_ connection: Connection) throws -> String? {
        let query = try connection.prepare("SELECT value FROM setting WHERE name = '\(policySetting)'")
        return try query.step() ? query.text(0) : nil
    }

    private static func rebuild(_ connection: Connection, _ policy: Policy) throws -> Int {
        let terms = try TermTable(connection, writes: true)
        let table = try AddressTable(connection, terms)
        let writer = try AddressWriter(connection, terms)
        let page = try connection.prepare(
            """
            SELECT \(AddressTable.stateColumns), id FROM address WHERE id > ?1 ORDER BY id LIMIT \(chunk)
            """)
        var changed = 0
        var last: Int64 = 0
        while true {
            var entries = [AddressTable.Entry]()
            try page.bind(1, last)
            while try page.step() {
                entries.append(
                    AddressTable.Entry(id: page.integer(16), state: try AddressTable.state(page, terms)))
            }
            page.reset()
            guard let final = entries.last else { break }
            last = final.id
            for entry in entries {
                let state = AddressState.derive(try table.events(entry.id), policy: policy)
                if state != entry.state {
                    changed += 1
                    try writer.write(state, id: entry.id, newAddress: nil)
                }
            }
        }
        try rebuildTally(connection)
        let setting = try connection.prepare(
            "INSERT OR REPLACE INTO setting (name, value) VALUES ('\(policySetting)', ?1)")
        try setting.bind(1, policy.signature)
        try setting.execute()
        return changed
    }

    private static func rebuildTally(_ connection: Connection) throws {
        try connection.run("DELETE FROM tally")
        try connection.run(
            """
            INSERT INTO tally (hour, class, origin, counted, duplicates)
            SELECT arrival / \(CalendarTime.secondsPerHour) AS hour, class, ifnull(origin, 0),
                sum(duplicate_of IS NULL), sum(duplicate_of IS NOT NULL)
            FROM delivery GROUP BY 1, 2, 3
            """)
    }
}
