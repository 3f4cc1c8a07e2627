import MIME

/// Removes names of people, hosts and mails from texts, for a bug report. The same name gets the same placeholder in
/// every text.
///
/// Replaced are addresses, host names, IP addresses, message and queue ids, long numbers, base64 and other runs without
/// words, and all occurrences of the local parts, domain labels and display names that were learned. In doubt a word is
/// removed: the result must show the server's wording, not whom it is about.
struct Anonymizer {
    private var users: [String: String] = [:]
    private var hosts: [String: String] = [:]
    private var numbers: [String: [String: Int]] = [:]
    /// The placeholders of words, in lower case.
    private var words: [String: String] = [:]
    /// The lengths of the learned words that begin with these characters, of ``embeddedWord`` and more.
    private var lengths: [String: Set<Int>] = [:]

    /// From this length on a learned word is also found within another one.
    static let embeddedWord = 4
    /// Of a longer learned word, its beginning is searched within others.
    static let longestEmbedded = 64
    /// From this length on a run of letters and digits is an id.
    static let idLength = 6
    static let blobLength = 24

    // MARK: Learning

    /// Learns the addresses in a text.
    mutating func learn(text: String) {
        for token in tokens(text) {
            if case .word(let word) = token, isAddress(word) { learn(address: word) }
        }
        // A quoted local part may hold blanks (RFC 5321 section 4.1.2).
        let pieces = text.split(separator: "\"", omittingEmptySubsequences: false)
        for index in pieces.indices.dropLast() where pieces[index + 1].hasPrefix("@") {
            learn(name: String(pieces[index]))
        }
    }

    /// Learns the parts of an address.
    mutating func learn(address: String) {
        let pieces = String(address.lowercased()).split { "@=".contains($0) }.map(String.init)
        guard let local = pieces.first else { return }
        let user = user(local)
        for word in parts(local) { learn(word, user) }
        for other in pieces.dropFirst() {
            let host = host(other)
            for word in parts(other) where word.count > 2 {
                learn(word, words[word] ?? String(host.prefix { $0 != "." }))
            }
        }
    }

    /// Learns the words of somebody's name.
    mutating func learn(name: String) {
        for word in parts(name.lowercased()) {
            learn(word, words[word] ?? "name\(number(of: word, "name"))")
        }
    }

    private mutating func learn(_ word: String, _ placeholder: String) {
        words[word] = placeholder
        guard word.count >= Self.embeddedWord else { return }
        let beginning = String(word.prefix(Self.longestEmbedded))
        words[beginning] = words[beginning] ?? placeholder
        lengths[String(word.prefix(Self.embeddedWord)), default: []].insert(beginning.count)
    }

    /// The placeholder of the longest learned word within another one; of several the first.
    private func embedded(in word: String) -> String? {
        let characters = Array(word)
        var longest = 0
        var found: String?
        for start in 0..<max(0, characters.count - Self.embeddedWord + 1) {
            let beginning = String(characters[start..<(start + Self.embeddedWord)])
            for length in lengths[beginning] ?? [] where length > longest && start + length <= characters.count {
                guard let placeholder = words[String(characters[start..<(start + length)])] else { continue }
                (longest, found) = (length, placeholder)
            }
        }
        return found
    }

    private func parts(_ text: String) -> [String] {
        ([text] + text.split { !$0.isLetter && !$0.isNumber }.map(String.init)).filter { word in
            word.count > 1 && word.contains(where: \.isLetter) && !Self.common.contains(word)
        }
    }

    /// Words that servers use, and names of roles.
    private static let common: Set<String> = [
        "abuse", "account", "ac", "address", "admin", "administrator", "and", "at", "auto", "bounce", "bounces", "by",
        "co", "com", "content", "daemon", "de", "delivery", "dns", "dsn", "edu", "email", "error", "example", "failed",
        "failure", "for", "from", "full", "gov", "host", "in", "inc", "info", "internet", "is", "list", "lists",
        "local",
        "localhost", "mail", "mailbox", "mailer", "mailer-daemon", "message", "mta", "mx", "net", "new", "news",
        "newsletter", "no", "no-reply", "noreply", "not", "of", "on", "or", "org", "postmaster", "quota", "recipient",
        "rejected", "reply", "report", "reports", "return", "returned", "root", "sender", "server", "service", "smtp",
        "spam", "status", "subsystem", "support", "system", "test", "the", "to", "uk", "undeliverable", "undelivered",
        "unknown", "us", "user", "was", "webmaster", "www", "you", "your",
    ]

    // MARK: Replacing

    /// The text with placeholders; line ends and other blanks stay.
    mutating func anonymize(_ text: String) -> String {
        learn(text: text)
        var result = ""
        for token in tokens(text) {
            switch token {
            case .mark(let mark): result.append(mark)
            case .word(let word): result += replacement(word)
            }
        }
        return result
    }

