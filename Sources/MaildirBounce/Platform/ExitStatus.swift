/// The exit statuses of every command: what a script or cron may rely on.
///
/// The numbers above 63 are those of sysexits.h, which mail programs have used since sendmail.
enum ExitStatus {
    /// Done; for `check`: the address may be mailed.
    static let success: Int32 = 0
    /// `check` only: the address is suppressed.
    static let suppressed: Int32 = 1
    /// `rules lint` only: a mail is not classified as expected.
    static let different: Int32 = 1
    /// EX_USAGE: an unknown option, a missing argument, an invalid value.
    static let usage: Int32 = 64
    /// EX_DATAERR: the input was read and nothing in it was usable: no message, an invalid address.
    static let dataError: Int32 = 65
    /// EX_NOINPUT: a Maildir, message or ledger that does not exist, may not be read, or is something else.
    static let noInput: Int32 = 66
    /// EX_CANTCREAT: the ledger or the archive cannot be created or written.
    static let cannotCreate: Int32 = 73
    /// EX_IOERR: reading or writing failed.
    static let ioError: Int32 = 74
    /// EX_TEMPFAIL: stopped with everything consistent (a signal, a full disk, a busy ledger); run it again later.
    static let temporaryFailure: Int32 = 75
    /// EX_CONFIG: the configuration file is wrong.
    static let configuration: Int32 = 78
}
