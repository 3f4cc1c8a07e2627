/// The numbers that decide who is left out of the next mailing. A plain value: where they come from is the caller's.
package struct Policy: Sendable, Equatable {
    /// When events of one kind suppress an address.
    package struct Rule: Sendable, Equatable {
        /// On how many distinct calendar days (UTC) it must happen; 0 never suppresses.
        package var days: Int
        /// Within how many calendar days, the first and the last included.
        package var within: Int
        /// After how many days on which nothing happened the count starts again.
        package var quietDays: Int
        /// How many days a suppression lasts after the last event that counted; nothing: until it is lifted.
        package var expiryDays: Int?

        package init(days: Int, within: Int, quietDays: Int, expiryDays: Int? = nil) {
            self.days = days
            self.within = within
            self.quietDays = quietDays
            self.expiryDays = expiryDays
        }
    }

    /// The address is dead: one report is enough.
    package var hard = Rule(days: 1, within: 30, quietDays: 30)
    /// The moment, the quota or the server is to blame: five days within thirty.
    package var soft = Rule(days: 5, within: 30, quietDays: 30)
    /// The recipient complained (RFC 5965): one complaint is enough.
    package var complaint = Rule(days: 1, within: 30, quietDays: 30)
    /// Whether a delivery receipt, besides clearing the soft streak, lifts a suppression that soft bounces caused.
    package var deliveryLiftsSoft = true

    package init() {}

    /// A soft suppression's life in days; a shorthand for `soft.expiryDays`.
    package var softExpiryDays: Int? {
        get { soft.expiryDays }
        set { soft.expiryDays = newValue }
    }

    /// The rule for events of one cause, or nothing where such events never suppress.
    func rule(for cause: Suppression.Cause) -> Rule? {
        switch cause {
        case .hard: hard
        case .soft: soft
        case .complaint: complaint
        }
    }

    /// One line that differs where two policies differ; kept in the ledger to notice that the numbers have changed.
    var signature: String {
        func text(_ rule: Rule) -> String {
            "\(rule.days)/\(rule.within)/\(rule.quietDays)/\(rule.expiryDays.map(String.init) ?? "-")"
        }
        return "hard \(text(hard)) soft \(text(soft)) complaint \(text(complaint)) lift \(deliveryLiftsSoft)"
    }
}
