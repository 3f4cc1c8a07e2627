/// The ledger: the reports that were counted, the history of each address, and who is suppressed. One SQLite file, or
/// another engine's storage.
///
/// A store may be used from any thread; calls are serialised. Two stores, in one process or in two, may write to one
/// ledger: each batch is one transaction, and a writer waits for the other.
package final class LedgerStore: Sendable {
    package enum Mode: Sendable {
        /// Creates the ledger if there is none.
        case readWrite
        /// Changes nothing on the disk, not even the files that SQLite keeps next to a database; see ``ReadOnlyFile``.
        case readOnly
    }

    /// What to do with a ledger whose states were derived under another policy.
    package enum Adoption: Sendable {
        /// The states in a file are derived again. A ledger that many hosts share is refused, unless it is empty: the
        /// hosts would undo each other's work.
        case automatic
        /// The ledger is not changed until ``LedgerStore/rebuild(at:each:approve:)``.
        case onRebuild
    }

    /// What a commit survives. SQLite's `synchronous`.
    package enum Durability: String, Sendable {
        /// A batch that was committed survives a power cut.
        case full = "FULL"
        /// A power cut may undo the last batches, always as a whole; the next run counts them again.
        case normal = "NORMAL"
    }

    /// How long a writer waits for another, by default.
    package static let defaultBusySeconds = 30
    /// The file, or the address of the database without a password.
    package let path: String
    /// The policy of the host, with the ledger's edition of the defaults.
    package let policy: Policy
    let engine: any LedgerEngine
    let overlay = Overlay()

    /// Opens a ledger in a file.
    ///
    /// - Parameters:
    ///   - makes: whether a missing ledger is created.
    ///   - adoption: whether the states are derived again, in one transaction, if they were derived under another
    ///     policy.
    /// - Throws: `cannotOpen` if there is no ledger to read, or the file is something else; `cannotWrite` if it cannot
    ///   be created or written; `tryAgain` if it is locked or the disk is full; `inputOutput` for a disk error.
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

    /// Opens a ledger of any engine.
    ///
    /// - Parameters:
    ///   - path: its name in messages.
    ///   - adopts: whether the states are derived again if they were derived under another policy.
    package init(engine: any LedgerEngine, path: String, policy: Policy, adopts: Bool) throws(LedgerError) {
        self.engine = engine
        self.path = path
        self.policy = policy.inEdition(try LedgerStore.edition(engine))
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

    /// The same, but nothing is written if `body` returns nil.
    func writeOrAbandon<Result>(_ body: (any Connection) throws -> Result?) throws(LedgerError) -> Result? {
        try engine.write(body)
    }

    /// Runs statements in a read transaction. They may be run twice.
    func read<Result>(_ body: (any Connection) throws -> Result) throws(LedgerError) -> Result {
        try engine.read(body)
    }

    /// Moves the WAL into the ledger's file. Returns whether that was done: another program may still be reading an
    /// older state.
    func checkpoint() throws(LedgerError) -> Bool { try engine.checkpoint() }

    /// Writes a batch in one transaction: all of it, or `nil` if this throws.
    ///
    /// - Returns: the outcome of each event, in the batch's order.
    @discardableResult
    package func commit(_ batch: [DeliveryEvent]) throws(LedgerError) -> [CommitOutcome] {
        try engine.commit(batch, policy)
    }
}
