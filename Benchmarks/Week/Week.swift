import Ledger
import Verdict

/// A week of reports about addresses of which the truth is known.
///
/// Seven in ten addresses get a newsletter, on Tuesday and on Friday between nine and twelve; the others get three mails
/// in the week at any time. Nobody asks the ledger before mailing, so the dead bounce each time. On Tuesday from 8:37 to
/// 10:37, neither hour whole and in the middle of the newsletter, one provider answers "user unknown" to everybody; on
/// Friday from 9:30 to 10:30 another blocks everybody.
///
/// A plan of 8 bytes an event; the events themselves are made as they are asked for.
package struct Week: Sendable {
    /// Monday, 2 November 2026, 00:00 UTC.
    package static let start: Int64 = 1_793_577_600
    package static let seconds: Int64 = 7 * 86_400
    package static let failing = "alpha.example"
    package static let blocking = "beta.example"
    /// Tuesday 8:37 to 10:37.
    package static let failure: Range<Int64> = start + 117_420..<start + 124_620
    /// Friday 9:30 to 10:30.
    package static let block: Range<Int64> = start + 379_800..<start + 383_400

    let seed: UInt64
    private let plan: [UInt64]

    /// - Parameters:
    ///   - reports: how many there are in all.
    ///   - goodAtFailing: how many good addresses the failing provider has on the list; else an eighth of `reports`.
    package init(reports: Int, seed: UInt64, goodAtFailing: Int? = nil) {
        self.seed = seed
        var plan = [UInt64]()
        plan.reserveCapacity(reports)
        func add(_ population: Population, _ count: Int) {
            for number in 0..<UInt64(count) {
                Week.times(population, number, seed) { second in
                    plan.append(UInt64(second) << 40 | population.rawValue << 36 | number)
                }
            }
        }
        add(.goodAtFailing, goodAtFailing ?? reports / 8)
        add(.goodAtBlocking, reports / 16)
        add(.dead, reports * 23 / 100)
        add(.full, reports / 50)
        add(.flaky, reports * 3 / 40)
        // The rest: each an address of its own.
        add(.away, max(0, reports - plan.count))
        plan.removeLast(max(0, plan.count - reports))
        plan.sort()
        self.plan = plan
    }

    package var count: Int { plan.count }

    /// The seconds of the week at which mail to an address makes a report.
    private static func times(_ population: Population, _ number: UInt64, _ seed: UInt64, _ each: (Int64) -> Void) {
        func random(_ purpose: UInt64, below limit: UInt64) -> Int64 {
            Int64(mixed(seed ^ population.rawValue << 56, number, purpose) % limit)
        }
        func mailings(_ each: (Int64) -> Void) {
            if random(1, below: 10) < 7 {
                each(86_400 + 9 * 3_600 + random(2, below: 3 * 3_600))
                each(4 * 86_400 + 9 * 3_600 + random(3, below: 3 * 3_600))
            } else {
                for mailing in 0..<3 as Range<UInt64> { each(random(4 + mailing, below: UInt64(seconds))) }
            }
        }
        switch population {
        case .dead: mailings(each)
        case .goodAtFailing: mailings { if failure.contains(start + $0) { each($0) } }
        case .goodAtBlocking: mailings { if block.contains(start + $0) { each($0) } }
        case .full: for day in 0..<7 as Range<UInt64> { each(Int64(day) * 86_400 + random(10 + day, below: 86_400)) }
        case .flaky:
            let first = random(8, below: 5)
            for day in 0...random(9, below: 3) {
                each((first + day) * 86_400 + random(10 + UInt64(day), below: 86_400))
            }
        case .away: each(random(10, below: UInt64(seconds)))
        }
    }

    /// One report of the plan, in the order of arrival.
    package func event(_ index: Int) -> DeliveryEvent {
        let second = Int64(plan[index] >> 40)
        let population = Population(rawValue: plan[index] >> 36 & 0xF) ?? .away
        return event(population, plan[index] & 0xF_FFFF_FFFF, at: Week.start + second, name: UInt64(index))
    }

    /// What the dead send back to one more mailing, on the Tuesday after: all that the plan holds of them.
    package func nextMailing(_ index: Int) -> DeliveryEvent? {
        let population = Population(rawValue: plan[index] >> 36 & 0xF)
        let number = plan[index] & 0xF_FFFF_FFFF
        guard population == .dead else { return nil }
        let at = Week.start + Week.seconds + 86_400 + 9 * 3_600 + Int64(mixed(seed, number, 20) % 10_800)
        return event(.dead, number, at: at, name: 1 << 40 | number)
    }

    private func event(_ population: Population, _ number: UInt64, at time: Int64, name: UInt64) -> DeliveryEvent {
        let domain = domain(population, number)
        let address = "\(population.letter)\(number)@\(domain)"
        let answer = Answer(population, domain, at: time)
        let outcome = answer.kind.map { kind in
            OutcomeEvent(
                address: address, fate: Fate(kind), reason: Token(answer.reason), status: answer.status,
                replyCode: answer.code,
                action: "failed", diagnostic: "\(answer.code) \(answer.status) <\(address)>: \(answer.text)",
                remoteMTA: "mx.\(domain)", command: "RCPT TO")
        }
        return DeliveryEvent(
            key: DeliveryKey(
                maildir: "/var/vmail/bounces/Maildir", unique: Array("\(time).V801I\(name)M\(name % 999_983).mail".utf8)
            ),
            messageID: "<\(time).\(name)@mail.news.example>",
            fingerprint: Fingerprint(high: mixed(seed, name, 30), low: mixed(seed, name, 31)),
            class: Token(answer.class),
            origin: Token(population == .away ? .remote : .local), arrival: time, dialect: "postfix",
            reportingMTA: "mail.news.example", outcomes: outcome.map { [$0] } ?? [], rules: [answer.rule])
    }

    /// A few large providers have six in ten of all addresses, two thousand domains the others.
    private func domain(_ population: Population, _ number: UInt64) -> String {
        switch population {
        case .goodAtFailing: return Week.failing
        case .goodAtBlocking: return Week.blocking
        default: break
        }
        let random = mixed(seed ^ population.rawValue << 56, number, 0)
        switch random % 100 {
        case 0..<25: return Week.failing
        case 25..<37: return Week.blocking
        case 37..<47: return "gamma.example"
        case 47..<52: return "delta.example"
        case 52..<57: return "epsilon.example"
        case 57..<60: return "zeta.example"
        default:
            // The larger of two numbers: some domains have many more than others.
            let (one, two) = (random >> 32 % 2_000, random >> 45 % 2_000)
            return "d\(max(one, two)).example"
        }
    }
}

