/// One rule of the table: any of these phrases means this reason.
struct ReasonRule: Sendable {
    /// Stable name, shown as evidence.
    var name: String
    var reason: Reason
    /// Whose fault it is, where that is not what the reason says.
    var party: Party?
    var strength: Strength
    /// What the words need beside them before an address is declared dead; nil: nothing.
    var proof: Proof?
    /// Whether they only say that something was refused, and not what.
    var isPlainRefusal: Bool
    /// Whether they are single words, which more text may explain.
    var isBare: Bool
    /// In the form that `FoldedText` makes: lower case, single blanks, addresses as `@`. A `*` stands for up to
    /// `RuleSet.maximumGap` bytes of anything.
    var phrases: [String]

    init(
        _ name: String, _ reason: Reason, _ strength: Strength, party: Party? = nil, proof: Proof? = nil,
        isPlainRefusal: Bool = false, isBare: Bool = false, _ phrases: [String]
    ) {
        self.name = name
        self.reason = reason
        self.party = party
        self.strength = strength
        self.proof = proof
        self.isPlainRefusal = isPlainRefusal
        self.isBare = isBare
        self.phrases = phrases
    }
}
