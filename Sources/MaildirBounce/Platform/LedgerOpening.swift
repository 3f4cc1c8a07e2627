import Ledger
import LedgerPostgreSQL

extension LedgerStore {
    /// The ledger for a run that writes nothing; before the first run there is none, and an empty one stands for it.
    static func openForDryRun(_ path: String, _ policy: Policy) throws(LedgerError) -> LedgerStore {
        do throws(LedgerError) {
            return try LedgerStore(path: path, mode: .readOnly, policy: policy)
        } catch  where error.isMissing {
            return try LedgerStore(inMemory: policy)
        }
    }

    /// The ledger for a command that changes what is in it, and makes none.
    static func openExisting(
        _ path: String, _ policy: Policy, adoption: LedgerStore.Adoption = .automatic
    ) throws(LedgerError) -> LedgerStore {
        try LedgerStore(path: path, mode: .readWrite, policy: policy, makes: false, adoption: adoption)
    }
}
