/// What was decided about reports that are held since they blame more addresses than a report from outside may.
///
/// A decision belongs to the report's fingerprint, so that it holds for every copy of it.
final class ReportDecisions {
    private let select: any Query

    init(_ connection: any Connection) throws {
        select = try connection.prepare("SELECT verdict FROM report_decision WHERE fingerprint = ?1")
    }

    /// What holds for a report.
    func status(_ event: DeliveryEvent) throws -> BrakeStatus {
        guard event.isHeld else { return .normal }
        defer { select.reset() }
        try select.bind(1, event.fingerprint.bytes)
        return try select.step() ? BrakeStatus(rawValue: select.integer(0)) ?? .held : .held
    }

    /// The same, as an expression over a row of `delivery`.
    static func status(of delivery: String) -> String {
        """
        CASE WHEN \(delivery).held IS NULL THEN \(BrakeStatus.normal.rawValue) ELSE coalesce((
            SELECT verdict FROM report_decision AS r WHERE r.fingerprint = \(delivery).fingerprint),
            \(BrakeStatus.held.rawValue)) END
        """
    }
}
