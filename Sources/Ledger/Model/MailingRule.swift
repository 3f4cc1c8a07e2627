import Bytes

extension Policy {
    /// When failures of mailings suppress an address.
    ///
    /// Three failures in eighty days are a mailbox that is always full if the list mails once a month, and accidents if it
    /// mails every day. So failures are counted in mailings: on so many mailings of a stream in a row. Where the days of
    /// the mailings are not known, as with single mails, failures that are some days apart are counted instead.
    package struct MailingRule: Sendable, Equatable {
        /// On how many mailings of one stream in a row; 0 never suppresses by mailings.
        package var mailings: Int
        /// How many days the last of these must come after the first.
        package var mailingSpanDays: Int
        /// Without known mailings: on how many days, each ``apartDays`` or more after the one before; 0 never suppresses
        /// by days.
        package var days: Int
        package var apartDays: Int
        /// How many days the last of these must come after the first.
        package var spanDays: Int
        /// Within how many days, the first and the last included.
        package var within: Int
        /// How many days a suppression lasts after the last failure that counted; `nil`: until it is lifted.
        package var expiryDays: Int?

        package init(
            mailings: Int, mailingSpanDays: Int, days: Int, apartDays: Int, spanDays: Int, within: Int,
            expiryDays: Int? = nil
        ) {
            self.mailings = mailings
            self.mailingSpanDays = mailingSpanDays
            self.days = days
            self.apartDays = apartDays
            self.spanDays = spanDays
            self.within = within
            self.expiryDays = expiryDays
        }
    }
}

/// The failures of an address in one stream, compared with the stream's mailings.
struct MailingRow: Equatable {
    /// How many count.
    var count: Int
    /// How many days lie between the first and the last of them.
    var spanDays: Int
    /// Whether they are mailings in a row; otherwise they are days apart.
    var isOfMailings: Bool
    /// The last day of the mailing before a row of mailings, which had no failure; `nil` if none is known.
    var endBefore: Int64?

    /// Whether a rule suppresses for it.
    func satisfies(_ rule: Policy.MailingRule) -> Bool {
        isOfMailings
            ? rule.mailings > 0 && count >= rule.mailings && spanDays >= rule.mailingSpanDays
            : rule.days > 0 && count >= rule.days && spanDays >= rule.spanDays
    }
}

extension MailingRow {
    /// A mailing of the stream: one day, or two that are one night, with what came of it for the address.
    private struct Occasion {
        enum Outcome { case failed, othersFault, arrived }

        var first: Int64
        var last: Int64
        var outcome: Outcome
        /// The first and the last day on which it failed.
        var failures: ClosedRange<Int64>?
    }

    /// What the failure of a day belongs to: a row of mailings if that is enough for the rule, or if no other failures
    /// are; otherwise days that are far enough apart.
    ///
    /// - Parameters:
    ///   - day: one of the failures.
    ///   - failures: days since 1970, ascending, no two alike.
    ///   - others: failures that are another's fault, such as an outage of the network: these mailings do not count, and
    ///     do not end the row.
    ///   - mailings: the days on which the stream was mailed, likewise. A mailing without a failure ends the row.
    init(
        of day: Int64, failures: [Int64], others: Set<Int64> = [], mailings: [Int64], _ rule: Policy.MailingRule
    ) {
        let mailings = MailingRow.mailings(mailings, Set(failures), others)
        let end = mailings.last { $0.last < day && $0.outcome == .arrived }?.last ?? .min
        let apart = MailingRow(apart: failures.filter { $0 > end && $0 <= day }, until: day, rule)
        guard let place = mailings.firstIndex(where: { $0.first <= day && day <= $0.last }) else {
            self = apart
            return
        }
        let row = MailingRow(ofMailing: place, day: day, mailings)
        self = apart.satisfies(rule) && !row.satisfies(rule) ? apart : row
    }

    /// The days taken together: two next to each other, with no third beside them, are one mailing that went on past
    /// midnight.
    private static func mailings(_ days: [Int64], _ failed: Set<Int64>, _ others: Set<Int64>) -> [Occasion] {
        func isNext(_ left: Int) -> Bool { left >= 0 && left + 1 < days.count && days[left + 1] - days[left] == 1 }
        var mailings: [Occasion] = []
        var place = 0
        while place < days.count {
            let isNight = isNext(place) && !isNext(place - 1) && !isNext(place + 1)
            let last = isNight ? place + 1 : place
            let own = days[place...last].filter(failed.contains)
            var mailing = Occasion(first: days[place], last: days[last], outcome: .arrived)
            if let first = own.first, let last = own.last {
                mailing.failures = first...last
                mailing.outcome = .failed
            } else if days[place...last].contains(where: others.contains) {
                mailing.outcome = .othersFault
            }
            mailings.append(mailing)
            place = last + 1
        }
        return mailings
    }

    /// The row to which a mailing belongs.
    private init(ofMailing place: Int, day: Int64, _ mailings: [Occasion]) {
        var (start, end) = (day, day)
        var count = 0
        var endBefore: Int64?
        func take(_ mailing: Occasion) -> Bool {
            if let failures = mailing.failures {
                (start, end, count) = (min(start, failures.lowerBound), max(end, failures.upperBound), count + 1)
            }
            return mailing.outcome != .arrived
        }
        for mailing in mailings[...place].reversed() where !take(mailing) {
            endBefore = mailing.last
            break
        }
        for mailing in mailings[(place + 1)...] where !take(mailing) { break }
        self.init(count: count, spanDays: Int(end - start), isOfMailings: true, endBefore: endBefore)
    }

    /// Counts days that are far enough apart, the first of them first.
    private init(apart days: [Int64], until day: Int64, _ rule: Policy.MailingRule) {
        var counted: [Int64] = []
        for failure in days where failure > day - Int64(rule.within) {
            if let last = counted.last, failure - last < Int64(rule.apartDays) { continue }
            counted.append(failure)
        }
        // The last failure counts for the span, whether it is far enough from the one before or not.
        self.init(count: counted.count, spanDays: counted.first.map { Int(day - $0) } ?? 0, isOfMailings: false)
    }
}
