/// Names of hosts, in lower case.
enum HostName {
    /// The name without the dot of the root.
    static func withoutDot(_ name: String) -> String { name.hasSuffix(".") ? String(name.dropLast()) : name }

    /// Whether two names are of one host or of hosts below one another: `mail.example.com`, `example.com`, and `mail`,
    /// the name of a host that does not know its domain.
    static func areRelated(_ left: String, _ right: String) -> Bool {
        isBelow(left, right) || isBelow(right, left) || isShort(left, of: right) || isShort(right, of: left)
    }

    /// Whether `host` is `domain`, or is below it. Hosts below a top-level domain are not related.
    static func isBelow(_ host: String, _ domain: String) -> Bool {
        host == domain || domain.utf8.contains(UInt8(ascii: ".")) && host.hasSuffix("." + domain)
    }

    /// Whether one of the hosts is one of the domains of a list, or is below it.
    static func areAny(_ hosts: [String], below domains: [String]) -> Bool {
        hosts.contains { host in domains.contains { host == $0 || host.hasSuffix("." + $0) } }
    }

    /// Whether two hosts are below one domain, which is not a top-level domain.
    static func haveParent(_ left: String, _ right: String) -> Bool {
        guard let dot = left.firstIndex(of: "."), let other = right.firstIndex(of: ".") else { return false }
        let parent = left[left.index(after: dot)...]
        return parent.contains(".") && parent == right[right.index(after: other)...]
    }

    private static func isShort(_ short: String, of long: String) -> Bool {
        !short.isEmpty && !short.utf8.contains(UInt8(ascii: ".")) && long.hasPrefix(short + ".")
    }
}
