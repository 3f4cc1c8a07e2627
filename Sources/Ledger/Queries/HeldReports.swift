import Bytes
import Verdict

/// A report from outside that blames more addresses than one may, and so counts against none of them until an
/// administrator confirms it.
package struct HeldReport: Sendable, Equatable {
    /// The report's fingerprint in hexadecimal digits, the same in every ledger.
    package var id: String
    package var arrival: Int64
    package var `class`: Token<MessageClass>
    package var messageID: String?
    /// Where its file is, as far as the ledger knows; else the file's name in the Maildir.
    package var file: String
    /// How many addresses it blames.
    package var addresses: Int
    /// Their domains, the most frequent first, of the first ``LedgerLimits/listedAddresses``.
    package var domains: [String]
    package var status: BrakeStatus
}

extension LedgerStore {
    /// How many held reports nobody has decided about.
    package func heldReportCount() throws(LedgerError) -> Int {
        try read { connection in
            Int(
                try connection.integer(
                    """
                    SELECT count(*) FROM delivery AS d WHERE d.held IS NOT NULL AND d.duplicate_of IS NULL AND NOT EXISTS (
                        SELECT 1 FROM report_decision AS r WHERE r.fingerprint = d.fingerprint)
                    """) ?? 0)
        }
    }

    /// The held reports, the latest first and at most ``LedgerLimits/listedReports``; the undecided ones, or all.
    package func heldReports(all: Bool = false) throws(LedgerError) -> [HeldReport] {
        try read { connection in
            try LedgerStore.heldReports(connection, all ? "" : "AND NOT EXISTS (\(LedgerStore.decision))")
        }
    }

    private static let decision = "SELECT 1 FROM report_decision AS r WHERE r.fingerprint = d.fingerprint"

    private static func heldReports(
        _ connection: any Connection, _ condition: String, _ bind: (any Query) throws -> Void = { _ in }
    ) throws -> [HeldReport] {
        let terms = try TermTable(connection, writes: false)
        let query = try connection.prepare(
            """
            SELECT d.id, d.fingerprint, d.arrival, d.class, d.message_id, d.maildir, d.name, d.folder, d.file, d.sharers,
                \(ReportDecisions.status(of: "d"))
            FROM delivery AS d WHERE d.held IS NOT NULL AND d.duplicate_of IS NULL \(condition)
            ORDER BY d.arrival DESC, d.fingerprint LIMIT \(LedgerLimits.listedReports)
            """)
        try bind(query)
        let domains = try ReportDomains(connection)
        var reports = [HeldReport]()
        while try query.step() {
            let key = DeliveryKey(maildir: try terms.text(query.integer(5)), unique: query.bytes(6))
            let place = StoredPlace.path(
                folder: try terms.text(query.optionalInteger(7)), file: query.optionalText(8), key: key)
            reports.append(
                HeldReport(
                    id: query.fingerprint(1).digits, arrival: query.integer(2),
                    class: try terms.messageClass(query.integer(3)), messageID: query.optionalText(4),
                    file: place ?? String(decoding: key.unique, as: UTF8.self),
                    addresses: query.optionalInteger(9).map(Int.init) ?? 0,
                    domains: try domains.ranked(query.integer(0)),
                    status: BrakeStatus(rawValue: query.integer(10)) ?? .held))
        }
        return reports
    }

    /// The held report that an administrator names by the first digits of its id; `nil` if there is none, or more than
    /// one.
    package func heldReport(_ id: String) throws(LedgerError) -> HeldReport? {
        guard id.utf8.count >= HeldReport.shortest, let (low, high) = Fingerprint.range(id) else { return nil }
        return try read { connection in
            let found = try LedgerStore.heldReports(
                connection, "AND d.fingerprint >= ?1 AND d.fingerprint <= ?2"
            ) { query in
                try query.bind(1, low)
                try query.bind(2, high)
            }
            return found.count == 1 ? found[0] : nil
        }
    }

    /// Decides about a held report: `confirm`, it counts; `release`, it never does. The decision holds for every copy of
    /// the report; a later one overrides it.
    ///
    /// - Parameter id: the report's whole id.
    /// - Returns: whether there is such a report.
    @discardableResult
    package func decideReport(
        _ id: String, _ verdict: BrakeVerdict, note: String? = nil, author: String? = nil, at: Int64
    ) throws(LedgerError) -> Bool {
        guard let (low, high) = Fingerprint.range(id), low == high else { return false }
        let status: BrakeStatus = verdict == .confirm ? .confirmed : .released
        return try write { connection in
            let terms = try TermTable(connection, writes: true)
            let select = try connection.prepare(
                "SELECT id, class FROM delivery WHERE fingerprint = ?1 AND duplicate_of IS NULL AND held IS NOT NULL")
            try select.bind(1, low)
            guard try select.step() else { return false }
            let (report, messageClass) = (select.integer(0), select.integer(1))
            select.reset()
            let decide = try connection.prepare(
                """
                INSERT INTO report_decision (fingerprint, verdict, at, author, note) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (fingerprint) DO UPDATE SET verdict = excluded.verdict, at = excluded.at,
                    author = excluded.author, note = excluded.note
                """)
            try decide.bind(1, low)
            try decide.bind(2, status.rawValue)
            try decide.bind(3, LedgerLimits.clamped(arrival: at))
            try decide.bind(4, try terms.number(author?.stored(limit: LedgerLimits.textBytes)))
            try decide.bind(5, note?.stored(limit: LedgerLimits.textBytes))
            try decide.execute()
            try BatchWriter(connection, policy: policy).derive(addressesOf: report, class: messageClass)
            return true
        }
    }
}

extension HeldReport {
    /// With how many digits of its id a report may be named.
    package static let shortest = 8
    /// How many digits a list for people shows.
    package static let shown = 16
}

/// The domains that a report blames.
private struct ReportDomains {
    private let select: any Query

    init(_ connection: any Connection) throws {
        select = try connection.prepare(
            """
            SELECT a.address FROM outcome AS o JOIN address AS a ON a.id = o.address
            WHERE o.id >= ?1 AND o.id < ?2 ORDER BY o.id LIMIT \(LedgerLimits.listedAddresses)
            """)
    }

    func ranked(_ report: Int64) throws -> [String] {
        defer { select.reset() }
        try select.bind(1, report << LedgerLimits.ordinalBits)
        try select.bind(2, (report + 1) << LedgerLimits.ordinalBits)
        var counts: [String: Int] = [:]
        while try select.step() { counts[CanonicalAddress.domain(ofCanonical: select.text(0)), default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }
}

extension Fingerprint {
    fileprivate var digits: String {
        String(decoding: bytes.flatMap(\.hexadecimalDigits), as: UTF8.self)
    }

    /// The first and the last fingerprint, as bytes, whose digits begin with these; `nil` if these are no digits.
    fileprivate static func range(_ digits: String) -> (low: [UInt8], high: [UInt8])? {
        let given = digits.utf8.map(\.hexadecimalValue)
        guard !given.isEmpty, given.count <= 2 * byteCount, !given.contains(nil) else { return nil }
        func filled(with value: UInt8) -> [UInt8] {
            let all = given.compactMap(\.self) + [UInt8](repeating: value, count: 2 * byteCount - given.count)
            return stride(from: 0, to: all.count, by: 2).map { all[$0] << 4 | all[$0 + 1] }
        }
        return (filled(with: 0), filled(with: 15))
    }

}
