import CRules

/// One rule of the table: any of its phrases means this reason, or what it says of its subjects. If several rules of
/// one strength match at one place, the first one decides. The rules are in Rules/replies.toml.
struct ReasonRule: Sendable {
    /// Stable name, shown as evidence.
    let name: String
    let reason: Reason
    /// Whose fault it is, if different from what the reason implies.
    let party: Party?
    let strength: Strength
    /// Whether the words alone do not declare an address dead (`Findings.isProved`).
    let needsProof: Bool
    /// Whether they only say that something was refused, but not what.
    let isPlainRefusal: Bool
    /// Whether they are single words, which more text may explain.
    let isBare: Bool
    /// Conditions in addition to the words; nil: none.
    let conditions: RuleConditions?
    /// The subjects of which a predicate means this, as bits of their numbers.
    let subjects: UInt32
    /// How many phrases it has.
    let phraseCount: Int

    init(_ record: crules_rule, of table: RuleTable) {
        name = table.string(record.id)
        reason = Reason(number: record.reason)
        party = Party(number: record.party)
        strength = Strength(rawValue: Int(record.strength)) ?? .hint
        needsProof = record.flags & 4 != 0
        isBare = record.flags & 1 != 0
        isPlainRefusal = record.flags & 2 != 0
        conditions = RuleConditions(record, of: table)
        subjects = record.subjects
        phraseCount = Int(record.phrase_count)
    }

    /// Whether it is about a subject.
    func isAbout(_ subject: Subject) -> Bool { subjects & subject.bit != 0 }
}

extension Reason {
    private static let all = allCases

    /// The reason with an index in the list of all cases, as stored in the table.
    init(number: UInt32) { self = Reason.all[Int(number)] }
}

extension Party {
    /// The party with an index in the list of all cases, counted from 1, or nil.
    init?(number: UInt32) {
        guard number != 0 else { return nil }
        self = Party.allCases[Int(number) - 1]
    }
}
