import Bytes
import Verdict

/// One row of the feed: an address, or a whole domain, became suppressed or free.
package struct LedgerChange: Sendable, Equatable {
    /// What happened. The raw value is what the ledger holds.
    package enum Kind: Int64, Sendable, CaseIterable {
        /// It must not be mailed, or for a stronger cause than before.
        case suppressed = 1
        /// It may be mailed again.
        case released = 2
        /// The brake holds back what would suppress it: it may be mailed, even if it was suppressed before.
        case held = 3
        /// Its suppression has ended by itself.
        case lapsed = 4
        /// It was forgotten: ``key`` says which, `check` whether it may be mailed.
        case erased = 5
        /// No report has come on a canary in its time; ``canary`` says which. It is about no address.
        case overdue = 6

        package var name: String {
            switch self {
            case .suppressed: "suppressed"
            case .released: "released"
            case .held: "held"
            case .lapsed: "lapsed"
            case .erased: "erased"
            case .overdue: "overdue"
            }
        }
    }

    /// Only grows, in the order of the commits; some numbers have no row. `nil` in a snapshot.
    package var number: Int64?
    /// When it was written, in seconds since 1970 UTC; in a snapshot since when it is so.
    package var at: Int64
    package var kind: Kind
    /// In canonical form; `nil` if it is about a domain or an erased address.
    package var address: String?
    package var domain: DomainPattern?
    /// The same for all rows about an address, and for no other: hexadecimal digits of a keyed hash.
    package var key: String?
    /// Of what suppressed it, or had until now.
    package var suppression: Suppression?
    /// The only stream that it is about; `nil`: all mail.
    package var stream: String?
    /// The kind and the target of a canary that is overdue: `remote refuses.example`.
    package var canary: String?
    /// The report that brought it about, if it was one that is known.
    var delivery: Int64?
    /// What the ledger has of the mail that came back with it.
    package var captured: [CapturedField] = []
}

/// What readers of the feed were told of an address.
struct ToldState: Equatable {
    enum Status: Equatable {
        case free
        case held
        case suppressed(Suppression.Cause)
    }

    var status = Status.free
    var streams = Set<String>()

    /// - Parameter moment: up to which the ends of suppressions were told.
    init(_ state: AddressState?, at moment: Int64) {
        guard let state else { return }
        if let suppression = state.suppression, suppression.holds(at: moment) {
            status = .suppressed(suppression.cause)
        } else if state.held != nil {
            status = .held
        }
        streams = Set(state.unsubscribed.map(\.stream))
    }
}
