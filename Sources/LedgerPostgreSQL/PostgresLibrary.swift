import Ledger
import CPostgreSQL

/// The functions of libpq, PostgreSQL's client library.
///
/// The library is opened with the first ledger on PostgreSQL, and never if the ledger is a file.
struct PostgresLibrary: @unchecked Sendable {
    // Pointers to functions of a library that stays open: the same for all threads, and never written again.
    let functions: libpq

    init() throws(LedgerError) {
        var functions = libpq()
        if let missing = libpq_open(&functions) {
            throw LedgerError(
                .cannotOpen,
                "a ledger on PostgreSQL needs PostgreSQL's client library: \(String(cString: missing)); "
                    + "install it (Debian: apt-get install libpq5)")
        }
        self.functions = functions
    }
}
