import Classifier
import Verdict

/// A `[[rule]]`, ours or an administrator's (docs/rules.md).
package struct RuleEntry: FileEntry {
    package let id: String
    package let place: RulePlace

    // What it decides.
    package let reason: Reason?
    package let kind: PlacedValue<OutcomeKind>?
    package let messageClass: MessageClass?
    /// Whose fault it is, if different from what the reason implies.
    package let party: Party?

    // When.
    /// Phrases, any of which is enough.
    package let any: [PlacedText]
    /// The subjects of a predicate, and the name of the predicate.
    package let subjects: [Subject]
    package let predicate: PlacedText?
    /// Texts that must all be there, the rarest first.
    package let all: [PlacedText]
    /// Phrases that must not be there.
    package let against: [PlacedText]
    /// Suffixes of host names, lower case.
    package let hosts: [String]
    /// RFC 3463 status, with `*` for any number.
    package let status: PlacedText?
    /// Reply code, with `x` for any digit.
    package let reply: PlacedText?
    /// The number of the SMTP command that was refused, among those of `PhraseSet.command`.
    package let stage: Int?
    /// A field of the message, and words in it.
    package let header: (name: String, contains: String?)?

    // How much it says.
    package let strength: Strength
    /// Whether the words alone do not declare an address dead.
    package let needsProof: Bool
    package let isBare: Bool
    package let isPlainRefusal: Bool
    /// Whether the words are generic and more specific ones decide instead.
    package let isWrapper: Bool
    /// The source of the words.
    package let source: String?

    /// - Parameter number: the place among the rules of its file, which names a rule without `id`.
    init(_ reader: RuleReader, number: Int) throws(RuleProblem) {
        var reader = reader
        place = reader.place
        let (name, oldName) = (try reader.text("id"), try reader.text("name"))
        id = (name ?? oldName)?.text ?? "rule \(number)"
        strength = try reader.word("strength", of: Strength.names) ?? .sure
        needsProof = try reader.word("needs", of: [(name: "proof", word: true)]) ?? false
        isWrapper = try reader.flag("wrapper")
        subjects = try reader.words("subject", of: Subject.allCases.map { (name: $0.name, word: $0) })
        predicate = try reader.text("predicate")
        isBare = try reader.flag("bare")
        isPlainRefusal = try reader.flag("plain")
        source = try reader.text("source")?.text
        any = try reader.texts("any")
        against = try reader.texts("against")
        let stages = PhraseSet.command.meanings.enumerated().map { (name: $0.element, word: $0.offset) }
        stage = try reader.word("stage", of: stages)
        // `when` and `then` are how version 0.1 grouped the other keys.
        var when = try reader.table("when") ?? reader
        let isGrouped = reader.has("when")
        all = try when.texts(isGrouped ? "text" : "all")
        hosts = try when.texts(isGrouped ? "provider" : "hosts").map { $0.text.lowercased() }
        status = try when.text("status")
        reply = try when.text("reply")
        if let field = try when.text("header") {
            header = try RuleEntry.header(field.text, when)
        } else {
            header = nil
        }
        if let status, StatusPattern(status.text) == nil {
            throw when.wrong("status", "must be like \"5.7.1\" or \"5.*.*\"")
        }
        if let reply, reply.text.count != 3 || !reply.text.lowercased().utf8.allSatisfy(RuleEntry.isReplyDigit) {
            throw when.wrong("reply", "must be like \"550\" or \"5xx\"")
        }
        let words = [(when, isGrouped ? "text" : "all", all), (reader, "any", any), (reader, "against", against)]
        for (table, key, texts) in words {
            guard let vain = texts.first(where: { !CustomRule.saysSomething($0.text) }) else { continue }
            throw table.wrong(
                key, "\(vain.text.prefix(40)) has no letters or digits, so it would be in every mail",
                at: vain.place.position)
        }
        if isGrouped { try when.rejectUnknownKeys() } else { reader = when }
        var then = try reader.table("then") ?? reader
        let isThenGrouped = reader.has("then")
        messageClass = try then.word("class", of: MessageClass.self)
        let (kindText, kind) = (try then.text("kind"), try then.word("kind", of: OutcomeKind.self))
        self.kind = if let kindText, let kind { PlacedValue(value: kind, place: kindText.place) } else { nil }
        reason = try then.word("reason", of: Reason.self)
        party = try then.word("party", of: Party.self)
        if isThenGrouped { try then.rejectUnknownKeys() } else { reader = then }
        try reader.rejectUnknownKeys()
        try checkSense(reader, when: when, then: then, isGrouped: isGrouped || isThenGrouped)
    }

    /// Refuses a rule that says nothing, or something impossible.
    private func checkSense(
        _ reader: RuleReader, when: RuleReader, then: RuleReader, isGrouped: Bool
    ) throws(RuleProblem) {
        let isAboutRecipients = status != nil || reply != nil || !hosts.isEmpty || stage != nil
        guard !any.isEmpty || predicate != nil || !all.isEmpty || header != nil || isAboutRecipients else {
            throw isGrouped
                ? reader.wrong("when", "needs a condition: text, status, reply, provider or header")
                : reader.wrong(
                    "any", "is missing: say when the rule applies, with any, all, status, reply, hosts or header")
        }
        guard subjects.isEmpty == (predicate == nil) else {
            throw reader.wrong("subject", "and predicate go together: say of whom, and what")
        }
        guard messageClass != nil || kind != nil || reason != nil else {
            throw isGrouped
                ? reader.wrong("then", "needs class, kind or reason")
                : reader.wrong("reason", "is missing: say what the rule decides, with reason, kind or class")
        }
        if let messageClass, [.hardBounce, .softBounce, .delayNotice].contains(messageClass) {
            throw then.wrong(
                "class", "\(messageClass.rawValue) follows from the recipients: give kind and reason instead")
        }
        if party != nil, kind == nil, reason == nil {
            throw then.wrong("party", "says whose fault a failure is: it goes with kind or reason")
        }
        if messageClass != nil, isAboutRecipients {
            throw reader.wrong(
                isGrouped ? "when" : "class",
                "status, reply, stage and hosts are about recipients: a class goes with words or header")
        }
    }

    private static func isReplyDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "x")
    }

    private static func header(
        _ text: String, _ reader: RuleReader
    ) throws(RuleProblem) -> (name: String, contains: String?) {
        let name = text.prefix { $0 != ":" }
        let words = String(text.dropFirst(name.count + 1)).trimmingBlanks
        let field = String(name).trimmingBlanks.lowercased()
        // RFC 5322 section 2.2: visible characters.
        guard !field.isEmpty, field.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw reader.wrong("header", "must start with the name of a field, as in \"X-Loop\" or \"X-Loop: yes\"")
        }
        return (field, words.isEmpty ? nil : words)
    }

    /// The rule as an administrator's.
    package var customRule: CustomRule {
        var rule = CustomRule(name: id)
        rule.text = all.map(\.text)
        rule.anyText = any.map(\.text)
        rule.against = against.map(\.text)
        rule.status = status?.text
        rule.reply = reply?.text
        rule.providers = hosts
        rule.stage = stage.map { PhraseSet.command.meanings[$0].uppercased() }
        rule.header = header
        rule.needsProof = needsProof
        rule.messageClass = messageClass
        rule.kind = kind?.value
        rule.reason = reason
        rule.party = party
        return rule
    }
}

extension String {
    /// Without blanks at its ends.
    package var trimmingBlanks: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

extension Strength {
    static let names: [(name: String, word: Strength)] = [("hint", .hint), ("usual", .usual), ("sure", .sure)]
}
