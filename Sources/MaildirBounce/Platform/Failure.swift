import Ledger
import Maildir

/// Why a command stops: one line for a person, one number for a script.
struct Failure: Error {
    /// One of ``ExitStatus``.
    let status: Int32
    /// What happened and what to do next, one sentence or two, no full stop at the end. It may hold bytes from outside:
    /// whoever prints it escapes it.
    let message: String

    init(_ status: Int32, _ message: String) {
        self.status = status
        self.message = message
    }
}

extension Failure: CustomStringConvertible {
    var description: String { message }
}

extension Failure {
    /// The failure that an error of ours means for the command; nil for an error of the command line or an answer.
    init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as LedgerError: self.init(error.category.exitStatus, error.description)
        case let error as MaildirError: self.init(error.exitStatus, error.description)
        default: return nil
        }
    }
}

extension MaildirError {
    fileprivate var exitStatus: Int32 {
        switch (category, operation) {
        case (.noSuchMaildir, _), (.permission, .open), (.permission, .list), (.permission, .read):
            ExitStatus.noInput
        case (.permission, _), (.cannotWrite, _): ExitStatus.cannotCreate
        case (.tryAgain, _): ExitStatus.temporaryFailure
        case (.ioError, _), (.vanished, _), (.notRegular, _): ExitStatus.ioError
        }
    }
}
