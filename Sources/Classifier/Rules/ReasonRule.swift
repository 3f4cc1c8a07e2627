import CRules

/// One rule of the table: any of its phrases means this reason. Where several rules of one strength match, the one that stands
/// first decides. The rules stand in Rules/replies.toml.
struct ReasonRule: Sendable {
    /// Stable name, shown as evidence.
    let name: String
    let reason: Reason
    /// Whose fault it is, where that is not what the reason says.
    let party: Party?
    let strength: Strength
    /// What the words need beside them before an address is declared dead; nil: nothing.
    let proof: Proof?
    /// Whether they only say that something was refused, and not what.
    let isPlainRefusal: Bool
    /// Whether they are single words, which more text may explain.
    let isBare: Bool
    /// What must be so beside the words; nil: nothing.
    let conditions: RuleConditions?
    /// How many phrases it has.
    let phraseCount: Int

    init(_ record: crules_rule, of table: RuleTable) {
        name = table.string(record.id)
        reason = Reason(number: record.reason)
        party = Party(number: record.party)
        strength = Strength(rawValue: Int(record.strength)) ?? .hint
        proof = record.needs == 0 ? nil : Proof.allCases[Int(record.needs) - 1]
        isBare = record.flags & 1 != 0
        isPlainRefusal = record.flags & 2 != 0
        conditions = RuleConditions(record, of: table)
        phraseCount = Int(record.phrase_count)
    }
}

/// What must be known beside a rule's words before an address is declared dead.
///
/// Servers use some words also when a recipient's filter refuses a message that was already accepted (mobile carriers, content
/// filters, webmail), or when they quote somebody.
package enum Proof: CaseIterable, Sendable {
    /// A 5xx reply, a status of addressing, or the refusal of RCPT.
    case refusal
    /// A status of addressing, or the refusal of RCPT.
    case addressing
}

extension Reason {
    private static let all = allCases

    /// The reason at a place of the list of all cases, by which the table names it.
    init(number: UInt32) { self = Reason.all[Int(number)] }
}

extension Party {
    /// The party at a place of the list of all cases, counted from 1, or nil.
    init?(number: UInt32) {
        guard number != 0 else { return nil }
        self = Party.allCases[Int(number) - 1]
    }
}
