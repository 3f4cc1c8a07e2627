extension LedgerStore {
    /// Drops captured texts of reports that arrived before a time, in seconds since 1970 UTC, the oldest first, at most
    /// `limit` of them. Writes nothing if there are none.
    ///
    /// - Returns: how many were dropped.
    @discardableResult
    package func dropCaptured(before horizon: Int64, limit: Int) throws(LedgerError) -> Int {
        let isDue = try read { connection in
            try connection.integer("SELECT 1 FROM captured WHERE arrival < \(horizon) LIMIT 1") != nil
        }
        guard isDue else { return 0 }
        return try write { try CapturedTable.drop(before: horizon, limit: limit, $0) }
    }
}
