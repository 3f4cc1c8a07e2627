import Classifier
import Ledger

/// The addresses of this installation itself: no report counts against them, nobody can suppress them, and no exported
/// list names them. Otherwise one forged report could make our own mail server refuse every later bounce.
///
/// They are the return path, postmaster, abuse and mailer-daemon of our domains, and what the configuration names, each
/// also with an extension after a recipient delimiter (`bounce+anything@`).
///
/// ```toml
/// [own]
/// addresses = ["ceo@news.example", "@office.example"]
/// domains = ["firm.example"]
/// ```
struct OwnAddresses: Sendable {
    /// Local parts that every domain has for its mail system (RFC 2142, RFC 5321 section 4.5.1).
    private static let roles: Set<String> = ["postmaster", "abuse", "mailer-daemon"]
    /// The default delimiters between the return path's name and a VERP tag: only with `=` in the tag.
    private static let tagDelimiters = Array("-".utf8)

    /// Canonical, without extensions.
    private var addresses: Set<String> = []
    /// Their domains.
    private var addressDomains: Set<String> = []
    /// Domains of which every address is ours.
    private var wholeDomains: Set<String> = []
    /// Domains of which the addresses of the mail system are ours.
    private var domains: Set<String> = []
    /// Forms of return paths that hold an id.
    private var patterns: [ReturnPathPattern] = []
    /// The recipient delimiters.
    private var delimiters = Array("+".utf8)

    init() {}

    /// - Parameters:
    ///   - returnPath: the configuration's, or nil.
    ///   - patterns: forms of return paths, the configuration's.
    ///   - delimiters: what may be between a name and its extension.
    ///   - hosts: names of our own mail servers.
    init(returnPath: String?, patterns: [ReturnPathPattern] = [], delimiters: [UInt8], hosts: [String]) {
        self.delimiters = delimiters
        self.patterns = patterns
        for pattern in patterns {
            if let domain = Self.canonical(domain: pattern.domain) { domains.insert(domain) }
        }
        if let address = returnPath.flatMap({ CanonicalAddress($0) }) {
            insert(address.text, domain: address.domain)
            domains.insert(address.domain)
        }
        for host in hosts {
            if let domain = Self.canonical(domain: host) { domains.insert(domain) }
        }
    }

    /// Reads the table `[own]`.
    mutating func read(_ table: inout ConfigTable) throws(Failure) {
        for text in try table.strings("addresses") ?? [] {
            if text.utf8.first == UInt8(ascii: "@"), let domain = Self.canonical(domain: String(text.dropFirst())) {
                wholeDomains.insert(domain)
            } else if let address = CanonicalAddress(text) {
                insert(address.text, domain: address.domain)
            } else {
                throw table.wrong(
                    "addresses", "must be mail addresses, [\"ceo@news.example\"], or whole domains, [\"@news.example\"]"
                )
            }
        }
        for text in try table.strings("domains") ?? [] {
            guard let domain = Self.canonical(domain: text) else {
                throw table.wrong("domains", "must be domains, [\"news.example\"]")
            }
            domains.insert(domain)
        }
        try table.rejectUnknownKeys()
    }

    /// Adds addresses that another table names.
    mutating func add(_ others: [CanonicalAddress]) {
        for address in others { insert(address.text, domain: address.domain) }
    }

    /// Whether an address is ours.
    func contains(_ address: CanonicalAddress) -> Bool {
        let domain = address.domain
        if wholeDomains.contains(domain) { return true }
        let hasRoles = domains.contains(domain)
        guard hasRoles || addressDomains.contains(domain) else { return false }
        if patterns.contains(where: { $0.read(address.text) != nil }) { return true }
        return Self.names(address, delimiters).contains { name in
            addresses.contains(name + "@" + domain) || hasRoles && Self.roles.contains(name)
        }
    }

    /// The first of our domains that is one of these, or in which an address of ours is, or that is below: Postfix takes a
    /// domain in a map for all below it, too.
    func domain(under pattern: DomainPattern) -> String? {
        wholeDomains.union(domains).union(addressDomains).filter {
            pattern.covers($0) || $0.hasSuffix("." + pattern.name)
        }.min()
    }

