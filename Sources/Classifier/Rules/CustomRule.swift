/// An administrator's rule, tried before ours.
///
/// All given conditions must be met. A rule with a `messageClass` decides what a whole message is; one without decides
/// about single recipients.
public struct CustomRule: Sendable, Equatable {
    /// Shown as evidence as `admin/NAME`.
    public var name: String
    /// Words that must all be in the text: for a recipient what was said about it, for a message its subject and text.
    /// Compared without case, any white space as one blank.
    public var text: [String] = []
    /// Phrases of which one must be in the text, at the start of a word; `*` matches up to 80 bytes. Empty: any text.
    public var anyText: [String] = []
    /// Phrases of the same form of which none may be in the text.
    public var against: [String] = []
    /// RFC 3463 status, with `*` for any number: `5.7.1`, `4.*.*`.
    public var status: String?
    /// Reply code, with `x` for any digit: `550`, `5xx`.
    public var reply: String?
    /// Suffixes of host names: of the remote MTA, the reporting MTA or the recipient's domain.
    public var providers: [String] = []
    /// The SMTP command that was refused: `CONN`, `EHLO`, `MAIL`, `RCPT` or `DATA`.
    public var stage: String?
    /// A header field of the message, lower case, and words that must be in it (empty: the field must exist).
    public var header: (name: String, contains: String?)?

    /// The class of the whole message.
    public var messageClass: MessageClass?
    /// The recipient's outcome kind; nil: the reason decides.
    public var kind: OutcomeKind?
    /// The recipient's reason.
    public var reason: Reason?
    /// Whose fault it is; nil: the reason decides.
    public var party: Party?

    /// Whether its words alone do not declare an address dead.
    package var needsProof = false

    /// A rule without conditions, to be filled in.
    public init(name: String) { self.name = name }

    /// Whether conditions and decisions are the same.
    public static func == (left: CustomRule, right: CustomRule) -> Bool {
        left.name == right.name && left.text == right.text && left.anyText == right.anyText
            && left.against == right.against && left.stage == right.stage && left.needsProof == right.needsProof
            && left.status == right.status && left.reply == right.reply
            && left.providers == right.providers && left.header?.name == right.header?.name
            && left.header?.contains == right.header?.contains && left.messageClass == right.messageClass
            && left.kind == right.kind && left.reason == right.reason && left.party == right.party
    }

    /// The name in evidence.
    package var evidenceName: String { "admin/\(name)" }

    /// Whether the rule is one about whole messages.
    public var isAboutMessages: Bool { messageClass != nil }

    /// Whether a condition's words are not empty after normalisation, as in ``text``.
    public static func saysSomething(_ words: String) -> Bool {
        FoldedText(Array(words.utf8)).bytes.contains { $0 > 0x20 }
    }

    /// Words to show as what matched.
    var words: String? { text.first ?? anyText.first }

    func matches(text folded: [FoldedText]) -> Bool {
        text.allSatisfy { words in
            let wanted = String(decoding: FoldedText(Array(words.utf8)).bytes, as: UTF8.self)
            return folded.contains { $0.contains(wanted) }
        }
            && (anyText.isEmpty || CustomRule.holds(anyText, folded)) && !CustomRule.holds(against, folded)
    }

    /// Whether a text holds one of the phrases.
    private static func holds(_ phrases: [String], _ texts: [FoldedText]) -> Bool {
        phrases.contains { phrase in
            let pattern = PhrasePattern(phrase)
            return texts.contains { pattern.isHeld(by: $0) }
        }
    }

    func matches(stage command: String?) -> Bool { stage == nil || stage == command }

    func matches(status codes: [StatusCode]) -> Bool {
        guard let status else { return true }
        guard let pattern = StatusPattern(status) else { return false }
        return codes.contains { pattern.fits($0) }
    }

    func matches(replies codes: [Int]) -> Bool {
        guard let reply else { return true }
        let pattern = Array(reply.lowercased().utf8)
        return codes.contains { code in
            let digits = Array(String(code).utf8)
            return digits.count == pattern.count
                && zip(digits, pattern).allSatisfy { $0 == $1 || $1 == UInt8(ascii: "x") }
        }
    }

    func matches(hosts: [String]) -> Bool {
        providers.isEmpty || HostName.areAny(hosts, below: providers)
    }
}
