import Ledger
import Verdict
import Week

/// A year of mailings to addresses of which the truth is known.
///
/// Each address is on one list: daily, weekly, every two weeks or monthly lists of different sizes, some of them so small
/// that few reports come, or it gets single mails, such as receipts, at any time. What happens to it, when, and for how
/// long is drawn from the seed. Over all lists come two outages of a provider, one that answers "user unknown" for two
/// hours, an outage of our own resolver, a month on a block list, and five days of a wrong DMARC record.
package struct Year: Sendable {
    /// Monday, 2 November 2026, 00:00 UTC.
    package static let start = Week.start
    package static let days = 365
    static let second: Int64 = 86_400

    package let count: Int
    let seed: UInt64
    let lists: [MailingList]
    let incidents: Incidents

    package init(addresses: Int, seed: UInt64) {
        count = addresses
        self.seed = seed
        lists = MailingList.all(addresses: addresses)
        incidents = Incidents(seed: seed)
    }

    /// A number from 0 that depends on the seed, an address and a purpose.
    func random(_ address: Int, _ purpose: UInt64, below limit: Int) -> Int {
        Int(mixed(seed &* 0x9E37_79B9, UInt64(address), purpose) % UInt64(max(limit, 1)))
    }

    package func list(of address: Int) -> MailingList {
        lists.first { address < $0.end } ?? lists[lists.count - 1]
    }

    package func fate(of address: Int) -> YearFate { YearFate(self, address) }

    /// The domain of an address: one of six large providers, or one of many small ones.
    func domain(of address: Int) -> String {
        switch random(address, 1, below: 100) {
        case 0..<25: "alpha.example"
        case 25..<37: "beta.example"
        case 37..<47: "gamma.example"
        case 47..<52: "delta.example"
        case 52..<57: "epsilon.example"
        case 57..<60: "zeta.example"
        default: "d\(random(address, 2, below: max(count / 25, 10))).example"
        }
    }

    package func name(of address: Int) -> String {
        let fate = fate(of: address)
        // A domain that is given up has one address here: the others would be given up, too.
        let domain = fate.state == .domainGone ? "gone\(address).example" : domain(of: address)
        // As the ledger spells it.
        return "\(fate.state.rawValue.lowercased())-\(list(of: address).cadence.rawValue)-\(address)@\(domain)"
    }

    /// When an address is mailed on a day, in seconds since 1970; `nil` if it is not.
    package func mail(to address: Int, on day: Int) -> Int64? {
        let list = list(of: address)
        let start = Year.start + Int64(day) * Year.second
        guard list.cadence != .single else {
            // From twice a week to once in two months.
            let rate = [3, 4, 7, 14, 30, 60][random(address, 3, below: 6)]
            guard random(address, 1_000 + UInt64(day), below: rate) == 0 else { return nil }
            return start + Int64(random(address, 2_000 + UInt64(day), below: 86_400))
        }
        guard list.mails(on: day, self) else { return nil }
        return start + list.hour * 3_600 + Int64(random(address, 4, below: 3 * 3_600))
    }
}

