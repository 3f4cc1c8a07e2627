import Ledger
import Maildir

/// Why a command stops: one line for a person, one number for a script.
struct Failure: Error {
    /// One of ``ExitStatus``.
    let status: Int32
    /// What happened and what to do next, one sentence or two, no full stop at the end. It may contain untrusted bytes:
    /// the printer escapes it.
    let message: String

    init(_ status: Int32, _ message: String) {
        self.status = status
        self.message = message
    }
}

extension Failure {
    init(_ error: LedgerError) {
        self.init(error.category.exitStatus, error.description)
    }

    init(_ error: MaildirError) {
        let status =
            switch (error.category, error.operation) {
            case (.noSuchMaildir, _), (.permission, .open), (.permission, .list), (.permission, .read):
                ExitStatus.noInput
            case (.permission, _), (.cannotWrite, _): ExitStatus.cannotCreate
            case (.tryAgain, _): ExitStatus.temporaryFailure
            case (.ioError, _), (.vanished, _), (.notRegular, _): ExitStatus.ioError
            }
        self.init(status, error.description)
    }
}

/// Runs what may fail in the ledger, as a failure of the command.
func inLedger<Result>(_ body: () throws(LedgerError) -> Result) throws(Failure) -> Result {
    do {
        return try body()
    } catch {
        throw Failure(error)
    }
}

/// Runs what may fail in a Maildir, as a failure of the command.
func inMaildir<Result>(_ body: () throws(MaildirError) -> Result) throws(Failure) -> Result {
    do {
        return try body()
    } catch {
        throw Failure(error)
    }
}
