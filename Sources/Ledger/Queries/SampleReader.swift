/// Reads one report, or one recipient of it, with all that a list shows.
final class SampleReader {
    private let terms: TermTable
    private let select: any Query

    init(_ connection: any Connection, _ terms: TermTable) throws {
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
            address: select.text(8), arrival: select.integer(0), class: try terms.messageClass(select.integer(1)),
            origin: try terms.origin(select.optionalInteger(2)),
            reportingMTA: try terms.text(select.optionalInteger(3)),
            destination: StoredPlace.path(
                folder: try terms.text(select.optionalInteger(6)), file: select.optionalText(7), key: key))
        if outcome != nil, !select.isNull(9) {
            sample.outcome = OutcomeEvent(
                address: sample.address, fate: try terms.fate(select.integer(9)),
                reason: try terms.reason(select.integer(10)), status: select.optionalText(11),
                replyCode: select.optionalText(12), action: select.optionalText(13),
                diagnostic: select.optionalText(14), remoteMTA: try terms.text(select.optionalInteger(15)),
                command: select.optionalText(16))
        }
        return sample
    }
}