    private enum Token {
        case mark(Character)
        case word(String)
    }

    private func tokens(_ text: String) -> [Token] {
        var tokens: [Token] = []
        var word = ""
        for character in text {
            guard character.isWhitespace || "<>()[]{},;\"'|\\`“”‘’«»".contains(character) else {
                word.append(character)
                continue
            }
            if !word.isEmpty { tokens.append(.word(word)) }
            word = ""
            tokens.append(.mark(character))
        }
        if !word.isEmpty { tokens.append(.word(word)) }
        return tokens
    }

    private func isAddress(_ word: String) -> Bool {
        word.contains("@") && word.contains { $0.isLetter || $0.isNumber } || word.lowercased().contains("%40")
    }

    private mutating func replacement(_ word: String) -> String {
        let isEdge: (Character) -> Bool = { ".:!?*#~^&-_=/".contains($0) }
        let inner = word.drop(while: isEdge)
        let head = word.prefix(word.count - inner.count)
        let tail = inner.reversed().prefix(while: isEdge).reversed()
        let core = String(inner.dropLast(tail.count))
        guard !core.isEmpty else { return word }
        return head + middle(core) + String(tail)
    }

    private mutating func middle(_ core: String) -> String {
        if isAddress(core) { return address(core) }
        let lower = core.lowercased()
        if core.filter({ $0 == ":" }).count > 1, lower.allSatisfy({ "0123456789abcdef:.".contains($0) }) {
            return "2001:db8::\(number(of: lower, "ip"))"
        }
        if core.count >= Self.blobLength, isBlob(core) { return "<\(core.count) characters>" }
        for separator in [":", "/", "=", "?", "&"] as [Character] where core.contains(separator) {
            return core.split(separator: separator, omittingEmptySubsequences: false)
                .map { replacement(String($0)) }.joined(separator: String(separator))
        }
        let labels = core.split(separator: ".", omittingEmptySubsequences: false)
        if labels.count == 4, labels.allSatisfy({ UInt8($0) != nil }) {
            return "192.0.2.\(number(of: core, "ip") % 256)"
        }
        if labels.count > 1, let top = labels.last, top.count > 1, top.contains(where: \.isLetter) {
            return host(lower)
        }
        if core.contains(where: \.isNumber) {
            if core.count > 4, core.allSatisfy(\.isNumber) { return "<number>" }
            if core.count >= Self.idLength, core.contains(where: \.isLetter), !Self.isTerm(lower) { return "<id>" }
        }
        return plain(core, lower)
    }

    /// Words with digits that identify nobody.
    private static func isTerm(_ word: String) -> Bool {
        ["rfc822", "base64", "iso-2022-jp", "smtp-utf8"].contains(word)
            || ["iso-8859-", "windows-125", "rfc"].contains { word.hasPrefix($0) && word.count < 16 }
    }

    /// A run that is not a word: capitals after small letters, or digits, all over it.
    private func isBlob(_ core: String) -> Bool {
        let isBase64 = core.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+/=_-.".contains($0)) }
        guard isBase64 else { return false }
        let letters = Array(core)
        let changes = zip(letters, letters.dropFirst()).filter { pair in
            pair.0.isNumber != pair.1.isNumber || pair.0.isLowercase && pair.1.isUppercase
        }
        return changes.count * 8 >= core.count
    }

    private mutating func plain(_ core: String, _ lower: String) -> String {
        if let known = words[lower] { return known }
        // Words that are joined by other characters.
        if core.contains(where: { !$0.isLetter && !$0.isNumber }) {
            var result = ""
            var word = ""
            for character in core {
                if character.isLetter || character.isNumber {
                    word.append(character)
                } else {
                    result += plain(word)
                    result.append(character)
                    word = ""
                }
            }
            return result + plain(word)
        }
        return embedded(in: lower) ?? core
    }

    private mutating func plain(_ word: String) -> String {
        word.isEmpty ? "" : plain(word, word.lowercased())
    }

    // MARK: Placeholders

    private mutating func address(_ word: String) -> String {
        let lower = word.lowercased().split(separator: "@", omittingEmptySubsequences: false)
        guard lower.count >= 2, let domain = lower.last else { return user(word.lowercased()) + "@host.example" }
        return user(lower.dropLast().joined(separator: "@")) + "@" + host(String(domain))
    }

    private mutating func user(_ local: String) -> String {
        if local == "mailer-daemon" || local == "postmaster" { return local }
        let known = users[local] ?? "user\(users.count + 1)"
        users[local] = known
        return known
    }

    private mutating func host(_ name: String) -> String {
        let known = hosts[name] ?? "host\(hosts.count + 1).example"
        hosts[name] = known
        return known
    }

    private mutating func number(of text: String, _ kind: String) -> Int {
        let known = numbers[kind]?[text] ?? (numbers[kind]?.count ?? 0) + 1
        numbers[kind, default: [:]][text] = known
        return known
    }
}
