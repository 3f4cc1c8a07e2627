/// Postfix's settings, and what its tables say about the return path.
struct PostfixSettings {
    /// The parameters that matter here.
    static let names = [
        "myhostname", "mydestination", "virtual_mailbox_domains", "virtual_mailbox_base", "virtual_mailbox_maps",
        "home_mailbox", "mailbox_command", "mailbox_transport", "alias_maps", "recipient_delimiter", "notify_classes",
        "bounce_queue_lifetime", "double_bounce_sender", "2bounce_notice_recipient", "myorigin",
        "smtpd_recipient_restrictions",
    ]
    /// Tables that are files, or are in the configuration, and can be asked by anybody.
    private static let localTables: Set<String> = [
        "inline", "hash", "btree", "lmdb", "cdb", "dbm", "texthash", "static", "regexp", "pcre", "cidr", "sdbm",
    ]

    /// By name, with every $name replaced.
    var values: [String: String]
    /// Whether the return path's domain is one of virtual_mailbox_domains, of mydestination; `nil` if unknown.
    var isVirtual: Bool? = false
    var isLocal: Bool? = false
    /// What virtual_mailbox_maps says of the return path; nil for nothing.
    var mailbox: String?
    /// What alias_maps says of it.
    var alias: String?
    /// The home folder of the user that it names.
    var home: String?
    /// Whether a table was not queried because it is on another server.
    var hasForeignTable = false

    init(_ values: [String: String]) { self.values = values }

    subscript(name: String) -> String { values[name] ?? "" }

    /// Reads the output of `postconf -x`: `name = value`, one a line.
    static func parse(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            values[words(String(parts[0])).first ?? ""] = words(String(parts[1])).joined(separator: " ")
        }
        return values
    }

    /// The elements of a list: parted by blanks and commas, except within braces.
    static func words(_ list: String) -> [String] {
        var words: [String] = []
        var word = ""
        var depth = 0
        for character in list {
            if character == "{" { depth += 1 }
            if character == "}" { depth = max(0, depth - 1) }
            if depth == 0, character.isWhitespace || character == "," {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    /// Asks postconf and postmap; `nil` if there is no Postfix, or none that answers.
    init?(local: String, domain: String, home: String?) {
        guard let postconf = ChildProcess.find("postconf"),
            let text = ChildProcess.output(postconf, ["-x"] + Self.names)
        else { return nil }
        self.init(Self.parse(text))
        self.home = home
        isVirtual = holds(self["virtual_mailbox_domains"], domain)
        isLocal = holds(self["mydestination"], domain)
        if isVirtual == true {
            let maps = self["virtual_mailbox_maps"]
            mailbox = find("\(local)@\(domain)", maps) ?? find("@\(domain)", maps)
        } else if isLocal == true {
            alias = find(local, self["alias_maps"])
        }
    }

    /// Whether a list of domains and tables holds a domain; `nil` if a table cannot be asked.
    private mutating func holds(_ list: String, _ domain: String) -> Bool? {
        var isKnown = true
        for word in Self.words(list) {
            if word.lowercased() == domain { return true }
            guard word.contains(":") || word.contains("/") else { continue }
            if !Self.isLocal(word) {
                isKnown = false
            } else if find(domain, word) != nil {
                return true
            }
        }
        return isKnown ? false : nil
    }

    /// The first answer of some tables.
    private mutating func find(_ key: String, _ maps: String) -> String? {
        guard let postmap = ChildProcess.find("postmap") else { return nil }
        for map in Self.words(maps) {
            guard Self.isLocal(map) else {
                hasForeignTable = true
                continue
            }
            if let answer = ChildProcess.output(postmap, ["-q", key, map]) {
                return answer.split(whereSeparator: \.isNewline).first.map(String.init)
            }
        }
        return nil
    }

    private static func isLocal(_ map: String) -> Bool {
        map.split(separator: ":").first.map { localTables.contains(String($0)) } ?? false
    }
}
