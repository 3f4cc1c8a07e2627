/// One rule of the table: any of these phrases means this reason.
struct ReasonRule: Sendable {
    /// Stable name, shown as evidence.
    var name: String
    var reason: Reason
    /// Whose fault it is, where that is not what the reason says.
    var party: Party?
    var strength: Strength
    /// Whether the words need something beside them before an address is declared dead.
    var needsProof: Bool
    /// Whether they only say that something was refused, and not what.
    var isPlainRefusal: Bool
    /// Whether they are single words, which more text may explain.
    var isBare: Bool
    /// In the form that `FoldedText` makes: lower case, single blanks, addresses as `@`. A `*` stands for up to
    /// `RuleSet.maximumGap` bytes of anything.
    var phrases: [String]
    /// What must be said of whom, where no phrase says both.
    var meaning: Meaning?

    init(
        _ name: String, _ reason: Reason, _ strength: Strength, needsProof: Bool = false, of subjects: Set<Subject>,
        _ predicate: Predicate
    ) {
        self.init(name, reason, strength, needsProof: needsProof, [])
        meaning = Meaning(subjects: subjects, predicate: predicate)
    }

    init(
        _ name: String, _ reason: Reason, _ strength: Strength, party: Party? = nil, needsProof: Bool = false,
        isPlainRefusal: Bool = false, isBare: Bool = false, _ phrases: [String]
    ) {
        self.name = name
        self.reason = reason
        self.party = party
        self.strength = strength
        self.needsProof = needsProof
        self.isPlainRefusal = isPlainRefusal
        self.isBare = isBare
        self.phrases = phrases
    }
}
