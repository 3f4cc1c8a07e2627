/// How many rows of a table were copied.
package struct CopiedTable: Sendable, Equatable {
    package var name: String
    package var rows: Int
}

extension LedgerStore {
    /// Copies everything into another, empty ledger in one transaction, reads it back and compares it.
    ///
    /// What is written to this ledger meanwhile is not in the copy.
    ///
    /// - Throws: `cannotWrite` if the other ledger is not empty; `inputOutput` if what was read there is not what was
    ///   written. It then stays empty.
    package func copy(to other: LedgerStore) throws(LedgerError) -> [CopiedTable] {
        try read { source in
            try other.write { target in
                for table in ["delivery", "address", "action", "run"] {
                    guard try target.integer("SELECT 1 FROM \(table) LIMIT 1") == nil else {
                        throw LedgerError(
                            .cannotWrite,
                            "the ledger \(other.path) is not empty; nothing was changed, copy into a new one")
                    }
                }
                var copied: [CopiedTable] = []
                for table in LedgerTable.all {
                    try target.run("DELETE FROM \(table.name)")
                    let written = try LedgerStore.copy(table, source, target)
                    let read = try LedgerStore.sum(of: table, in: target)
                    guard written == read else {
                        throw LedgerError(
                            .inputOutput,
                            "what was read from the ledger \(other.path) is not what was written (table \(table.name)); "
                                + "nothing was changed")
                    }
                    copied.append(CopiedTable(name: table.name, rows: written.count))
                }
                try target.renumber()
                try Feed.begin(target)
                return copied
            }
        }
    }

    private static func copy(_ table: LedgerTable, _ source: any Connection, _ target: any Connection) throws -> RowSum
    {
        var sum = RowSum()
        var sink = try target.sink(for: table)
        let select = try source.prepareScan("SELECT \(table.names) FROM \(table.name)")
        while try select.step() {
            let row = table.values(of: select)
            sum.add(row)
            try sink.append(row)
        }
        try sink.finish()
        return sum
    }

    private static func sum(of table: LedgerTable, in connection: any Connection) throws -> RowSum {
        var sum = RowSum()
        let select = try connection.prepareScan("SELECT \(table.names) FROM \(table.name)")
        while try select.step() { sum.add(table.values(of: select)) }
        return sum
    }
}
