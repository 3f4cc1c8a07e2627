import Bytes
import Verdict

/// A stretch of time to report about, in whole hours UTC: what the ledger keeps for good is counted by the hour.
package struct StatisticsWindow: Sendable, Hashable {
    /// Seconds since 1970 UTC, the beginning of the first hour.
    package let start: Int64
    /// The end of the last hour; what arrives in this second is not in the window.
    package let end: Int64

    /// - Parameters:
    ///   - since: a second of the first hour; nil: from the beginning.
    ///   - until: the end; its hour is included as a whole. Nil: no end.
    package init(since: Int64? = nil, until: Int64? = nil) {
        let hour = CalendarTime.secondsPerHour
        let since = LedgerLimits.clamped(arrival: since ?? 0)
        let until = LedgerLimits.clamped(arrival: until ?? LedgerLimits.latestArrival)
        start = since / hour * hour
        end = max(start, (until + hour - 1) / hour * hour)
    }
}

/// How many reports of a class and origin arrived on a day.
package struct DayTally: Sendable, Hashable {
    /// Days since 1970-01-01, UTC.
    package var day: Int64
    package var `class`: Token<MessageClass>
    package var origin: Token<Origin>?
    /// Reports that count.
    package var counted: Int
    /// Files with a report that was already known from another file.
    package var duplicates: Int
}

/// How often reports named recipients that have something in common.
package struct RecipientRow: Sendable, Hashable {
    /// The common value: a reason, a domain, a host. Empty if the reports do not say.
    package var value: String
    /// The reports after it.
    package var group: StatisticsGroup
    package var counts: AddressState.Counters
}

/// What reports said of recipients, by what they have in common; most bounces first.
package struct RecipientFigures: Sendable, Equatable {
    package var reasons: [RecipientRow] = []
    /// By whose fault it is; empty where nothing failed.
    package var parties: [RecipientRow] = []
    /// By the domain of the address.
    package var domains: [RecipientRow] = []
    /// By who runs the server that refused or reported; see ``ProviderName``.
    package var providers: [RecipientRow] = []
    package var reportingMTAs: [RecipientRow] = []
    /// By the mailing that the mail belonged to.
    package var streams: [RecipientRow] = []
    /// By the value of the captured field that was asked for.
    package var campaigns: [RecipientRow] = []
    /// All together.
    package var total = AddressState.Counters()
}

/// The addresses suppressed within a window that still are.
package struct NewSuppressions: Sendable, Equatable {
    package var count = 0
    package var byReason: [LedgerSummary.ReasonCount] = []
    /// The latest, at most as many as were asked for.
    package var latest: [SuppressedAddress] = []
}

/// Reports that have something in common, for a list of examples.
package enum StatisticsGroup: Sendable, Hashable {
    case `class`(Token<MessageClass>)
    case origin(Token<Origin>?)
    /// Days since 1970-01-01.
    case days(ClosedRange<Int64>)
    case reason(Token<Reason>)
    /// Nil where nothing failed.
    case party(Party?)
    case domain(String)
    case provider(String)
    case reportingMTA(String)
    case stream(String)
    /// The value of the captured field that was asked for; empty if the report has none.
    case campaign(String)
}

/// One report, or one recipient of it, as a row of a list.
package struct ReportSample: Sendable, Equatable {
    /// Empty if the report names no valid address.
    package var address: String
    package var arrival: Int64
    package var `class`: Token<MessageClass>
    package var origin: Token<Origin>?
    /// `nil` if the report names nobody.
    package var outcome: OutcomeEvent?
    package var reportingMTA: String?
    /// Where the file went.
    package var destination: String?
}

extension AddressState.Counters {
    /// Hard and soft together.
    package var bounces: Int { hard + soft }

    /// All that was counted.
    package var all: Int { hard + soft + delayed + delivered + complaint + autoReply + other }

    mutating func add(_ effect: AddressEvent.Effect) {
        switch effect {
        case .hard, .relay: hard += 1
        case .soft: soft += 1
        case .delayed: delayed += 1
        case .delivered, .unprovenDelivery: delivered += 1
        case .complaint: complaint += 1
        case .autoReply: autoReply += 1
        case .unsubscribe, .other, .suppress, .release: other += 1
        }
    }
}
