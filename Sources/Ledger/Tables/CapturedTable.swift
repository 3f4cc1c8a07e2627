/// The rows of `captured`: texts of the mail that came back, for each report that counts. They are buffered in memory and
/// written in groups.
final class CapturedTable {
    private struct New {
        var delivery: Int64
        var arrival: Int64
        var field: CapturedField
    }

    private let connection: any Connection
    private let terms: TermTable
    private let insertion: RowInsertion
    private let deleteRows: any Query
    private var waiting: [New] = []

    /// The maximum number of buffered rows.
    private static let limit = 1_024

    init(_ connection: any Connection, _ terms: TermTable) throws {
        self.connection = connection
        self.terms = terms
        insertion = try RowInsertion(connection, into: "captured", columns: ["delivery", "name", "value", "arrival"])
        deleteRows = try connection.prepare("DELETE FROM captured WHERE delivery = ?1")
    }

    func insert(_ event: DeliveryEvent, delivery: Int64) throws {
        for field in event.storedCaptured {
            waiting.append(New(delivery: delivery, arrival: event.storedArrival, field: field))
        }
        if waiting.count >= CapturedTable.limit { try flush() }
    }

    /// Writes the buffered rows.
    func flush() throws {
        try insertion.insert(waiting.count) { place, query, first in
            let row = waiting[place]
            try query.bind(first, row.delivery)
            try query.bind(first + 1, try terms.number(row.field.name) as Int64)
            try query.bind(first + 2, row.field.value)
            try query.bind(first + 3, row.arrival)
        }
        waiting.removeAll(keepingCapacity: true)
    }

    /// Deletes those of a delivery.
    func delete(of delivery: Int64) throws {
        try flush()
        try deleteRows.bind(1, delivery)
        try deleteRows.execute()
    }

    /// Those of some deliveries, in the order of their names.
    static func fields(
        of deliveries: Set<Int64>, _ connection: any Connection
    ) throws -> [Int64: [CapturedField]] {
        var fields: [Int64: [CapturedField]] = [:]
        try connection.forEach(
            deliveries.sorted().map { RowValue.integer($0) },
            """
            SELECT c.delivery, t.text, c.value FROM captured AS c JOIN term AS t ON t.id = c.name WHERE c.delivery = ?1
            """
        ) { fields[$0.integer(0), default: []].append(CapturedField($0.text(1), $0.text(2))) }
        return fields.mapValues { $0.sorted { $0.name < $1.name } }
    }

    /// Deletes rows of reports that arrived before a time, the oldest first.
    ///
    /// - Parameter limit: how many at most; nil: all.
    /// - Returns: how many.
    static func drop(before horizon: Int64, limit: Int? = nil, _ connection: any Connection) throws -> Int {
        var condition = "arrival < \(horizon)"
        if let limit {
            condition = """
                (delivery, name) IN (
                    SELECT delivery, name FROM captured WHERE \(condition) ORDER BY arrival LIMIT \(limit))
                """
        }
        try connection.run("DELETE FROM captured WHERE \(condition)")
        return try connection.changes
    }
}
