/// The rows of `delivery`: one for each file that was seen.
final class DeliveryTable {
    private let terms: TermTable
    private let selectNumber: any Query
    private let fillPlace: any Query
    private let insertion: RowInsertion
    private let replaceRow: any Query
    private let copyRow: any Query
    private let rename: any Query

    /// What is bound for an event, in this order.
    private static let columns = [
        "maildir", "name", "fingerprint", "arrival", "class", "origin", "dialect", "reporting_mta", "folder", "file",
        "message_id", "seen", "first_seen", "stream", "delivered_to", "mailed", "bulk", "vouched",
        "held", "withheld", "sharers",
    ]

    init(_ connection: any Connection, _ terms: TermTable) throws {
        self.terms = terms
        let columns = DeliveryTable.columns
        let names = columns.joined(separator: ", ")
        let places = (1...columns.count).map { "?\($0)" }.joined(separator: ", ")
        selectNumber = try connection.prepare("SELECT 1 FROM delivery WHERE id = ?1")
        fillPlace = try connection.prepare(
            """
            UPDATE delivery SET folder = ?3, file = ?4 WHERE maildir = ?1 AND name = ?2 AND folder IS NULL AND file IS NULL
            """)
        // Either may already exist: the file under its name, or its report.
        insertion = try RowInsertion(
            connection, into: "delivery", columns: columns + ["id", "duplicate_of"], end: " ON CONFLICT DO NOTHING")
        replaceRow = try connection.prepare(
            "UPDATE delivery SET (\(names)) = (\(places)) WHERE id = ?\(columns.count + 1)")
        let copied = columns.map { $0 == "name" ? "?3" : $0 }.joined(separator: ", ")
        copyRow = try connection.prepare(
            """
            INSERT INTO delivery (\(names), id, duplicate_of) SELECT \(copied), ?2, id FROM delivery WHERE id = ?1
            """)
        rename = try connection.prepare("UPDATE delivery SET name = ?1 WHERE id = ?2")
    }

    /// A new row: its event, its number, when it was first seen if needed, and the row of which it is a copy.
    struct New {
        var event: DeliveryEvent
        var number: Int64
        var sight: Int64?
        var duplicateOf: Int64?
    }

    func has(_ number: Int64) throws -> Bool {
        defer { selectNumber.reset() }
        try selectNumber.bind(1, number)
        return try selectNumber.step()
    }

    /// Inserts rows, except those whose file or report already exists.
    ///
    /// - Parameter done: called with the rows of each statement; it can ask how many were inserted.
    func insert(
        _ count: Int, _ row: (Int) -> New, done: (_ rows: Range<Int>, _ inserted: () throws -> Int) throws -> Void
    )
        throws
    {
        try insertion.insert(
            count, bind: { place, query, first in try bind(row(place), to: query, from: first) }, done: done)
    }

    /// Inserts a row whose file and report do not exist yet.
    func insert(_ row: New) throws {
        try bind(row, to: insertion.one, from: 1)
        try insertion.one.execute()
    }

    /// Makes another file of a report the one that counts. The row keeps its number, so that other copies are not
    /// changed.
    ///
    /// - Parameters:
    ///   - head: the row.
    ///   - number: the new number of the file that counted before.
    func replace(_ head: ReportIndex.Head, with event: DeliveryEvent, sight: Int64?, demoted number: Int64) throws {
        // The indexes allow one row a key and one counted row a report: first a copy of the old row under a name that
        // no file has, then the new content, then the old name.
        try copyRow.bind(1, head.id)
        try copyRow.bind(2, number)
        try copyRow.bind(3, [UInt8]("/\(number)".utf8))
        try copyRow.execute()
        try bind(event, sight, to: replaceRow, from: 1)
        try replaceRow.bind(Int32(DeliveryTable.columns.count) + 1, head.id)
        try replaceRow.execute()
        try rename.bind(1, head.name)
        try rename.bind(2, number)
        try rename.execute()
    }

    /// Records where a file went that was counted before it was moved.
    func learnPlace(_ event: DeliveryEvent) throws {
        guard event.destination != nil else { return }
        let place = StoredPlace(event.destination, key: event.key)
        try fillPlace.bind(1, try terms.number(event.key.maildir) as Int64)
        try fillPlace.bind(2, event.key.unique)
        try fillPlace.bind(3, try terms.number(place.folder))
        try fillPlace.bind(4, place.file?.stored(limit: LedgerLimits.textBytes))
        try fillPlace.execute()
    }

    private func bind(_ row: New, to query: any Query, from first: Int32) throws {
        try bind(row.event, row.sight, to: query, from: first)
        let next = first + Int32(DeliveryTable.columns.count)
        try query.bind(next, row.number)
        try query.bind(next + 1, row.duplicateOf)
    }

    private func bind(_ event: DeliveryEvent, _ sight: Int64?, to query: any Query, from first: Int32) throws {
        let place = StoredPlace(event.destination, key: event.key)
        try query.bind(first, try terms.number(event.key.maildir) as Int64)
        try query.bind(first + 1, event.key.unique)
        try query.bind(first + 2, event.fingerprint.bytes)
        try query.bind(first + 3, event.storedArrival)
        try query.bind(first + 4, try terms.number(event.class.text) as Int64)
        try query.bind(first + 5, try terms.number(event.origin?.text))
        try query.bind(first + 6, try terms.number(event.dialect))
        try query.bind(first + 7, try terms.number(event.reportingMTA))
        try query.bind(first + 8, try terms.number(place.folder))
        try query.bind(first + 9, place.file?.stored(limit: LedgerLimits.textBytes))
        try query.bind(first + 10, event.messageID?.stored(limit: LedgerLimits.textBytes))
        try query.bind(first + 11, sight)
        try query.bind(first + 12, event.seen.map(LedgerLimits.clamped))
        try query.bind(first + 13, try terms.number(event.stream))
        try query.bind(first + 14, event.deliveredTo?.stored(limit: LedgerLimits.textBytes))
        try query.bind(first + 15, event.storedMailed)
        try query.bind(first + 16, event.isBulk && event.mailed != nil ? 1 : nil as Int64?)
        try query.bind(first + 17, event.isVouched ? 1 : nil as Int64?)
        try query.bind(first + 18, event.isHeld ? 1 : nil as Int64?)
        try query.bind(first + 19, event.isWithheld ? 1 : nil as Int64?)
        let sharers = event.storedSharers
        try query.bind(first + 20, sharers > 1 ? Int64(sharers) : nil)
    }
}
