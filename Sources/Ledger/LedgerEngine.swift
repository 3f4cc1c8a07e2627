/// Stores the rows of a ledger and runs transactions on them. The meaning of the rows is the same for all engines.
package protocol LedgerEngine: Sendable {
    /// Whether other hosts write to this ledger, under a policy that must be the same for all.
    var isShared: Bool { get }

    /// Runs statements in one transaction that excludes other writers; nothing is written if `body` returns nil or
    /// throws.
    func write<Result>(_ body: (any Connection) throws -> Result?) throws(LedgerError) -> Result?

    /// Runs statements in a read transaction. They may be run twice.
    func read<Result>(_ body: (any Connection) throws -> Result) throws(LedgerError) -> Result

    /// The same ledger for reading, through another connection, which does not see uncommitted changes.
    func reader() throws(LedgerError) -> any LedgerEngine

    /// Writes a batch of deliveries in one transaction.
    func commit(_ batch: [DeliveryEvent], _ policy: Policy) throws(LedgerError) -> [CommitOutcome]

    /// Records what a run did.
    func record(_ run: RunRecord) throws(LedgerError)

    /// Moves the WAL into the ledger's file.
    ///
    /// - Returns: whether all of it was moved and nothing of the old pages is left; false while another program reads
    ///   them.
    func checkpoint() throws(LedgerError) -> Bool

    /// Looks whether the storage itself still has something of addresses, in canonical form, that were erased, and
    /// rewrites it if so.
    ///
    /// - Returns: whether nothing is left; false if another program, or the disk, prevents that.
    func erase(remainsOf addresses: [String]) throws(LedgerError) -> Bool

    /// Frees unused space in the file system; `nil` if this program cannot do that.
    func giveBack() throws(LedgerError) -> LedgerRoom?

    /// The first `limit` problems that the database finds in its pages.
    func integrityProblems(limit: Int) throws(LedgerError) -> [String]

    /// The present second since 1970 UTC, of the clock that all writers share.
    func now() throws(LedgerError) -> Int64

    /// The version of the tables.
    func version() throws(LedgerError) -> Int64

    /// What a failure means for this ledger.
    func error(_ error: any Error) -> LedgerError
}

/// The size of a ledger's file, in bytes.
package struct LedgerRoom: Sendable, Equatable {
    package var before: Int64
    package var after: Int64
    /// The part that is empty and will be reused.
    package var unused: Int64
    /// Why it was not freed, if another program or the disk prevented it.
    package var obstacle: String?
}
