import Bytes
import Ledger
import Verdict

/// How a year went for the addresses of each cadence.
package struct YearResult: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var good = 0
        /// Good addresses that were left out at the end: each one is lost for nothing.
        package var goodSuppressed: [String] = []
        /// The same of those whom a single forged mail was about, and how many these are.
        package var forged = 0
        package var forgedSuppressed = 0
        /// Those that are not as they should be, with what they had.
        package var remarks: [String] = []
        package var dead = 0
        /// Left out after the first report, or, of a domain that does not exist, after the second.
        package var deadAtOnce = 0
        /// Mailed again after that; what the brake held back is among them.
        package var deadLater = 0
        package var deadMissed = 0
        /// Full, or suspended, for good: for long enough to be found.
        package var full = 0
        package var fullInTime = 0
        package var fullLate = 0
        package var fullMissed = 0
        /// The most mailings, and days, that one of them failed on.
        package var mostFailures = 0
        package var mostDays = 0
    }

    package private(set) var rows: [MailingList.Cadence: Row] = [:]

    package var total: Row {
        rows.values.reduce(into: Row()) { sum, row in
            sum.good += row.good
            sum.goodSuppressed += row.goodSuppressed
            sum.forged += row.forged
            sum.forgedSuppressed += row.forgedSuppressed
            sum.remarks += row.remarks
            sum.dead += row.dead
            sum.deadAtOnce += row.deadAtOnce
            sum.deadLater += row.deadLater
            sum.deadMissed += row.deadMissed
            sum.full += row.full
            sum.fullInTime += row.fullInTime
            sum.fullLate += row.fullLate
            sum.fullMissed += row.fullMissed
            sum.mostFailures = max(sum.mostFailures, row.mostFailures)
            sum.mostDays = max(sum.mostDays, row.mostDays)
        }
    }

    /// The goal for a mailbox that stays full: within so many mailings, or so many days, whichever is later.
    package static let mailings = 4
    package static let days = 45

    fileprivate mutating func add(_ cadence: MailingList.Cadence, _ change: (inout Row) -> Void) {
        change(&rows[cadence, default: Row()])
    }
}

/// Sends a year of mailings, and gives the ledger what comes back.
package struct YearRun {
    /// What an address has had since it is dead or full.
    private struct Failures {
        var count = 0
        var first = 0
        var last = 0
        /// Days from the first to the last failure between these that was another's fault: nobody can know then that the
        /// mailbox is full.
        var foreign: ClosedRange<Int>?

        /// How many days it took, without those.
        var days: Int { last - first - (foreign.map { $0.upperBound - $0.lowerBound + 1 } ?? 0) }
    }

    package let year: Year
    private let ledger: LedgerStore
    private var waiting: [[DeliveryEvent]]
    private var failures: [Int: Failures] = [:]
    package private(set) var reports = 0

    package init(_ year: Year, _ ledger: LedgerStore) {
        self.year = year
        self.ledger = ledger
        waiting = Array(repeating: [], count: Year.days + 12)
    }

    /// Who is mailed on a day is asked in the ledger first, as an application does.
    package mutating func run(batch: Int = 1_000) throws {
        var suppressed = Set<String>()
        for day in 0..<Year.days {
            for address in 0..<year.count {
                guard let time = year.mail(to: address, on: day), let event = year.report(on: address, mailedAt: time)
                else {
                    continue
                }
                if suppressed.contains(event.outcomes[0].address) { continue }
                waiting[Int((event.arrival - Year.start) / 86_400)].append(event)
                note(address, day, event.outcomes[0].reason.value)
            }
            let events = (waiting[day] + year.forged(on: day)).sorted { $0.arrival < $1.arrival }
            waiting[day] = []
            reports += events.count
            for start in stride(from: 0, to: events.count, by: batch) {
                try ledger.commit(Array(events[start..<min(start + batch, events.count)]))
            }
            suppressed.removeAll(keepingCapacity: true)
            try ledger.suppressed(at: Year.start + Int64(day + 1) * 86_400) { row in
                suppressed.insert(row.address)
                return true
            }
        }
    }

    private mutating func note(_ address: Int, _ day: Int, _ reason: Reason?) {
        let fate = year.fate(of: address)
        guard !fate.state.isGood, fate.holds(on: day) else { return }
        let own: Reason? =
            switch fate.state {
            case .dead: .userUnknown
            case .domainGone: .hostUnknown
            case .full: .mailboxFull
            default: .suspend
            }
        guard reason == own else {
            let known = failures[address]?.foreign
            failures[address]?.foreign = min(known?.lowerBound ?? day, day)...day
            return
        }
        var known = failures[address] ?? Failures(first: day)
        known.count += 1
        known.last = day
        failures[address] = known
    }

    /// What came of it.
    package func result() throws -> YearResult {
        var suppressed: [String: Suppression] = [:]
        try ledger.suppressed(at: Year.start + Int64(Year.days) * 86_400) { row in
            suppressed[row.address] = row.suppression
            return true
        }
        var result = YearResult()
        let targets = year.singleTargets
        for address in 0..<year.count {
            let fate = year.fate(of: address)
            let name = year.name(of: address)
            let isOut = suppressed[name] != nil
            result.add(year.list(of: address).cadence) { row in
                if fate.state.isGood, targets.contains(address) {
                    row.forged += 1
                    if isOut { row.forgedSuppressed += 1 }
                    return
                }
                if fate.state.isGood {
                    row.good += 1
                    if let suppression = suppressed[name] {
                        row.goodSuppressed.append(
                            "\(name): \(suppression.why) since \(timestamp(suppression.since) ?? "?")")
                    }
                    return
                }
                guard let failure = failures[address] else { return }
                if fate.state.isDead {
                    row.dead += 1
                    let allowed = fate.state == .dead ? 1 : 2
                    if isOut && failure.count <= allowed {
                        row.deadAtOnce += 1
                    } else if isOut || failure.count < allowed || failure.last > Year.days - 5 {
                        row.deadLater += 1
                    } else {
                        row.deadMissed += 1
                        row.remarks.append("dead and missed: \(name), \(failure.count) failures to day \(failure.last)")
                    }
                    return
                }
                let days = failure.days
                let isDue = failure.count > YearResult.mailings && days > YearResult.days
                guard isOut || isDue else { return }
                row.full += 1
                row.mostFailures = max(row.mostFailures, failure.count)
                row.mostDays = max(row.mostDays, days)
                if !isOut {
                    row.fullMissed += 1
                    row.remarks.append("full and missed: \(name), \(failure.count) failures in \(days) days")
                } else if failure.count <= YearResult.mailings || days <= YearResult.days {
                    row.fullInTime += 1
                } else {
                    row.fullLate += 1
                    row.remarks.append("full and late: \(name), \(failure.count) failures in \(days) days")
                }
            }
        }
        return result
    }
}
