/// One rule of the table: any of these phrases means this reason.
struct ReasonRule: Sendable {
    /// Stable name, shown as evidence.
    var name: String
    var reason: Reason
    /// Whose fault it is, where that is not what the reason says.
    var party: Party?
    var strength: Strength
    /// In the form that `FoldedText` makes: lower case, single blanks, addresses as `@`. A `*` stands for up to
    /// `RuleSet.maximumGap` bytes of anything.
    var phrases: [String]

    init(_ name: String, _ reason: Reason, _ strength: Strength, party: Party? = nil, _ phrases: [String]) {
        self.name = name
        self.reason = reason
        self.party = party
        self.strength = strength
        self.phrases = phrases
    }
}
