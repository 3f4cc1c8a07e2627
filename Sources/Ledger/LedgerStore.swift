/// The ledger: what was seen, what each address has had, and who is left out. One SQLite file, or whatever else an engine
/// keeps it in.
///
/// A store may be used from any thread; its work is done one call after the other. Two stores, in one process or in
/// two, may write to one ledger: each batch is one transaction, and a writer waits for the other.
package final class LedgerStore: Sendable {
    package enum Mode: Sendable {
        /// Makes the ledger if there is none.
        case readWrite
        /// Changes nothing on the disk, not even the files that SQLite keeps beside a database; see ``ReadOnlyFile``.
        case readOnly
    }

    /// What becomes of a ledger whose states were derived under another policy.
    package enum Adoption: Sendable {
        /// A file is derived again. A ledger that many hosts share is refused, unless it is empty: each host would undo
        /// what the other has done.
        case automatic
        /// It stays as it is until ``LedgerStore/rebuild(at:each:approve:)``.
        case onRebuild
    }

    /// How long a commit lasts. SQLite's `synchronous`.
    package enum Durability: String, Sendable {
        /// A batch that was committed survives a power cut.
        case full = "FULL"
        /// A power cut may take back the last batches, which the next run counts again; never less than a whole batch.
        case normal = "NORMAL"
    }

    /// How long a writer waits for another, by default.
    package static let defaultBusySeconds = 30
    /// The file, or the address of the database without a password.
    package let path: String
    package let policy: Policy
    let engine: any LedgerEngine
    let overlay = Overlay()

    /// Opens a ledger in a file.
    ///
    /// - Parameters: - makes: whether a ledger that is missing is made. - adoption: whether the states are derived
    ///   again, in one transaction, if they were derived under another policy.
    /// - Throws: `cannotOpen` if there is no ledger to read, or the file is something else; `cannotWrite` if it cannot
    ///   be made or written; `tryAgain` if it is locked or the disk is full; `inputOutput` for a bad disk.
    package convenience init(
        file path: String, mode: Mode, policy: Policy, durability: Durability = .full, makes: Bool = true,
        adoption: Adoption = .automatic, busySeconds: Int = LedgerStore.defaultBusySeconds
    ) throws(LedgerError) {
        let engine: any LedgerEngine =
            switch mode {
            case .readOnly: try ReadOnlyFile(path: path, busySeconds: busySeconds)
            case .readWrite:
                try SQLiteFile(path: path, durability: durability, makes: makes, busySeconds: busySeconds)
            }
        try self.init(engine: engine, path: path, policy: policy, adopts: mode == .readWrite && adoption == .automatic)
    }

    /// A ledger of any engine.
    ///
    /// - Parameters: - path: what names it to people. - adopts: whether the states are derived again if they were
    ///   derived under another policy.
    package init(engine: any LedgerEngine, path: String, policy: Policy, adopts: Bool) throws(LedgerError) {
        self.engine = engine
        self.path = path
        self.policy = policy
        if adopts { try adoptPolicy() }
    }

    /// Whether other hosts use the ledger, too.
    package var isShared: Bool { engine.isShared }

    /// An empty ledger in memory, for a dry run if there is none yet.
    package convenience init(inMemory policy: Policy) throws(LedgerError) {
        try self.init(engine: try SQLiteFile(), path: "(memory)", policy: policy, adopts: true)
    }

    /// Runs statements in one transaction that holds the write lock from its start.
    func write<Result>(_ body: (any Connection) throws -> Result) throws(LedgerError) -> Result {
        guard let result = try writeOrAbandon({ try body($0) }) else { throw engine.error(DamagedLedger()) }
        return result
    }

    /// The same, but nothing is written if `body` gives nothing.
    func writeOrAbandon<Result>(_ body: (any Connection) throws -> Result?) throws(LedgerError) -> Result? {
        try engine.write(body)
    }

    /// Runs statements that see one state of the ledger. They may be run twice.
    func read<Result>(_ body: (any Connection) throws -> Result) throws(LedgerError) -> Result {
        try engine.read(body)
    }

    /// Moves what was written to where it belongs for good; whether that was done, since another program may be reading
    /// what was there before.
    func checkpoint() throws(LedgerError) -> Bool { try engine.checkpoint() }

    /// Writes a batch in one transaction: all of it, or `nil` if this throws.
    ///
    /// - Returns: what became of each event, in the batch's order.
    @discardableResult
    package func commit(_ batch: [DeliveryEvent]) throws(LedgerError) -> [CommitOutcome] {
        try engine.commit(batch, policy)
    }
}
