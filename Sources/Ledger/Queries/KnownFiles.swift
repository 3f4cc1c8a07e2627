extension LedgerStore {
    /// Those of some files of a Maildir, by the unique parts of their names, that were counted or are copies of what was.
    package func knownFiles(_ names: [[UInt8]], maildir: String) throws(LedgerError) -> Set<[UInt8]> {
        try read { connection in
            guard let number = try TermTable(connection, writes: false).known(maildir) else { return Set<[UInt8]>() }
            var known = Set<[UInt8]>()
            try connection.forEach(
                names.map(RowValue.bytes), "SELECT name FROM delivery WHERE maildir = \(number) AND name = ?1"
            ) { known.insert($0.bytes(0)) }
            return known
        }
    }
}
