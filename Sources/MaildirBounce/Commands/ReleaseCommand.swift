import ArgumentParser
import Bytes
import Glibc
import Ledger
import LedgerPostgreSQL

/// `release`: let addresses, or whole domains, be mailed again, by hand.
struct ReleaseCommand: WordsCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Let addresses or whole domains be mailed again, whatever had suppressed them.",
        discussion: """
            It stands in the history of each address, with who did it. Mail that arrived before does not undo it, however \
            late it is scanned; a bounce that arrives after it counts afresh. It also lifts what is left of an address \
            that was forgotten. Afterwards the ledger is asked again, and what it says of each address is printed; of one \
            that was not suppressed, that, too: its release still stands against mail that arrived before. An address of \
            a suppressed domain stays suppressed until the domain is released.

            With --domain whole domains are given as suppress took them, and what had suppressed each is printed. \
            Addresses there that are suppressed themselves stay so.

            Example: maildir-bounce release bob@dest.example --note "rang: mailbox is back" --ledger \
            /var/lib/maildir-bounce/ledger.sqlite

            Example: maildir-bounce release --domain evil.example

            Exit status: 0 done, 64 usage, 65 there is something that is no address, or no domain, and nothing was \
            changed (with --skip-invalid: nothing else was there), 66 no ledger or no list in that file, 73 the ledger \
            cannot be written, 74 reading or writing failed, 75 try again later (also where an address or a domain is \
            suppressed all the same), 78 configuration.
            """)

    @OptionGroup var source: AddressSource

    var words: [String] {
        get { source.addresses }
        set { source.addresses = newValue }
    }

    @Option(
        help: ArgumentHelp(
            "Only from what they have unsubscribed from: a List-Id, or a return path without the tag.",
            valueName: "stream"))
    var stream: StreamName?

    @OptionGroup var note: NoteOptions

    @OptionGroup var ledgerOptions: LedgerOptions

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let now = Int64(time(nil))
        let configuration = try config.load()
        let path = try ledgerOptions.path(configuration)
        let author = note.authorName
        var opened: LedgerStore?
        func open() throws -> LedgerStore {
            let ledger = try LedgerStore.openExisting(path, configuration.policy)
            opened = ledger
            return ledger
        }
        if source.isDomains, stream != nil {
            throw ValidationError("--stream is about addresses, not about --domain")
        }
        if source.isDomains {
            var releases = DomainReleases(path: path, policy: configuration.policy, now: now)
            let tally = try source.takeDomains(
                into: open,
                action: { DomainAction(domain: $0, kind: .release, at: now, author: author, note: note.note) },
                look: { try releases.look($0.domains) })
            var stillSuppressed = 0
            try StandardOutput.use { output in
                if let opened { stillSuppressed = try releases.report(opened, output) }
                try output.write(line: releases.sentence(tally))
            }
            guard stillSuppressed > 0 else { return }
            throw Failure(
                ExitStatus.temporaryFailure,
                "\(stillSuppressed) of them \(stillSuppressed == 1 ? "is" : "are") suppressed all the same: release what "
                    + "covers them, as it is written above")
        }
        let stream = stream?.text
        var releases = Releases(path: path, policy: configuration.policy, stream: stream, now: now)
        var tally = try source.take(
            into: open,
            action: {
                ManualAction(
                    address: $0, kind: .release, stream: stream, at: now, author: author, note: note.note)
            },
            look: { try releases.look($0.actions) })
        try StandardOutput.use { output in
            if let opened { try releases.report(opened, output) }
            tally.needless = min(tally.written, releases.needless)
            try output.write(line: tally.sentence("released"))
        }
        guard let problem = releases.problem else { return }
        throw Failure(ExitStatus.temporaryFailure, problem)
    }
}

/// The ledger as it was, while it is being written.
private struct EarlierLedger {
    let path: String
    let policy: Policy
    private var opened: LedgerStore?

    init(path: String, policy: Policy) {
        self.path = path
        self.policy = policy
    }

    mutating func open() throws(LedgerError) -> LedgerStore {
        if let opened { return opened }
        let ledger = try LedgerStore(path: path, mode: .readOnly, policy: policy)
        opened = ledger
        return ledger
    }
}

/// The states of addresses before and after their release.
private struct Releases {
    private let stream: String?
    private let now: Int64
    private var before: EarlierLedger
    private var addresses: [(text: String, wasSuppressed: Bool)] = []
    /// How many are suppressed nevertheless, by themselves.
    private var stillSuppressed = 0
    /// The same for all mail, where one stream was named.
    private var forAllMail = 0
    /// The same because of their domain, and the domains.
    private var underDomain = 0
    private var domains = Set<DomainPattern>()