    /// The same for text; what is not an address is not one of ours.
    func contains(_ text: String) -> Bool { CanonicalAddress(text).map { contains($0) } ?? false }

    /// Of a report's recipients, the places of ours; what the report was delivered to is ours, too.
    func places(in recipients: [String], deliveredTo: [String]) -> [Int] {
        // Most reports are about other domains.
        let near = deliveredTo.map(Self.plainDomain)
        guard recipients.contains(where: { mayHold(Self.plainDomain($0), near) }) else { return [] }
        var delivered = OwnAddresses()
        delivered.delimiters = delimiters
        for address in deliveredTo.lazy.compactMap({ CanonicalAddress($0) }) {
            delivered.insert(address.text, domain: address.domain)
            // The shortest name is the mailbox to which all its extensions lead.
            guard let name = Self.names(address, delimiters).last else { continue }
            delivered.insert(name + "@" + address.domain, domain: address.domain)
            delivered.domains.insert(address.domain)
        }
        return recipients.indices.filter { place in
            CanonicalAddress(recipients[place]).map { contains($0) || delivered.contains($0) } ?? false
        }
    }

    /// The domain in lower case, or `nil` if it needs conversion.
    private static func plainDomain(_ address: String) -> String? {
        guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")), address.utf8[at...].allSatisfy({ $0 < 0x80 })
        else { return nil }
        let domain = address[address.utf8.index(after: at)...].lowercased()
        return domain.utf8.last == UInt8(ascii: ".") ? nil : domain
    }

    /// Whether an address of a domain may be ours.
    private func mayHold(_ domain: String?, _ near: [String?]) -> Bool {
        guard let domain, !near.contains(nil) else { return true }
        return near.contains(domain) || wholeDomains.contains(domain) || domains.contains(domain)
            || addressDomains.contains(domain)
    }

    private mutating func insert(_ address: String, domain: String) {
        addresses.insert(address)
        addressDomains.insert(domain)
    }

    /// The local part, and what is left of it before each delimiter, the longest first.
    private static func names(_ address: CanonicalAddress, _ delimiters: [UInt8]) -> [String] {
        var local = address.text.utf8.dropLast(address.domain.utf8.count + 1)
        if local.first == UInt8(ascii: "\"") { local = local.dropFirst().dropLast() }
        func ends(_ delimiters: [UInt8]) -> [String] {
            local.indices.reversed().filter { $0 != local.startIndex && delimiters.contains(local[$0]) }
                .map { String(Substring(local[..<$0])) }
        }
        let known = ends(delimiters)
        let isTagged = known.isEmpty && local.contains(UInt8(ascii: "="))
        return [String(Substring(local))] + (isTagged ? ends(tagDelimiters) : known)
    }

    private static func canonical(domain: String) -> String? { CanonicalAddress("x@" + domain)?.domain }
}

extension OwnAddresses {
    /// What to do if an old ledger has an address of ours suppressed.
    static func suppressedNote(_ address: String) -> String {
        "\(address) is an address of our own, though the ledger has it suppressed; maildir-bounce release ends that"
    }

    /// The same for a domain, which the ledger has suppressed since before the configuration named it.
    static func suppressedNote(_ domain: DomainPattern) -> String {
        "addresses of our own are under \(domain), which the ledger has suppressed; maildir-bounce release --domain "
            + "\(domain) ends that"
    }

    /// The ledger's answer for an address, unless it is one of ours, which are never suppressed.
    func result(_ held: CheckResult, of address: String) -> CheckResult {
        guard case .suppressed(let suppression) = held, contains(address) else { return held }
        Log().warning(suppression.domain.map(Self.suppressedNote) ?? Self.suppressedNote(address))
        return .mayMail
    }

    /// Why something is not done to an address of ours.
    static func refusal(of address: String) -> String {
        "\(address): this is an address of our own (return path, postmaster, abuse, mailer-daemon, [own], "
            + "[unsubscribe] or [canary]); it is never suppressed"
    }

    /// Why a domain is not suppressed, if addresses of ours are in it or below it.
    func refusal(of domain: DomainPattern) -> String? {
        self.domain(under: domain).map {
            "\(domain): addresses of our own are in \($0) (return path, [own], [unsubscribe] or [canary]); it is never suppressed"
        }
    }
}
