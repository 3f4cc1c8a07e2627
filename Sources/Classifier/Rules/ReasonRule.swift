/// One rule of the table: any of these phrases means this reason.
struct ReasonRule: Sendable {
    /// Stable name, shown as evidence.
    var name: String
    var reason: Reason
    var strength: Strength
    /// In the form that `FoldedText` makes: lower case, single blanks, addresses as `@`. A `*` stands for up to
    /// `RuleSet.maximumGap` bytes of anything.
    var phrases: [String]

    init(_ name: String, _ reason: Reason, _ strength: Strength, _ phrases: [String]) {
        self.name = name
        self.reason = reason
        self.strength = strength
        self.phrases = phrases
    }
}
