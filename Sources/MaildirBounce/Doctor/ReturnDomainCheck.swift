/// Whether other servers can return a report: where mail for the return path's domain goes, by RFC 5321, section 5.1.
enum ReturnDomainCheck {
    static let subject = "dns"

    /// What the DNS says.
    struct Route: Equatable {
        var domain: String
        var mail: DNSAnswer
        /// A and AAAA of the domain itself.
        var own = DNSAnswer.noData
        /// A and AAAA of each host that an MX record names.
        var hosts: [String: DNSAnswer] = [:]

        init(domain: String, mail: DNSAnswer, own: DNSAnswer = .noData, hosts: [String: DNSAnswer] = [:]) {
            self.domain = domain
            self.mail = mail
            self.own = own
            self.hosts = hosts
        }

        init(_ domain: String, _ resolver: Resolver) {
            self.init(domain: domain, mail: resolver.ask(domain, .mailExchanger))
            if exchangers.isEmpty { own = resolver.addresses(domain) }
            for host in exchangers.prefix(ReturnDomainCheck.hostLimit) where !host.isEmpty {
                hosts[host] = resolver.addresses(host)
            }
        }

        /// The hosts of the MX records, the preferred first; an empty one is the root.
        var exchangers: [String] {
            let records = mail.records.compactMap { record -> (Int, String)? in
                if case .mailExchanger(let preference, let host) = record { (preference, host) } else { nil }
            }
            return records.sorted { $0 < $1 }.map { $0.1 == "." ? "" : $0.1 }
        }

        /// The hosts that another server would connect to, the preferred first.
        var addresses: [String] {
            exchangers.isEmpty ? own.addresses : exchangers.flatMap { hosts[$0]?.addresses ?? [] }
        }
    }

    /// The number of hosts that are looked up; no domain needs more.
    static let hostLimit = 16

    private static let lost =
        "a foreign server that took a mail and cannot deliver it has nowhere to send its report: it becomes a double "
        + "bounce over there and is lost, and only what our own server reports is counted"

    static func judge(_ route: Route) -> [Finding] {
        let domain = route.domain
        let line = "put into the zone: \(domain). IN MX 10 mail.example.com. (the name of this machine)"
        let exchangers = route.exchangers
        if route.mail.outcome == .failed {
            return [
                .warning(
                    subject, "the MX records of \(domain) cannot be asked for: no server answers, or it refuses",
                    why: "whether foreign servers can return a report is not known",
                    mend: "dig MX \(domain), and look at /etc/resolv.conf")
            ]
        }
        if exchangers.isEmpty { return [withoutMX(route, line)] }
        if exchangers.allSatisfy(\.isEmpty) {
            return [
                .error(
                    subject, "\(domain) has a null MX (RFC 7505): it says that it takes no mail", why: lost,
                    mend: "take that record out; \(line)")
            ]
        }
        var findings: [Finding] = []
        if exchangers.contains("") {
            findings.append(
                .warning(
                    subject, "\(domain) has a null MX next to other MX records",
                    why: "RFC 7505 forbids it, and some servers take it for a refusal of all mail",
                    mend: "take the null MX out of the zone"))
        }
        let hosts = exchangers.filter { !$0.isEmpty }.prefix(hostLimit)
        var reachable: [String] = []
        for host in hosts {
            let answer = route.hosts[host] ?? .failed
            if answer.isAlias {
                findings.append(
                    .warning(
                        subject, "the MX \(host) of \(domain) is an alias (CNAME)",
                        why: "RFC 2181, section 10.3, forbids it, and some servers do not follow it",
                        mend: "name the host itself in the MX record"))
            }
            if !answer.addresses.isEmpty {
                reachable.append(host)
            } else if answer.outcome == .failed {
                findings.append(
                    .warning(
                        subject, "the address of the MX \(host) cannot be asked for",
                        why: "whether a foreign server can reach it is not known", mend: "dig A \(host)"))
            } else {
                findings.append(
                    .warning(
                        subject, "the MX \(host) of \(domain) has no address",
                        why: "a foreign server that tries it loses time, or gives up",
                        mend: "give it one, or take it out"))
            }
        }
        if !reachable.isEmpty {
            findings.insert(.ok(subject, "\(domain) has MX \(reachable.joined(separator: ", "))"), at: 0)
        } else if !hosts.contains(where: { route.hosts[$0]?.outcome == .failed }) {
            findings.insert(
                .error(
                    subject,
                    hosts.count < exchangers.count
                        ? "none of the first \(hosts.count) MX of \(domain) has an address"
                        : "no MX of \(domain) has an address", why: lost, mend: line), at: 0)
        }
        return findings
    }

    private static func withoutMX(_ route: Route, _ line: String) -> Finding {
        let domain = route.domain
        if !route.own.addresses.isEmpty {
            return .ok(
                subject,
                "\(domain) has no MX, and the address \(route.own.addresses.joined(separator: ", ")): mail goes there by the "
                    + "implicit MX rule (RFC 5321, section 5.1)")
        }
        if route.own.outcome == .failed {
            return .warning(
                subject, "\(domain) has no MX, and its address cannot be asked for",
                why: "whether foreign servers can return a report is not known", mend: "dig A \(domain)")
        }
        let what = route.mail.outcome == .noName ? "does not exist in the DNS" : "has neither an MX nor an address"
        return .error(subject, "\(domain) \(what)", why: lost, mend: line)
    }
}
