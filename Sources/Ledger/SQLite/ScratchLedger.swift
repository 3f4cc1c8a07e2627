/// A ledger in memory, into which rows of another one are copied with their numbers.
package struct ScratchLedger: Sendable {
    /// The same as a store.
    package let store: LedgerStore
    private let file: SQLiteFile

    package init(_ policy: Policy) throws(LedgerError) {
        file = try SQLiteFile()
        store = try LedgerStore(engine: file, path: "(memory)", policy: policy, adopts: true)
    }

    /// Runs statements in one transaction; nothing is written if `body` returns nil or throws.
    package func write<Result>(_ body: (SQLiteConnection) throws -> Result?) throws(LedgerError) -> Result? {
        try file.writeHere(body)
    }
}
