/// Where the rows of a ledger are, and how transactions are done there. What the rows mean is the same for all.
package protocol LedgerEngine: Sendable {
    /// Whether other hosts write to this ledger, under a policy that must be the same for all.
    var isShared: Bool { get }

    /// Runs statements in one transaction that no other writer can come into; nothing is written if `body` gives
    /// nothing or throws.
    func write<Result>(_ body: (any Connection) throws -> Result?) throws(LedgerError) -> Result?

    /// Runs statements that see one state of the ledger. They may be run twice.
    func read<Result>(_ body: (any Connection) throws -> Result) throws(LedgerError) -> Result

    /// The same ledger for reading, through another connection, which sees nothing of a transaction that is not at its end.
    func reader() throws(LedgerError) -> any LedgerEngine

    /// Writes a batch of deliveries in one transaction.
    func commit(_ batch: [DeliveryEvent], _ policy: Policy) throws(LedgerError) -> [CommitOutcome]

    /// Notes what a run did.
    func record(_ run: RunRecord) throws(LedgerError)

    /// Moves what was written to where it belongs for good.
    ///
    /// - Returns: whether all of it is there, and nothing of what was before is left; not while another program reads it.
    func checkpoint() throws(LedgerError) -> Bool

    /// Gives the room that nothing needs any more back to the file system; `nil` if that is not this program's to do.
    func giveBack() throws(LedgerError) -> LedgerRoom?

    /// What the database itself finds wrong with its pages, the first `limit` things.
    func integrityProblems(limit: Int) throws(LedgerError) -> [String]

    /// The version of the tables.
    func version() throws(LedgerError) -> Int64

    /// What a failure means for this ledger.
    func error(_ error: any Error) -> LedgerError
}

/// How much room a ledger's file takes, in bytes.
package struct LedgerRoom: Sendable, Equatable {
    package var before: Int64
    package var after: Int64
    /// Of this, how much is empty and will be used again.
    package var unused: Int64
    /// Why it was not given back, if another program or the disk kept it from that.
    package var obstacle: String?
}
