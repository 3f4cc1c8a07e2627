import Verdict

/// What the ledger knows of one address.
package struct AddressRecord: Sendable, Equatable {
    /// The canonical form.
    package var address: String
    package var state: AddressState
    /// What reports said about it, the latest first.
    package var history: [HistoryRow]
    /// What was decided about it by hand, the latest first.
    package var actions: [ManualAction]
    /// How many of the failures in the ledger were whose fault; those that were pruned are not in it.
    package var parties: [Party: Int]
}

/// One recipient of one report.
package struct HistoryRow: Sendable, Equatable {
    package var arrival: Int64
    package var `class`: Token<MessageClass>
    package var origin: Token<Origin>?
    package var outcome: OutcomeEvent
    package var messageID: String?
    package var dialect: String?
    package var reportingMTA: String?
    package var key: DeliveryKey
    package var destination: String?
    /// The mailing that the mail belonged to.
    package var stream: String?
    /// Texts of that mail, in the order of their names.
    package var captured: [CapturedField] = []
}

/// One row of the suppression list.
package struct SuppressedAddress: Sendable, Equatable {
    package var address: String
    package var suppression: Suppression

    package init(address: String, suppression: Suppression) {
        self.address = address
        self.suppression = suppression
    }
}

/// The answer to "may I mail this address?".
package enum CheckResult: Sendable, Equatable {
    case mayMail
    case suppressed(Suppression)
}

/// How many reports of one class and origin there were.
package struct ClassCount: Sendable, Hashable {
    package var `class`: Token<MessageClass>
    package var origin: Token<Origin>?
    package var count: Int
}

/// Totals of the ledger.
package struct LedgerSummary: Sendable, Equatable {
    /// Reports that count, by class and origin, in the order of their names.
    package var reports: [ClassCount]
    /// Files with a report that was already known from another file.
    package var duplicates: Int
    /// Addresses that some report named.
    package var addresses: Int
    /// Addresses suppressed at the given time, by reason, in the order of their names.
    package var suppressed: [ReasonCount]
    /// Domains suppressed as a whole at that time.
    package var domains = 0
    package var rules: [RuleHits]

    package struct ReasonCount: Sendable, Hashable {
        package var cause: Suppression.Cause
        package var reason: Token<Reason>
        package var count: Int
    }

    package struct RuleHits: Sendable, Hashable {
        package var rule: String
        /// Files that the rule matched.
        package var hits: Int
        /// The latest arrival of such a file.
        package var lastSeen: Int64
    }
}

/// How many reports of each origin arrived in a time window.
package struct OriginCount: Sendable, Hashable {
    package var local: Int
    package var remote: Int
    package var unknown: Int
}

/// What one run did.
package struct RunRecord: Sendable, Equatable {
    package var maildir: String?
    /// Seconds since 1970 UTC.
    package var started: Int64
    package var ended: Int64
    /// Counts by name; the names are the caller's.
    package var counts: [String: Int]

    package init(maildir: String? = nil, started: Int64, ended: Int64, counts: [String: Int]) {
        self.maildir = maildir
        self.started = started
        self.ended = ended
        self.counts = counts
    }
}
