/// The exit statuses of every command: what a script or cron may rely on.
///
/// The numbers above 63 are those of sysexits.h, which mail programs have used since sendmail.
enum ExitStatus {
    /// Done; for `check`: the address may be mailed.
    static let success: Int32 = 0
    /// `check` only: the address is suppressed.
    static let suppressed: Int32 = 1
    /// `rules lint` only: a mail is not what is expected.
    static let different: Int32 = 1
    /// EX_USAGE: an unknown option, a missing argument, a value that makes no sense.
    static let usage: Int32 = 64
    /// EX_DATAERR: the input was read and nothing in it was usable: no message, an address that is none.
    static let dataError: Int32 = 65
    /// EX_NOINPUT: a Maildir, a message or a ledger that is not there, that may not be read, or that is something else.
    static let noInput: Int32 = 66
    /// EX_CANTCREAT: the ledger or the archive cannot be made or may not be written.
    static let cannotCreate: Int32 = 73
    /// EX_IOERR: reading or writing failed.
    static let ioError: Int32 = 74
    /// EX_TEMPFAIL: stopped with everything consistent (a signal, a full disk, a busy ledger); run it again later.
    static let temporaryFailure: Int32 = 75
    /// EX_CONFIG: the configuration file is wrong.
    static let configuration: Int32 = 78
}
