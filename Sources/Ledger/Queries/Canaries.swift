import Verdict

extension LedgerStore {
    /// Records a canary that is about to be sent.
    ///
    /// - Parameter earliest: nothing is recorded if one to the same target was sent after this moment, by whatever host.
    ///   One that is in the future was sent by a wrong clock.
    /// - Returns: whether it was recorded, and is to be sent.
    package func begin(_ canary: Canary, unlessSentAfter earliest: Int64?) throws(LedgerError) -> Bool {
        try write { connection in
            let table = CanaryTable(connection)
            let now = canary.sent + LedgerLimits.canaryClockSeconds
            if let earliest, try table.wasSent(canary.kind, canary.target, after: earliest, until: now) {
                return false
            }
            try table.insert(canary)
            return true
        }
    }

    /// Records why a canary was not sent.
    package func fail(_ token: CanaryToken, because reason: String) throws(LedgerError) {
        try write { try CanaryTable($0).fail(token, because: reason) }
    }

    /// The canaries to each target, as seen at a moment, in seconds since 1970 UTC.
    package func canaries(
        to targets: [(kind: Canary.Kind, target: String)], at now: Int64
    ) throws(LedgerError) -> [CanaryHistory] {
        if targets.isEmpty { return [] }
        return try read { connection in
            let table = CanaryTable(connection)
            return try targets.map { try table.history($0.kind, $0.target, at: now) }
        }
    }

    /// The target of the canary that a message is about; `nil` if the ledger knows none.
    package func canaryTarget(of event: DeliveryEvent) throws(LedgerError) -> String? {
        guard let report = event.canary else { return nil }
        return try read { try CanaryTable($0).target(of: report.tokens) }
    }

    /// Whether a foreign server has answered a canary since a moment.
    package func wasCanaryAnsweredFromOutside(since start: Int64) throws(LedgerError) -> Bool {
        try read { connection in
            let select = try connection.prepare("SELECT 1 FROM canary WHERE origin = ?1 AND answered >= ?2 LIMIT 1")
            try select.bind(1, Origin.remote.rawValue)
            try select.bind(2, start)
            return try select.step()
        }
    }

    /// The batch, in which what is about a canary of this ledger counts for nothing else.
    func resolvingCanaries(_ batch: [DeliveryEvent]) throws(LedgerError) -> [DeliveryEvent] {
        guard batch.contains(where: { $0.canary != nil }) else { return batch }
        return try read { try CanaryTable($0).resolve(batch) }
    }
}
