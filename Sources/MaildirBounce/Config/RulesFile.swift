import Classifier
import MIME

/// The administrator's own rules: a TOML file that the configuration names with `rules`.
///
/// ```toml
/// [[rule]]
/// name = "partner gateway"
/// when.text = ["blocked by partner policy"]
/// when.provider = ["partner.example"]
/// then.reason = "policyviolation"
///
/// [[rule]]
/// name = "ticket system"
/// when.header = "X-Ticket-System"
/// then.class = "auto-reply"
/// ```
struct RulesFile {
    /// The rules that can be used, in the order of the file.
    private(set) var rules: [CustomRule] = []
    /// What is wrong with the others, each with its place.
    private(set) var problems: [Failure] = []

    /// The rules in a file of which all can be used.
    ///
    /// - Throws: a failure with status 78 otherwise: what is counted without the rules is counted for good.
    static func usableRules(_ path: String) throws(Failure) -> [CustomRule] {
        let file = RulesFile(path)
        guard let first = file.problems.first else { return file.rules }
        let others = file.problems.count - 1
        throw Failure(
            ExitStatus.configuration,
            first.message + (others > 0 ? "; and \(others) more, which maildir-bounce rules check names" : ""))
    }

    init(_ path: String) {
        self.init { () throws(Failure) in try ConfigTable(file: path) }
    }

    /// The rules in the file that `open` reads.
    init(_ open: () throws(Failure) -> ConfigTable) {
        do {
            var file = try open()
            let tables = try file.tables("rule")
            for (number, table) in tables.enumerated() {
                do {
                    rules.append(try Self.rule(table, number: number + 1))
                } catch {
                    problems.append(error)
                }
            }
            try file.rejectUnknownKeys()
        } catch {
            problems.append(error)
        }
    }

    private static func rule(_ table: ConfigTable, number: Int) throws(Failure) -> CustomRule {
        var table = table
        var rule = CustomRule(name: try table.string("name") ?? "rule \(number)")
        guard var when = try table.table("when") else {
            throw table.wrong("when", "is missing: say when the rule applies")
        }
        guard var then = try table.table("then") else {
            throw table.wrong("then", "is missing: say what the rule decides")
        }
        rule.text = try when.strings("text") ?? []
        rule.status = try when.string("status")
        rule.reply = try when.string("reply")
        rule.providers = try when.strings("provider")?.map { $0.lowercased() } ?? []
        if let header = try when.string("header") {
            let name = header.prefix { $0 != ":" }
            let words = String(header.dropFirst(name.count + 1)).trimmingBlanks
            let field = String(name).trimmingBlanks.lowercased()
            // RFC 5322 section 2.2: visible characters.
            guard !field.isEmpty, field.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw when.wrong(
                    "header", "must start with the name of a field, as in \"X-Loop\" or \"X-Loop: yes\"")
            }
            rule.header = (field, words.isEmpty ? nil : words)
        }
        try when.rejectUnknownKeys()
        if let status = rule.status, !isPattern(status, parts: 3, separator: ".", wildcard: "*") {
            throw when.wrong("status", "must be like \"5.7.1\" or \"5.*.*\"")
        }
        if let reply = rule.reply,
            reply.count != 3 || !reply.lowercased().utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: "x") })
        {
            throw when.wrong("reply", "must be like \"550\" or \"5xx\"")
        }
        if let vain = rule.text.first(where: { !CustomRule.saysSomething($0) }) {
            throw when.wrong("text", "\(vain.prefix(40)) has no letters or digits, so it would be in every mail")
        }
        guard
            !rule.text.isEmpty || rule.status != nil || rule.reply != nil || !rule.providers.isEmpty
                || rule.header != nil
        else {
            throw table.wrong("when", "needs a condition: text, status, reply, provider or header")
        }
        rule.messageClass = try then.token("class", of: MessageClass.self)
        rule.kind = try then.token("kind", of: OutcomeKind.self)
        rule.reason = try then.token("reason", of: Reason.self)
        rule.party = try then.token("party", of: Party.self)
        try then.rejectUnknownKeys()
        guard rule.messageClass != nil || rule.kind != nil || rule.reason != nil else {
            throw table.wrong("then", "needs class, kind or reason")
        }
        if let messageClass = rule.messageClass, [.hardBounce, .softBounce, .delayNotice].contains(messageClass) {
            throw then.wrong(
                "class", "\(messageClass.rawValue) follows from the recipients: give kind and reason instead")
        }
        if rule.party != nil, rule.kind == nil, rule.reason == nil {
            throw then.wrong("party", "says whose fault a failure is: it goes with kind or reason")
        }
        if rule.messageClass != nil, rule.status != nil || rule.reply != nil || !rule.providers.isEmpty {
            throw table.wrong(
                "when", "status, reply and provider are about recipients: a class goes with text or header")
        }
        try table.rejectUnknownKeys()
        return rule
    }

    private static func isPattern(_ text: String, parts count: Int, separator: Character, wildcard: String) -> Bool {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        return parts.count == count
            && parts.allSatisfy { $0 == wildcard || Int($0).map { (0...999).contains($0) } ?? false }
    }
}

extension ConfigTable {
    /// One of an enumeration's words.
    fileprivate mutating func token<Token>(_ key: String, of type: Token.Type) throws(Failure) -> Token?
    where Token: RawRepresentable & CaseIterable, Token.RawValue == String {
        guard let word = try string(key) else { return nil }
        guard let token = Token(rawValue: word) else {
            throw wrong(key, "must be one of \(Token.allCases.map(\.rawValue).joined(separator: " "))")
        }
        return token
    }
}

extension String {
    /// Without blanks at its ends.
    var trimmingBlanks: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
