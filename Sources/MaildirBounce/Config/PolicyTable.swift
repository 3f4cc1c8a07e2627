import Verdict
import Ledger

/// The table `[policy]`: missing keys have their defaults.
///
/// ```toml
/// [policy]
/// delivery_lifts_soft = true
///
/// [policy.recipient]
/// mailings = 3
/// mailing_span_days = 14
///
/// [policy.brake]
/// minimum = 20
///
/// [[policy.override]]
/// reason = "mailboxfull"
/// domain = ".example.jp"
/// days = 10
/// within_days = 60
/// ```
struct PolicyTable {
    var policy = Policy()
    /// Where each number is that a file sets, as `file:line:column`, by its key, such as `soft.days`.
    private(set) var places: [String: String] = [:]

    init() {}

    init(_ table: inout ConfigTable) throws(Failure) {
        if let lifts = try bool("delivery_lifts_soft", in: &table) { policy.deliveryLiftsSoft = lifts }
        if let lifts = try bool("life_lifts_hard", in: &table) { policy.lifeLiftsHard = lifts }
        try rule("hard", \.hard, in: &table)
        try rule("hostunknown", \.hostUnknown, in: &table)
        if let soft = try table.numbers("soft") { policy.soft = try rule("soft", from: Policy.fiveDays, soft) }
        try mailings("recipient", \.recipient, in: &table)
        try mailings("system", \.system, in: &table)
        try rule("complaint", \.complaint, in: &table)
        if let sender = try table.numbers("sender") {
            policy.sender = try rule("sender", from: policy.sender ?? Policy.fiveDays, sender)
        }
        try rule("relay", \.relay, in: &table)
        if let brake = try table.table("brake") { try set(brake) }
        for (number, override) in try table.tables("override").enumerated() {
            policy.overrides.append(try self.override(override, number: number))
        }
        try table.rejectUnknownKeys()
    }

    // MARK: Rules

    private mutating func rule(
        _ name: String, _ rule: WritableKeyPath<Policy, Policy.Rule>, in parent: inout ConfigTable
    ) throws(Failure) {
        guard let table = try parent.numbers(name) else { return }
        policy[keyPath: rule] = try self.rule(name, from: policy[keyPath: rule], table)
    }

    private mutating func rule(
        _ name: String, from defaults: Policy.Rule, _ table: ConfigTable
    ) throws(Failure) -> Policy.Rule {
        var table = table
        let rule = try numbers(name, from: defaults, in: &table)
        try table.rejectUnknownKeys()
        return rule
    }

    private mutating func mailings(
        _ name: String, _ place: WritableKeyPath<Policy, Policy.MailingRule>, in parent: inout ConfigTable
    ) throws(Failure) {
        guard var table = try parent.table(name) else { return }
        var rule = policy[keyPath: place]
        let longest = Int(LedgerLimits.streakDays)
        if let value = try integer("mailings", of: name, in: 0...LedgerLimits.streakLength, &table) {
            rule.mailings = value
        }
        if let value = try integer("mailing_span_days", of: name, in: 0...longest, &table) {
            rule.mailingSpanDays = value
        }
        if let value = try integer("days", of: name, in: 0...LedgerLimits.streakLength, &table) { rule.days = value }
        if let value = try integer("apart_days", of: name, in: 1...longest, &table) { rule.apartDays = value }
        if let value = try integer("span_days", of: name, in: 0...longest, &table) { rule.spanDays = value }
        if let value = try integer("within_days", of: name, in: 1...longest, &table) { rule.within = value }
        if let value = try integer("expiry_days", of: name, in: 0...Policy.Rule.longest, &table) {
            rule.expiryDays = value == 0 ? nil : value
        }
        try table.rejectUnknownKeys()
        guard rule.days == 0 || (rule.days - 1) * rule.apartDays < rule.within else {
            throw table.wrong(
                "days",
                "cannot be reached: \(rule.days) days, each \(rule.apartDays) after the one before, are not within "
                    + "within_days (\(rule.within))")
        }
        guard rule.spanDays < rule.within else {
            throw table.wrong("span_days", "must be less than within_days (\(rule.within))")
        }
        policy[keyPath: place] = rule
    }

