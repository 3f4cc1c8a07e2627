import Ledger

/// A failure of PostgreSQL or of the connection to it.
struct PostgresFailure: Error {
    /// The code of the SQL standard and of PostgreSQL's appendix A; empty if no server has answered.
    var state: String
    var message: String
    /// Whether the connection is unusable.
    var isLost: Bool

    /// Whether a retry may succeed, with a new connection if this one is lost: the server goes down, comes up, is a
    /// standby that is being promoted, or two transactions conflicted.
    var isPassing: Bool {
        if isLost { return !isRefusal }
        switch state {
        case "40001", "40P01", "23505": return true
        case "25006", "57P01", "57P02", "57P03", "53300": return true
        default: return state.hasPrefix("08")
        }
    }

    /// Whether a server has refused the user or the database. There is no code for it before a connection is
    /// established, and the words are those of an English server; with another language it is retried until the time is
    /// up.
    var isRefusal: Bool {
        let refusals = [
            "authentication failed", "no password supplied", "does not exist", "no pg_hba.conf entry",
            "permission denied", "certificate", "does not support SSL", "is not permitted to log in",
            "could not translate host name", "invalid", "root.crt",
        ]
        return state.isEmpty && refusals.contains { message.contains($0) }
    }
}

extension LedgerError {
    /// What a failure of PostgreSQL means for the ledger at `path`.
    init(_ failure: PostgresFailure, path: String, busySeconds: Int) {
        let said = failure.message
        switch failure.state {
        case "" where failure.isRefusal:
            self.init(.cannotOpen, "cannot open the ledger \(path): \(said); check user, password and certificate")
        case "", "57P01", "57P02", "57P03":
            self.init(
                .tryAgain,
                "no connection to the ledger \(path) for \(busySeconds) s: \(said); nothing was lost, try again",
                isBusy: true)
        case "25006":
            self.init(
                .tryAgain,
                "the server of the ledger \(path) takes no writes, as a standby does; nothing was changed, try again, or "
                    + "name the primary (several hosts and target_session_attrs=read-write find it)")
        case "53100":
            self.init(
                .tryAgain,
                "no room for the ledger \(path): the disk of its server is full; nothing was changed, make room there")
        case "55P03", "57014":
            self.init(
                .tryAgain,
                "the ledger \(path) has been locked by another program for \(busySeconds) s; nothing was changed, try "
                    + "again", isBusy: true)
        case "40001", "40P01", "23505":
            self.init(
                .tryAgain,
                "other writers have been in the way at the ledger \(path) for \(busySeconds) s (\(said)); nothing was "
                    + "changed, try again", isBusy: true)
        case "42501":
            self.init(
                .cannotWrite,
                "no right to write the ledger \(path): \(said); grant it to this user, or let this user own it")
        case let state where state.hasPrefix("53"):
            self.init(
                .tryAgain, "the server of the ledger \(path) is at a limit: \(said); nothing was changed, try again")
        case let state where state.hasPrefix("08"):
            self.init(.tryAgain, "the connection to the ledger \(path) broke: \(said); nothing was lost, try again")
        default:
            self.init(.inputOutput, "cannot use the ledger \(path): \(said) (SQLSTATE \(failure.state))")
        }
    }
}