    /// How many are asked for at a time.
    private static let page = Intake.page

    /// How many were not suppressed before.
    var needless: Int { addresses.count { !$0.wasSuppressed } }

    init(path: String, policy: Policy, stream: String?, now: Int64) {
        before = EarlierLedger(path: path, policy: policy)
        self.stream = stream
        self.now = now
    }

    mutating func look(_ actions: [ManualAction]) throws(LedgerError) {
        let texts = actions.map(\.address)
        let results = try before.open().check(texts, stream: stream, at: now)
        for (text, result) in zip(texts, results) { addresses.append((text, result != .mayMail)) }
    }

    /// Queries again, and prints the state now.
    mutating func report(_ ledger: LedgerStore, _ output: StandardOutput) throws {
        for start in stride(from: 0, to: addresses.count, by: Releases.page) {
            let some = addresses[start..<min(start + Releases.page, addresses.count)]
            let results = try ledger.check(some.map(\.text), stream: stream, at: now)
            for (address, result) in zip(some, results) {
                var line = "\(address.text): " + (address.wasSuppressed ? "" : "was not suppressed; ")
                if case .suppressed(let suppression)? = result {
                    if let domain = suppression.domain {
                        underDomain += 1
                        domains.insert(domain)
                    } else if stream != nil, suppression.cause != .unsubscribed {
                        forAllMail += 1
                    } else {
                        stillSuppressed += 1
                    }
                    line += "still suppressed \(suppression.sentence)"
                } else {
                    line += "may be mailed"
                }
                try output.write(line: terminalSafe(line))
            }
        }
    }

    /// Why some are suppressed nevertheless, and what to do; `nil` if none is.
    var problem: String? {
        func start(_ count: Int) -> String { "\(count) of them \(count == 1 ? "is" : "are") suppressed all the same" }
        var parts: [String] = []
        if stillSuppressed > 0 {
            parts.append(
                "\(start(stillSuppressed)): another program has counted or suppressed meanwhile; look with maildir-bounce "
                    + "address, and release again")
        }
        if forAllMail > 0 {
            parts.append("\(start(forAllMail)), for all mail: maildir-bounce release without --stream ends that")
        }
        if underDomain > 0 {
            let name = domains.count == 1 ? domains.first?.text : nil
            parts.append(
                "\(start(underDomain)), because of \(name.map { "the domain \($0)" } ?? "their domains"): maildir-bounce "
                    + "release --domain \(name ?? "DOMAIN") ends that")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}

/// The states of domains before and after their release.
private struct DomainReleases {
    private let now: Int64
    private var before: EarlierLedger
    private var domains: [(domain: DomainPattern, was: Suppression?)] = []

    init(path: String, policy: Policy, now: Int64) {
        before = EarlierLedger(path: path, policy: policy)
        self.now = now
    }

    mutating func look(_ actions: [DomainAction]) throws(LedgerError) {
        let found = try before.open().suppressedDomains(covering: actions.map(\.domain), at: now)
        for (action, row) in zip(actions, found) {
            domains.append((action.domain, row.flatMap { $0.domain == action.domain ? $0.suppression : nil }))
        }
    }

    /// Queries again, and prints what was released, and the state now.
    ///
    /// - Returns: how many are suppressed nevertheless.
    func report(_ ledger: LedgerStore, _ output: StandardOutput) throws -> Int {
        var count = 0
        for start in stride(from: 0, to: domains.count, by: Intake.page) {
            let some = domains[start..<min(start + Intake.page, domains.count)]
            let found = try ledger.suppressedDomains(covering: some.map(\.domain), at: now)
            for (domain, row) in zip(some, found) {
                let was = domain.was.map { "was suppressed \($0.time) (\($0.reason.text))" } ?? "was not suppressed"
                if row != nil { count += 1 }
                let isNow = row.map { "still suppressed \($0.suppression.sentence)" } ?? "may be mailed"
                try output.write(line: terminalSafe("\(domain.domain): \(was); \(isNow)"))
            }
        }
        return count
    }

    /// What was done, in figures.
    func sentence(_ tally: Intake.Tally) -> String {
        var tally = tally
        // Of a release, what is known already is a domain that was not suppressed.
        tally.needless = tally.known
        tally.written += tally.known
        tally.known = 0
        return tally.sentence("released")
    }
}
