import Bytes
import Ledger
import ReturnPath

/// Sends the canaries that are due.
///
/// Each is recorded first: a report can come before sendmail has ended, and a run that is killed between the two leaves a
/// canary that will be overdue, never one that nobody knows.
struct CanarySending {
    let settings: CanarySettings
    let verp: VERPTable
    let ledger: LedgerStore
    /// `--force`: also if the last one is not old enough.
    let isForced: Bool
    let now: Int64
    var sendmail: Sendmail

    /// How much earlier than a day after the last one the next may be sent, in seconds: a cron job does not start at the
    /// same second each day.
    static let slack: Int64 = 300

    init(
        _ settings: CanarySettings, _ verp: VERPTable, _ ledger: LedgerStore, isForced: Bool = false, at now: Int64
    ) {
        self.settings = settings
        self.verp = verp
        self.ledger = ledger
        self.isForced = isForced
        self.now = now
        sendmail = Sendmail(path: settings.sendmail)
    }

    /// Sends them.
    ///
    /// - Parameter tell: is given a sentence about each that was sent.
    /// - Throws: a failure with status 75 if sendmail did not take one; all others were sent.
    func run(tell: (String) throws -> Void) throws {
        guard !settings.targets.isEmpty else {
            throw Failure(
                ExitStatus.configuration,
                "no canary is configured, so nothing was sent; name an address or a domain that refuses, of your own or of "
                    + "somebody who agreed, as local or remote in [canary]")
        }
        let key = try verp.loadKeys().first
        var mails: [CanaryMail] = []
        for target in settings.targets {
            mails.append(try CanaryMail(to: target, settings, verp, key: key, at: now))
        }
        let early = min(Self.slack, settings.every.seconds / 10)
        let earliest = isForced ? nil : now - settings.every.seconds + early
        var failures: [String] = []
        for mail in mails where try ledger.begin(mail.canary, unlessSentAfter: earliest) {
            let canary = mail.canary
            if let refusal = sendmail.refusal(of: mail.text, from: mail.sender, to: canary.recipient) {
                try ledger.fail(canary.token, because: refusal)
                failures.append("the canary to \(canary.recipient) was not sent: \(refusal)")
            } else {
                try tell("sent a canary to \(canary.recipient), from \(mail.sender)")
            }
        }
        if !failures.isEmpty {
            throw Failure(
                ExitStatus.temporaryFailure,
                failures.joined(separator: "; ") + "; the next canary send tries again")
        }
    }
}
