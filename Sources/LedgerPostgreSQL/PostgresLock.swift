import Ledger

/// The locks of a ledger on PostgreSQL. Each is held until the end of the transaction that takes it, even if the
/// program dies, and waiters get it in the order in which they came.
enum PostgresLock: Int {
    /// Shared: a batch of reports. Exclusive: everything else that writes.
    case ledger = 0
    /// Exclusive: the counts of the brake, and what is derived from them, until the batch is committed.
    case brake = 1

    /// The number is derived from that of a table, so that two ledgers in different schemas of one database do not
    /// share locks.
    func sql(shared: Bool) -> String {
        "SELECT pg_advisory_xact_lock\(shared ? "_shared" : "")('ledger'::regclass::oid::bigint * 16 + \(rawValue))"
    }

    /// The statements that begin a transaction with a timeout for this lock and others.
    static func beginning(_ lock: String, _ seconds: Int) -> [String] {
        ["BEGIN", "SET LOCAL lock_timeout = \(seconds * 1000)", lock]
    }

    /// Before there is a table: a lock of the whole database. The bytes `MDBN`.
    static let making = "SELECT pg_advisory_xact_lock(\(Schema.applicationID))"
}
