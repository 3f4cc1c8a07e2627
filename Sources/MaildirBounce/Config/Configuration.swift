import Bytes
import Classifier
import Glibc
import Ledger

/// The settings in the configuration file, before options.
///
/// ```toml
/// maildir = "/var/vmail/bounces/Maildir"
/// ledger = "/var/lib/maildir-bounce/ledger.sqlite"
/// archive = "/var/vmail/bounces/archive"
/// rules = "/etc/maildir-bounce-rules.toml"
///
/// [classifier]
/// local_hosts = ["mail.example.com"]
/// verp_delimiters = "+-"
///
/// [verp]
/// keys = ["file:/etc/maildir-bounce.key"]
/// return_path = "bounce@news.example"
///
/// [trust]
/// require = "signed"
/// max_addresses = 50
///
/// [own]
/// addresses = ["ceo@news.example"]
///
/// [unsubscribe]
/// address = "unsubscribe@news.example"
///
/// [canary]
/// remote = "refuses.example"
///
/// [capture]
/// headers = ["X-Campaign"]
///
/// [scan]
/// cur = true
///
/// [metrics]
/// file = "/var/lib/prometheus/node-exporter/bounces.prom"
///
/// [policy.soft]
/// days = 5
/// within_days = 30
/// ```
struct Configuration {
    /// Where the file is looked for when `--config` is not given.
    static let defaultPath = "/etc/maildir-bounce.toml"

    var maildir: String?
    var ledger: String?
    var archive: String?
    var classifier = Settings()
    var policyTable = PolicyTable()
    var verp = VERPTable()
    var trust = TrustRule()
    /// Addresses that are never suppressed.
    var own = OwnAddresses()
    var unsubscribe = UnsubscribeTable()
    var canary = CanarySettings()
    var capture = CaptureTable()
    /// Whether a scan takes bounces out of cur/, too: `cur` of `[scan]`.
    var takesCur = false
    /// The file for the figures of the last scan.
    var metrics: String?
    /// The programs that are told who became suppressed or free.
    var hooks: [HookTable] = []
    /// The file of the administrator's rules.
    var rules: String?

    /// Reads the file at `path`, or the one at ``defaultPath`` if it exists, or nothing.
    static func load(_ path: String?) throws(Failure) -> Configuration {
        guard path != nil || access(defaultPath, F_OK) == 0 else { return Configuration() }
        return try Configuration(ConfigTable(file: path ?? defaultPath))
    }

    var policy: Policy { policyTable.policy }

    /// The configured Maildir whose messages are counted in this ledger, or nil.
    func maildir(countedIn ledger: String) -> String? { ledger == self.ledger ? maildir : nil }

    private init() {}

    /// Reads the file, but not the rules file that it names.
    init(_ file: ConfigTable) throws(Failure) {
        var file = file
        maildir = try file.string("maildir")
        ledger = try file.string("ledger")
        archive = try file.string("archive")
        rules = try file.string("rules")
        // Without configured delimiters, an address with a minus sign may be anybody's.
        var ownDelimiters: [UInt8] = []
        if var table = try file.table("classifier") {
            if let hosts = try table.strings("local_hosts") { classifier.localHosts = hosts.map { $0.lowercased() } }
            if let delimiters = try table.string("verp_delimiters") {
                guard delimiters.utf8.allSatisfy({ $0.isVisible && $0 != UInt8(ascii: "@") }) else {
                    throw table.wrong("verp_delimiters", "must be visible ASCII characters, \"+-\"")
                }
                classifier.verpDelimiters = Array(delimiters.utf8)
                ownDelimiters = classifier.verpDelimiters
            }
            try table.rejectUnknownKeys()
        }
        if var table = try file.table("verp") { verp = try VERPTable(&table) }
        if !classifier.verpDelimiters.contains(verp.delimiter) { classifier.verpDelimiters.append(verp.delimiter) }
        classifier.verpExpiryDays = verp.expiryDays
        classifier.returnPathPatterns = verp.patterns
        own = OwnAddresses(
            returnPath: verp.returnPath, patterns: verp.patterns, delimiters: ownDelimiters + [verp.delimiter],
            hosts: classifier.localHosts)
        var mailSystem = own
        if var table = try file.table("own") { try own.read(&table) }
        if var table = try file.table("unsubscribe") {
            unsubscribe = try UnsubscribeTable(&table)
            classifier.unsubscribeAddresses = unsubscribe.addresses.map { $0.text.lowercased() }
            own.add(unsubscribe.addresses)
            mailSystem.add(unsubscribe.addresses)
        }
        if var table = try file.table("trust") {
            trust = try TrustRule(&table, hasKeys: !verp.keys.isEmpty)
            classifier.authservID = trust.authservID
            classifier.readsProvenance = !trust.relays.isEmpty || !trust.feedbackLoops.isEmpty
        }
        trust.unsubscribe = unsubscribe
        if var table = try file.table("canary") {
            canary = try CanarySettings(&table, own: mailSystem)
            own.add(canary.addresses)
        }
        if var table = try file.table("capture") {
            capture = try CaptureTable(&table)
            classifier.capturedHeaders = capture.headers
        }
        if var table = try file.table("scan") {
            takesCur = try table.bool("cur") ?? takesCur
            try table.rejectUnknownKeys()
        }
        if var table = try file.table("metrics") {
            metrics = try table.string("file")
            try table.rejectUnknownKeys()
        }
        hooks = try HookTable.all(&file)
        if var table = try file.table("policy") { policyTable = try PolicyTable(&table) }
        try file.rejectUnknownKeys()
    }

    /// The hook with a name, or all of them.
    func hooks(named name: String?) throws(Failure) -> [HookTable] {
        let known = hooks.map(\.name).joined(separator: ", ")
        if let name {
            let found = hooks.filter { $0.name == name }
            guard found.isEmpty else { return found }
            let advice = known.isEmpty ? "it has none, see maildir-bounce hook --help" : "it has \(known)"
            throw Failure(ExitStatus.usage, "the configuration has no hook \(name); \(advice)")
        }
        return hooks
    }

    /// The classifier's settings, with the administrator's rules and the keys. They are read only if mails are
    /// classified, so that commands that only check an address need no permission to read them.
    ///
    /// - Throws: a failure with status 78 if one of them cannot be used.
    func classifierWithKeys() throws(Failure) -> Settings {
        var settings = try classifierWithRules()
        settings.ownAddresses = { [own] in own.places(in: $0, deliveredTo: $1) }
        settings.verpKeys = try verp.loadKeys()
        return settings
    }

    /// The same to look at a message and count nothing: without the keys where this user may not read them.
    func classifierToLook(_ log: Log) throws(Failure) -> Settings {
        guard let path = verp.unreadableKey else { return try classifierWithKeys() }
        log.warning("\(path): this user may not read the key, so no signature of a return path is checked")
        var settings = try classifierWithRules()
        settings.ownAddresses = { [own] in own.places(in: $0, deliveredTo: $1) }
        return settings
    }

    /// The classifier's settings, with the administrator's rules and without keys.
    func classifierWithRules() throws(Failure) -> Settings {
        var settings = classifier
        if let rules { settings.rules = try RulesFile.usableRules(rules) }
        return settings
    }
}
