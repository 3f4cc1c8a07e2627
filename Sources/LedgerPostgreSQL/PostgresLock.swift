import Ledger

/// The locks of a ledger on PostgreSQL. Each lasts until the end of the transaction that takes it, whatever becomes of the
/// program, and those who wait for one get it in the order in which they came.
enum PostgresLock: Int {
    /// Shared: a batch of reports. Alone: everything else that writes.
    case ledger = 0
    /// Alone: the counts of the brake, and what follows from them, until the batch is committed.
    case brake = 1

    /// The number is made of that of a table, so that two ledgers in one database, in schemas of their own, do not share
    /// locks.
    func sql(shared: Bool) -> String {
        "SELECT pg_advisory_xact_lock\(shared ? "_shared" : "")('ledger'::regclass::oid::bigint * 16 + \(rawValue))"
    }

    /// The beginning of a transaction that waits so long for this lock, and for others.
    static func beginning(_ lock: String, _ seconds: Int) -> [String] {
        ["BEGIN", "SET LOCAL lock_timeout = \(seconds * 1000)", lock]
    }

    /// Before there is a table: of the whole database. The bytes `MDBN`.
    static let making = "SELECT pg_advisory_xact_lock(\(Schema.applicationID))"
}
