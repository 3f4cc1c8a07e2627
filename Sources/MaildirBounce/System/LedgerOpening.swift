import Glibc
import Ledger

/// The ledger for a run that writes nothing; before the first run there is none, and an empty one stands for it.
func openForDryRun(_ path: String, _ policy: Policy) throws(Failure) -> LedgerStore {
    try inLedger { () throws(LedgerError) in
        if access(path, F_OK) != 0, errno == ENOENT { return try LedgerStore(inMemory: policy) }
        return try LedgerStore(path: path, mode: .readOnly, policy: policy)
    }
}

/// The ledger for a command that changes what is in it, and makes none.
func openExisting(_ path: String, _ policy: Policy) throws(Failure) -> LedgerStore {
    guard access(path, F_OK) == 0 || errno != ENOENT else {
        throw Failure(
            ExitStatus.noInput, "there is no ledger \(path); a scan or an import makes it, or check the path")
    }
    return try inLedger { () throws(LedgerError) in try LedgerStore(path: path, mode: .readWrite, policy: policy) }
}