    private mutating func numbers(
        _ name: String, from defaults: Policy.Rule, in table: inout ConfigTable
    ) throws(Failure) -> Policy.Rule {
        var rule = defaults
        let longest = Policy.Rule.longest
        if let value = try integer("within_days", of: name, in: 1...longest, &table) { rule.within = value }
        if let value = try integer("days", of: name, in: 0...longest, &table) { rule.days = value }
        if let value = try integer("quiet_days", of: name, in: 1...longest, &table) { rule.quietDays = value }
        if let value = try integer("span_days", of: name, in: 0...longest, &table) { rule.spanDays = value }
        if let value = try integer("expiry_days", of: name, in: 0...longest, &table) {
            rule.expiryDays = value == 0 ? nil : value
        }
        guard rule.days <= rule.within else {
            throw table.wrong("days", "must not be more than within_days (\(rule.within))")
        }
        guard rule.spanDays < rule.within else {
            throw table.wrong("span_days", "must be less than within_days (\(rule.within))")
        }
        return rule
    }

    // MARK: Overrides

    private mutating func override(_ table: ConfigTable, number: Int) throws(Failure) -> Policy.Override {
        var table = table
        let causes: [Suppression.Cause] = [.hard, .soft, .complaint, .relay]
        let cause = try table.token("cause", of: causes.map { ($0.name, $0) })
        let party = try table.token("party", of: Party.allCases.map { ($0.rawValue, $0) })
        // The other classes never count.
        let classes: [MessageClass] = [.hardBounce, .softBounce, .complaint]
        let messageClass = try table.token("class", of: classes.map { ($0.rawValue, $0) })
        let reason = try table.token("reason", of: Reason.allCases.map { ($0.rawValue, $0) })
        let domain = try table.string("domain")
        if let domain {
            let name = domain.hasPrefix(".") ? String(domain.dropFirst()) : domain
            guard CanonicalAddress("x@" + name) != nil else {
                throw table.wrong("domain", "must be a domain, \"dest.example\", or all below it, \".dest.example\"")
            }
        }
        guard cause != nil || party != nil || messageClass != nil || reason != nil || domain != nil else {
            throw table.wrong("cause", "is missing: say what is meant with cause, party, class, reason or domain")
        }
        let defaults: Policy.Rule
        switch cause {
        case .hard: defaults = policy.hard
        case .soft: defaults = policy.soft ?? Policy.fiveDays
        case .complaint: defaults = policy.complaint
        case .relay: defaults = policy.relay
        default:
            guard try table.integer("days", in: 0...Policy.Rule.longest) != nil else {
                throw table.wrong("days", "is missing: without cause there is no rule to take it from")
            }
            defaults = Policy.Rule(days: 1, within: 30, quietDays: 30)
        }
        let rule = try numbers("override.\(number + 1)", from: defaults, in: &table)
        try table.rejectUnknownKeys()
        return Policy.Override(
            cause: cause, party: party, class: messageClass, reason: reason, domain: domain, rule: rule)
    }

    // MARK: The brake

    private mutating func set(_ table: ConfigTable) throws(Failure) {
        var table = table
        var brake = Policy.Brake()
        let isEnabled = try bool("enabled", of: "brake", in: &table) ?? true
        if let value = try integer("minimum", of: "brake", in: 3...1_000_000, &table) { brake.minimum = value }
        if let value = try integer("factor", of: "brake", in: 1...10_000, &table) { brake.factor = value }
        if let value = try integer("window_hours", of: "brake", in: 1...24, &table) { brake.windowHours = value }
        if let value = try integer("baseline_days", of: "brake", in: 1...366, &table) { brake.baselineDays = value }
        if let value = try integer("confirm_after_days", of: "brake", in: 1...365, &table) {
            brake.confirmAfterDays = value
        }
        try table.rejectUnknownKeys()
        policy.brake = isEnabled ? brake : nil
    }

    // MARK: Keys

    private mutating func integer(
        _ key: String, of name: String, in range: ClosedRange<Int>, _ table: inout ConfigTable
    ) throws(Failure) -> Int? {
        let value = try table.integer(key, in: range)
        if value != nil { places["\(name).\(key)"] = table.place(of: key) }
        return value
    }

    private mutating func bool(
        _ key: String, of name: String? = nil, in table: inout ConfigTable
    ) throws(Failure) -> Bool? {
        let value = try table.bool(key)
        if value != nil { places[(name.map { $0 + "." } ?? "") + key] = table.place(of: key) }
        return value
    }
}

extension Policy.Rule {
    /// The longest span that a rule may name, in days: a hundred years.
    fileprivate static let longest = 36_525
}

extension ConfigTable {
    fileprivate mutating func token<Token>(_ key: String, of tokens: [(String, Token)]) throws(Failure) -> Token? {
        guard let word = try string(key) else { return nil }
        guard let token = tokens.first(where: { $0.0 == word }) else {
            throw wrong(key, "must be one of \(tokens.map(\.0).joined(separator: " "))")
        }
        return token.1
    }
}
