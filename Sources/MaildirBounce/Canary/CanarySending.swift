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
    /// - Throws: a failure with status 75 if sendmail did not take one, and with 78 if none can be made for a target; all
    ///   others were sent.
    func run(tell: (String) throws -> Void) throws {
        guard !settings.targets.isEmpty else {
            throw Failure(
                ExitStatus.configuration,
                "no canary is configured, so nothing was sent; name an address or a domain that refuses, of your own or of "
                    + "somebody who agreed, as local or remote in [canary]")
        }
        let key = try verp.loadKeys().first
        _ = try CanaryMail.returnPath(verp)
        let early = min(Self.slack, settings.every.seconds / 10)
        let earliest = isForced ? nil : now - settings.every.seconds + early
        var failures: [String] = []
        var isWrong = false
        for target in settings.targets {
            let mail: CanaryMail
            do throws(Failure) {
                mail = try CanaryMail(to: target, settings, verp, key: key, at: now)
            } catch {
                // The others are sent all the same, and canary check says why this one was not.
                try record(error.message, to: target, unlessSentAfter: earliest)
                failures.append("the canary to \(target.name) was not sent: \(error.message)")
                isWrong = true
                continue
            }
            let canary = mail.canary
            guard try ledger.begin(canary, unlessSentAfter: earliest) else { continue }
            if let refusal = sendmail.refusal(of: mail.text, from: mail.sender, to: canary.recipient) {
                try ledger.fail(canary.token, because: refusal)
                failures.append("the canary to \(canary.recipient) was not sent: \(refusal)")
            } else {
                try tell("sent a canary to \(canary.recipient), from \(mail.sender)")
            }
        }
        if !failures.isEmpty {
            throw Failure(
                isWrong ? ExitStatus.configuration : ExitStatus.temporaryFailure,
                failures.joined(separator: "; ") + "; the next canary send tries again")
        }
    }

    /// Records why no canary can be made for a target.
    private func record(
        _ reason: String, to target: CanarySettings.Target, unlessSentAfter earliest: Int64?
    ) throws(LedgerError) {
        // Once in the time of every, not once an hour.
        let latest = try ledger.canaries(to: [(target.kind, target.name)], at: now).first?.latest
        if let earliest, let latest, latest.sender.isEmpty, latest.sent > earliest { return }
        let token = CanaryToken.random()
        let canary = Canary(
            token: token, kind: target.kind, target: target.name,
            recipient: target.address?.text ?? token.address(at: target.name), sender: "", isTagged: false, sent: now,
            due: now + settings.within.seconds)
        if try ledger.begin(canary, unlessSentAfter: earliest) { try ledger.fail(token, because: reason) }
    }
}