/// A mailing list, or the single mails of one sender.
package struct MailingList: Sendable {
    package enum Cadence: String, Sendable, CaseIterable {
        case daily, weekly, biweekly, monthly, single
    }

    package let cadence: Cadence
    let name: String
    /// The number of the last address on it, plus one.
    let end: Int
    /// When it is sent; at 23 it goes on past midnight.
    let hour: Int64
    private let number: UInt64
    private let weekday: Int

    /// Three of each kind: a large one, a small one, and one of some dozens of addresses.
    static func all(addresses: Int) -> [MailingList] {
        var lists: [MailingList] = []
        var end = 0
        let shares: [(Cadence, Int)] = [(.daily, 15), (.weekly, 30), (.biweekly, 15), (.monthly, 25), (.single, 15)]
        for (cadence, share) in shares {
            let whole = addresses * share / 100
            for (number, size) in [whole - whole / 20 - whole / 200, whole / 20, whole / 200].enumerated() {
                end += size
                lists.append(MailingList(cadence, lists.count, end: end, isLate: number == 1))
            }
        }
        return lists
    }

    private init(_ cadence: Cadence, _ number: Int, end: Int, isLate: Bool) {
        self.cadence = cadence
        self.end = end
        self.number = UInt64(number)
        name = cadence == .single ? "receipts\(number)@shop.example" : "\(cadence.rawValue)\(number).news.example"
        hour = isLate ? 23 : 9
        weekday = number % 5
    }

    func mails(on day: Int, _ year: Year) -> Bool {
        // One mailing in thirty is left out.
        func isHeld(_ number: Int) -> Bool { year.random(Int(self.number), 500 + UInt64(number), below: 30) > 0 }
        switch cadence {
        case .daily: return isHeld(day)
        case .weekly: return day % 7 == weekday && isHeld(day)
        case .biweekly: return day % 14 == weekday && isHeld(day)
        case .monthly: return [4, 33, 64, 95, 124, 154, 186, 215, 246, 277, 306, 337].contains(day)
        case .single: return false
        }
    }
}

/// What happens to one address in the year.
package struct YearFate: Sendable {
    package enum State: String, Sendable, CaseIterable {
        case good, dead, domainGone, full, fullForAWhile, suspended, greyListed, unreliable

        /// Whether it may be mailed all the year, whatever happens.
        package var isGood: Bool { [.good, .fullForAWhile, .greyListed, .unreliable].contains(self) }
        /// Whether it must be left out after its first report, or after two.
        package var isDead: Bool { self == .dead || self == .domainGone }
    }

    package let state: State
    /// The first day on which it is so, and for how many days.
    package let first: Int
    let length: Int
    /// Days on which its server cannot be reached: three in a quarter.
    let accidents: [Int]

    init(_ year: Year, _ address: Int) {
        let draw = year.random(address, 10, below: 1_000)
        state =
            switch draw {
            case 0..<30: .dead
            case 30..<33: .domainGone
            case 33..<53: .full
            case 53..<60: .suspended
            case 60..<110: .fullForAWhile
            case 110..<140: .greyListed
            case 140..<260: .unreliable
            default: .good
            }
        // Some were so before the year began.
        first = max(0, year.random(address, 11, below: Year.days + 60) - 60)
        length = state == .fullForAWhile ? 3 + year.random(address, 12, below: 8) : Year.days
        accidents =
            state != .unreliable
            ? [] : (0..<12).map { ($0 / 3) * 91 + year.random(address, 20 + UInt64($0), below: 91) }
    }

    /// A mailbox that is full for a while is so again four months later.
    func holds(on day: Int) -> Bool {
        let day = state == .fullForAWhile && day >= first + 120 ? day - 120 : day
        return day >= first && day < first + length
    }
}

/// What happens to many at once.
struct Incidents: Sendable {
    /// Days and lengths, in seconds since 1970.
    let outages: [Range<Int64>]
    let wrongAnswers: Range<Int64>
    let resolver: Range<Int64>
    let blockList: Range<Int64>
    let wrongDMARC: Range<Int64>

    init(seed: UInt64) {
        func span(_ purpose: UInt64, _ shortest: Int64, _ longest: Int64) -> Range<Int64> {
            let first = Int64(mixed(seed, 1, 100 + purpose) % 320) + 10
            // On a weekday, from eight in the morning on: when most is mailed.
            let begin =
                Year.start + (first - first % 7 + Int64(mixed(seed, 2, 100 + purpose) % 5)) * Year.second + 8 * 3_600
            let length = shortest + Int64(mixed(seed, 3, 100 + purpose) % UInt64(longest - shortest + 1))
            return begin..<begin + length
        }
        let (hour, day) = (3_600 as Int64, Year.second)
        outages = [span(1, day, 6 * day), span(2, day, 6 * day)]
        wrongAnswers = span(3, 2 * hour, 3 * hour)
        resolver = span(4, 2 * hour, 30 * hour)
        blockList = span(5, 28 * day, 31 * day)
        wrongDMARC = span(6, 5 * day, 5 * day)
    }
}