/// What a server answers.
private struct Answer {
    var `class`: MessageClass
    var kind: OutcomeKind?
    var reason = Reason.undefined
    var status = ""
    var code = ""
    var text = ""
    var rule = ""

    init(_ population: Population, _ domain: String, at time: Int64) {
        if population == .away {
            (`class`, rule) = (.autoReply, "auto-reply/auto-submitted")
        } else if domain == Week.failing && Week.failure.contains(time)
            || population == .dead && !isBlocked(domain, time)
        {
            (`class`, kind, reason, status, code) = (.hardBounce, .hard, .userUnknown, "5.1.1", "550")
            (text, rule) = ("Recipient address rejected: User unknown", "text/userunknown")
        } else if isBlocked(domain, time) {
            (`class`, kind, reason, status, code) = (.softBounce, .soft, .blocked, "5.7.1", "554")
            (text, rule) = ("Service unavailable; client host blocked", "text/blocked")
        } else {
            (`class`, kind, reason, status, code) = (.softBounce, .soft, .mailboxFull, "5.2.2", "552")
            (text, rule) = ("Mailbox full, over quota", "text/mailboxfull")
        }
    }
}

private func isBlocked(_ domain: String, _ time: Int64) -> Bool {
    domain == Week.blocking && Week.block.contains(time)
}
