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
        let failed = Set(failures)
        let mailings = others.isEmpty ? mailings : mailings.filter { !others.contains($0) || failed.contains($0) }
        let end = mailings.last { $0 < day && !failed.contains($0) } ?? .min
        let apart = MailingRow(apart: failures.filter { $0 > end && $0 <= day }, until: day, rule)
        guard let place = MailingRow.place(of: day, in: mailings) else {
            self = apart
            return
        }
        let row = MailingRow(ofMailing: place, day: day, failed, mailings)
        self = apart.satisfies(rule) && !row.satisfies(rule) ? apart : row
    }

    /// The row to which a mailing belongs.
    private init(ofMailing place: Int, day: Int64, _ failed: Set<Int64>, _ mailings: [Int64]) {
        var (first, last) = MailingRow.mailing(at: place, in: mailings)
        var (start, end) = MailingRow.failures(in: mailings[first...last], failed) ?? (day, day)
        var count = 1
        var endBefore: Int64?
        while first > 0 {
            let before = MailingRow.mailing(at: first - 1, in: mailings)
            guard let days = MailingRow.failures(in: mailings[before.first...before.last], failed) else {
                endBefore = mailings[before.last]
                break
            }
            (first, start, count) = (before.first, days.first, count + 1)
        }
        while last + 1 < mailings.count {
            let next = MailingRow.mailing(at: last + 1, in: mailings)
            guard let days = MailingRow.failures(in: mailings[next.first...next.last], failed) else { break }
            (last, end, count) = (next.last, days.last, count + 1)
        }
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

    /// Two days next to each other, with no third beside them, are one mailing that went on past midnight.
    private static func mailing(at place: Int, in days: [Int64]) -> (first: Int, last: Int) {
        func isNext(_ left: Int, _ right: Int) -> Bool {
            left >= 0 && right < days.count && days[right] - days[left] == 1
        }
        if isNext(place, place + 1), !isNext(place - 1, place), !isNext(place + 1, place + 2) {
            return (place, place + 1)
        }
        if isNext(place - 1, place), !isNext(place - 2, place - 1), !isNext(place, place + 1) {
            return (place - 1, place)
        }
        return (place, place)
    }

    /// The first and the last day of a mailing on which it failed; `nil` if it did not.
    private static func failures(in mailing: ArraySlice<Int64>, _ failed: Set<Int64>) -> (first: Int64, last: Int64)? {
        let days = mailing.filter(failed.contains)
        guard let first = days.first, let last = days.last else { return nil }
        return (first, last)
    }

    private static func place(of day: Int64, in days: [Int64]) -> Int? {
        var (low, high) = (0, days.count)
        while low < high {
            let middle = (low + high) / 2
            if days[middle] < day { low = middle + 1 } else { high = middle }
        }
        return low < days.count && days[low] == day ? low : nil
    }
}
