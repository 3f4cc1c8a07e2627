import Ledger

extension LedgerStore {
    /// Opens a ledger: a database if `path` begins with `postgresql://` or `postgres://`, else a file.
    ///
    /// The parameters and errors are those of ``init(file:mode:policy:durability:makes:adoption:busySeconds:)``.
    package convenience init(
        path: String, mode: Mode, policy: Policy, durability: Durability = .full, makes: Bool = true,
        adoption: Adoption = .automatic, busySeconds: Int = LedgerStore.defaultBusySeconds
    ) throws(LedgerError) {
        guard let address = try PostgresAddress(path) else {
            try self.init(
                file: path, mode: mode, policy: policy, durability: durability, makes: makes, adoption: adoption,
                busySeconds: busySeconds)
            return
        }
        try self.init(
            engine: try PostgresLedger(address, mode: mode, makes: makes, busySeconds: busySeconds), path: address.text,
            policy: policy, adopts: mode == .readWrite && adoption == .automatic)
    }

    /// Whether a ledger's path is a database URL, not a file.
    package static func isAddress(_ path: String) -> Bool { PostgresAddress.isOne(path) }
}
