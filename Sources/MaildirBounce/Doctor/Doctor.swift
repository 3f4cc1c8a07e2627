import Glibc
import Ledger
import LedgerPostgreSQL

/// Checks a whole installation. Each check has its own file; this runs them in order.
struct Doctor {
    var maildir: String?
    var ledger: String?
    var archive: String?
    var returnPath: Setup.ReturnAddress?
    var delimiter = "+"
    var policy = Policy()
    var resolver = Resolver()
    var probesPort = false
    /// The configuration's file and what it says; `nil` if there is none.
    var configuration: (path: String, contents: Configuration)?
    /// What starts the scan.
    var schedule = ScheduleCheck()
    var now: Int64

    func findings() -> [Finding] {
        var findings: [Finding] = []
        var owner: String?
        if let maildir {
            let check = MaildirCheck(path: maildir, archive: archive)
            owner = check.whole.map { Account.name(of: $0.owner) }
            findings += check.findings()
            findings += WaitingCheck.findings(maildir, now: now)
            if configuration?.contents.takesCur == true, let finding = WaitingCheck.cur(maildir) {
                findings.append(finding)
            }
            findings += LockCheck.findings(maildir, now: now)
        } else {
            findings.append(
                .error(
                    MaildirCheck.subject, "no Maildir is named", why: "there is nothing to scan",
                    mend: "give --maildir DIR, or set maildir in the configuration"))
        }
        if let ledger {
            findings += LedgerCheck.findings(ledger, policy)
            findings += maildir.flatMap { LedgerCheck.mark(ledger, policy, maildir: $0) }.map { [$0] } ?? []
        } else {
            findings.append(
                .error(
                    LedgerCheck.subject, "no ledger is named", why: "there is nothing to count in",
                    mend: "give --ledger FILE, or set ledger in the configuration"))
        }
        var schedule = self.schedule
        schedule.maildirOwner = owner
        findings += schedule.findings()
        let rights = RightsCheck(maildir: maildir, ledger: ledger, archive: archive, configuration: configuration)
        findings += rights.findings(for: schedule.users)
        findings += configuration?.contents.hooks.flatMap(HookCheck.program) ?? []
        if let trust = configuration?.contents.trust { findings.append(TrustCheck.finding(trust)) }
        if let ledger { findings += ScheduleCheck.lastRun(ledger, policy, now: now) }
        // A ledger that cannot be opened has its own finding.
        if let ledger, let configuration,
            let store = try? LedgerStore(path: ledger, mode: .readOnly, policy: policy)
        {
            let contents = configuration.contents
            if let hooks = try? HookListing(contents.hooks.map(\.name), store) {
                findings += hooks.entries.filter(\.isConfigured).map { HookCheck.judge($0, now: now) }
            }
            if let canaries = try? CanaryListing(store, contents, at: now) {
                findings += CanaryCheck.findings(canaries)
            }
        }
        guard let returnPath else {
            findings.append(
                .warning(
                    ReturnDomainCheck.subject, "no return path is named, so Postfix and the DNS were not asked",
                    why: "whether bounces reach this machine is not known",
                    mend: "give --return-path ADDRESS, or set return_path in [verp] of the configuration"))
            return findings
        }
        return findings + mail(returnPath)
    }

    private func mail(_ returnPath: Setup.ReturnAddress) -> [Finding] {
        var findings = SenderCheck.mailboxes()
        let home = getpwnam(returnPath.local).flatMap { $0.pointee.pw_dir }.map { String(cString: $0) }
        let postfix = PostfixSettings(local: returnPath.local, domain: returnPath.domain, home: home)
        if let postfix, let maildir {
            findings += PostfixCheck.judge(
                postfix, local: returnPath.local, domain: returnPath.domain, maildir: maildir, delimiter: delimiter)
        } else if postfix == nil {
            findings.append(.ok(PostfixCheck.subject, "there is no postconf that answers, so Postfix was not asked"))
        }
        if let origin = postfix?["myorigin"], !origin.isEmpty { findings.append(SenderCheck.judge(origin: origin)) }
        // The DNS knows nothing of a name that only this machine has, or a wrong thing.
        if let finding = SenderCheck.judge(returnPath) { return findings + [finding] }
        let route = ReturnDomainCheck.Route(returnPath.domain, resolver)
        findings += ReturnDomainCheck.judge(route)
        if let host = postfix?["myhostname"], !host.isEmpty {
            findings.append(SPFCheck.judge(host, resolver.ask(host, .text)))
        }
        if probesPort { findings += PortCheck.probe(route.addresses) }
        return findings
    }
}
