import CRules

/// Behaviour of a provider's servers that decides what words mean (Rules/providers.toml). The raw value is the name
/// there.
package enum ProviderHabit: String, CaseIterable, Sendable {
    /// They say that the user is unknown even if a filter refused a message, and then leave the address out.
    case userUnknownForFilters = "user-unknown-for-filters"
    /// They refuse mail for mailboxes that do not exist after DATA.
    case deadMailboxAtData = "dead-mailbox-at-data"

    /// The domains of those that do.
    var hosts: [String] { ProviderHabit.hosts.filter { $0.habit == self }.map(\.host) }

    private static let hosts = RuleTable.standard.records(.habits, of: crules_meaning.self).map {
        (host: RuleTable.standard.string($0.words), habit: ProviderHabit.allCases[Int($0.meaning)])
    }
}
