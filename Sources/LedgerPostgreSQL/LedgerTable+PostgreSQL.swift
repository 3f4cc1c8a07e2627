import Ledger

extension LedgerTable {
    /// Writes rows from PostgreSQL, with columns in order, into the ledger in memory, unless they exist.
    ///
    /// - Returns: the numbers of terms in them.
    func copy(_ rows: PostgresRows, into connection: any Connection) throws -> Set<Int64> {
        var terms = Set<Int64>()
        if rows.count == 0 { return terms }
        let insert = try connection.prepare(insertion + " ON CONFLICT DO NOTHING")
        let isTerm = columns.map { LedgerTable.termColumns.contains($0.name) }
        for row in 0..<rows.count {
            for (index, column) in columns.enumerated() {
                let place = Int32(index)
                switch column.type {
                case .integer:
                    let value = rows.optionalInteger(row, place)
                    try insert.bind(place + 1, value)
                    if isTerm[index], let value { terms.insert(value) }
                case .text: try insert.bind(place + 1, rows.text(row, place))
                case .bytes: try insert.bind(place + 1, rows.bytes(row, place))
                }
            }
            try insert.execute()
        }
        return terms
    }

    /// The rows of a query over `names`, as columns.
    func arrays(_ read: ((any Query) throws -> Void) throws -> Void) throws -> [PostgresArray] {
        var arrays = columns.map { PostgresArray($0.type) }
        try read { row in
            for (place, value) in values(of: row).enumerated() { arrays[place].append(value) }
        }
        return arrays
    }

    /// The rows with these numbers.
    func rows(_ numbers: [Int64], in connection: any Connection) throws -> [PostgresArray] {
        let select = try connection.prepare("SELECT \(names) FROM \(name) WHERE id = ?1")
        return try arrays { body in
            for number in numbers {
                defer { select.reset() }
                try select.bind(1, number)
                if try select.step() { try body(select) }
            }
        }
    }

    /// All rows.
    func allRows(in connection: any Connection) throws -> [PostgresArray] {
        let select = try connection.prepare("SELECT \(names) FROM \(name)")
        return try arrays { body in while try select.step() { try body(select) } }
    }
}

extension [PostgresArray] {
    var parameters: [PostgresSession.Parameter] { map(PostgresSession.Parameter.array) }
    var isWithoutRows: Bool { first?.count ?? 0 == 0 }
}
