import Verdict

/// Which hours are spikes, looked up by provider and reason on demand.
package final class BrakeStatuses {
    private let terms: TermTable?
    private let select: (any Query)?
    private var known: [BrakePairName: [Int64: BrakeStatus]] = [:]
    private let selectAny: (any Query)?
    /// Most ledgers have no spike, and then no look-up is needed. Nil before the first look-up.
    private var isEmpty: Bool?

    private static let cacheLimit = 20_000

    /// The statuses as they are stored.
    init(_ connection: any Connection, _ terms: TermTable) throws {
        self.terms = terms
        select = try connection.prepare(
            """
            SELECT hour, status FROM brake_hour INDEXED BY brake_status
            WHERE provider = ?1 AND reason = ?2 AND status <> 0
            """)
        selectAny = try connection.prepare(
            "SELECT 1 FROM brake_hour INDEXED BY brake_status WHERE status <> 0 LIMIT 1")
    }

    /// Only the statuses that are set here.
    init() {
        terms = nil
        select = nil
        selectAny = nil
        isEmpty = true
    }

    /// Marks the events that a spike holds.
    func mark(_ events: inout [AddressEvent], domain: String) throws {
        guard try hasAny() else { return }
        for index in events.indices where events[index].isBraked {
            let hours = try hours(BrakePairName(provider: domain, reason: events[index].reason))
            events[index].brake = hours[events[index].hour] ?? .normal
        }
    }

    /// Whether any hour has a status other than normal.
    func hasAny() throws -> Bool {
        if let isEmpty { return !isEmpty }
        defer { selectAny?.reset() }
        let found = try selectAny?.step() ?? false
        isEmpty = !found
        return found
    }

    /// Sets a status that was stored, or that is hypothetical.
    func set(_ status: BrakeStatus, provider: String, reason: Token<Reason>, hour: Int64) throws {
        let pair = BrakePairName(provider: provider, reason: reason)
        var hours = try hours(pair)
        hours[hour] = status == .normal ? nil : status
        known[pair] = hours
        isEmpty = false
    }

    private func hours(_ pair: BrakePairName) throws -> [Int64: BrakeStatus] {
        if let hours = known[pair] {
            return hours
        }
        guard let select, let terms else { return [:] }
        if known.count >= BrakeStatuses.cacheLimit { known.removeAll() }
        var hours = [Int64: BrakeStatus]()
        if let provider = try terms.known(pair.provider), let reason = try terms.known(pair.reason.text) {
            defer { select.reset() }
            try select.bind(1, provider)
            try select.bind(2, reason)
            while try select.step() {
                hours[select.integer(0)] = BrakeStatus(rawValue: select.integer(1))
            }
        }
        known[pair] = hours
        return hours
    }
}
