import Ledger
import LedgerPostgreSQL

/// The ledger for a run that writes nothing; an empty one if there is none yet.
func openForDryRun(_ path: String, _ policy: Policy) throws(Failure) -> LedgerStore {
    try inLedger { () throws(LedgerError) in
        do throws(LedgerError) {
            return try LedgerStore(path: path, mode: .readOnly, policy: policy)
        } catch  where error.isMissing {
            return try LedgerStore(inMemory: policy)
        }
    }
}

/// The ledger for a command that changes it, but does not create one.
func openExisting(
    _ path: String, _ policy: Policy, adoption: LedgerStore.Adoption = .automatic
) throws(Failure) -> LedgerStore {
    try inLedger { () throws(LedgerError) in
        try LedgerStore(path: path, mode: .readWrite, policy: policy, makes: false, adoption: adoption)
    }
}
