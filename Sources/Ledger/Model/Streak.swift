import Verdict

/// The distinct days on which something was counted since the streak began.
struct Streak: Sendable, Equatable {
    /// What is counted here: a cause, and after a space what an override of the policy matches.
    var name: String
    /// Calendar days since 1970, ascending, no two alike.
    var days: [Int64]

    var isSoft: Bool {
        ([Suppression.Cause.soft.name] + Party.allCases.map(\.rawValue)).contains {
            name.prefix { $0 != " " } == $0
        }
    }

    /// Whether it only remembers on which mailings the sender was at fault.
    var isSendersFault: Bool { name.hasPrefix(Party.sender.rawValue + " ") }

    /// The name for the failures of mailings of a stream.
    static func name(_ party: Party, stream: String?) -> String {
        stream.map { party.rawValue + " " + $0 } ?? party.rawValue
    }

    /// Takes one more day of a mailing, whatever its place among the others.
    mutating func add(mailed day: Int64) {
        let place = days.firstIndex { $0 >= day } ?? days.endIndex
        if place < days.endIndex, days[place] == day { return }
        days.insert(day, at: place)
        if let last = days.last { days.removeAll { $0 <= last - LedgerLimits.streakDays } }
        if days.count > LedgerLimits.streakLength { days.removeFirst(days.count - LedgerLimits.streakLength) }
    }

    /// Whether a mail that arrives shows that it was an accident.
    var endsWithDelivery: Bool { isSoft || name == Policy.hostUnknownStreak }

    /// Whether there are as many days as a rule asks for, far enough apart.
    func satisfies(_ rule: Policy.Rule) -> Bool {
        guard let first = days.first, let last = days.last else { return false }
        return days.count >= rule.days && last - first >= Int64(rule.spanDays)
    }

    /// Takes one more day; forgets what the rule forgets.
    mutating func add(day: Int64, rule: Policy.Rule) {
        if let last = days.last {
            // Happens only after a base that was made from later events.
            if day < last {
                return
            }
            if day - last > Int64(rule.quietDays) {
                days.removeAll()
            } else if last == day {
                return
            }
        }
        days.append(day)
        let first = day - Int64(rule.within) + 1
        if let oldest = days.first, oldest < first {
            days.removeAll { $0 < first }
        }
    }
}

/// The streaks of one address in the ledger: for each its name's length and bytes, the number of days, the first day and
/// the steps between the days, every number as a base-128 varint.
enum StreakCoding {
    static func encode(_ streaks: [Streak]) -> [UInt8]? {
        if streaks.isEmpty {
            return nil
        }
        var bytes = [UInt8]()
        for streak in streaks {
            append(UInt64(streak.name.utf8.count), to: &bytes)
            bytes.append(contentsOf: streak.name.utf8)
            append(UInt64(streak.days.count), to: &bytes)
            var last: Int64 = 0
            for day in streak.days {
                append(UInt64(bitPattern: day - last), to: &bytes)
                last = day
            }
        }
        return bytes
    }

    /// What `encode` wrote; `nil` if the bytes are damaged.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> [Streak]? {
        var streaks = [Streak]()
        var position = 0
        while position < bytes.count {
            guard let length = number(bytes, &position), length <= UInt64(bytes.count - position) else { return nil }
            let name = String(decoding: bytes[position..<position + Int(length)], as: UTF8.self)
            position += Int(length)
            guard let count = number(bytes, &position), count <= UInt64(bytes.count - position) else { return nil }
            var days = [Int64]()
            var last: Int64 = 0
            for _ in 0..<count {
                guard let step = number(bytes, &position) else { return nil }
                last &+= Int64(bitPattern: step)
                days.append(last)
            }
            streaks.append(Streak(name: name, days: days))
        }
        return streaks
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> UInt64? {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count && shift < 64 {
            let byte = bytes[position]
            position += 1
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                return result
            }
            shift += 7
        }
        return nil
    }
}
