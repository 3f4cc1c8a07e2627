import Ledger

extension Policy {
    /// The table `[policy]`: what it does not say keeps its default.
    ///
    /// ```toml
    /// [policy]
    /// delivery_lifts_soft = true
    ///
    /// [policy.soft]
    /// days = 5
    /// within_days = 30
    /// quiet_days = 30
    /// expiry_days = 180
    /// ```
    init(_ table: inout ConfigTable) throws(Failure) {
        self.init()
        if let lifts = try table.bool("delivery_lifts_soft") { deliveryLiftsSoft = lifts }
        if let rule = try table.table("hard") { try hard.set(from: rule) }
        if let rule = try table.table("soft") { try soft.set(from: rule) }
        if let rule = try table.table("complaint") { try complaint.set(from: rule) }
        try table.rejectUnknownKeys()
    }
}

extension Policy.Rule {
    /// The longest span that a rule may name, in days: a hundred years.
    private static let longest = 36_525

    fileprivate mutating func set(from table: ConfigTable) throws(Failure) {
        var table = table
        if let value = try table.integer("within_days", in: 1...Self.longest) { within = value }
        if let value = try table.integer("days", in: 0...Self.longest) { days = value }
        if let value = try table.integer("quiet_days", in: 1...Self.longest) { quietDays = value }
        if let value = try table.integer("expiry_days", in: 1...Self.longest) { expiryDays = value }
        try table.rejectUnknownKeys()
        guard days <= within else { throw table.wrong("days", "must not be more than within_days (\(within))") }
    }
}
