extension LedgerStore {
    /// The Maildirs from which messages were filed into a folder, as recorded in the ledger.
    ///
    /// Reads every delivery once.
    ///
    /// - Parameter folder: the absolute path of a `cur`, as ``DeliveryEvent/destination`` has it.
    package func maildirs(filedInto folder: String) throws(LedgerError) -> [String] {
        try read { connection in
            let terms = try TermTable(connection, writes: false)
            guard let number = try terms.known(folder) else { return [] }
            let query = try connection.prepare("SELECT DISTINCT maildir FROM delivery WHERE folder = ?1")
            try query.bind(1, number)
            var maildirs = [String]()
            while try query.step() {
                maildirs.append(try terms.text(query.integer(0)))
            }
            return maildirs.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
    }

    /// The keys under which the ledger knows messages that were filed into a folder; nil for unknown ones.
    ///
    /// - Parameters:
    ///   - names: the unique parts of the files' names.
    ///   - maildirs: the Maildirs from which they may come.
    package func keys(
        of names: [[UInt8]], filedInto folder: String, from maildirs: [String]
    ) throws(LedgerError) -> [DeliveryKey?] {
        try read { connection in
            let terms = try TermTable(connection, writes: false)
            guard let folder = try terms.known(folder) else { return names.map { _ in nil } }
            let origins = try maildirs.compactMap { maildir in try terms.known(maildir).map { (maildir, $0) } }
            let query = try connection.prepare(
                "SELECT 1 FROM delivery WHERE maildir = ?1 AND name = ?2 AND folder = ?3")
            return try names.map { name in
                for (maildir, number) in origins {
                    defer { query.reset() }
                    try query.bind(1, number)
                    try query.bind(2, name)
                    try query.bind(3, folder)
                    if try query.step() { return DeliveryKey(maildir: maildir, unique: name) }
                }
                return nil
            }
        }
    }
}
