/// RFC 5322 section 3.3 dates, old forms included.
package enum MailDate {
    /// Seconds since 1970, UTC, or nil where no date can be read: `Tue, 24 Nov 2026 11:27:05 +0000 (UTC)`.
    package static func seconds(_ bytes: Span<UInt8>, in range: Range<Int>) -> Int64? {
        var tokens: [Range<Int>] = []
        var index = range.lowerBound
        while index < range.upperBound, tokens.count < 10 {
            while index < range.upperBound, bytes[index].isSpace || bytes[index] == UInt8(ascii: ",") { index += 1 }
            let start = index
            if index < range.upperBound, bytes[index] == UInt8(ascii: "(") { break }
            while index < range.upperBound, !bytes[index].isSpace, bytes[index] != UInt8(ascii: ",") { index += 1 }
            if index > start { tokens.append(start..<index) }
        }
        var position = 0
        if let first = tokens.first, bytes[first.lowerBound].isLetter { position = 1 }
        guard tokens.count >= position + 4, let day = number(bytes, tokens[position]), (1...31).contains(day),
            let month = month(bytes, tokens[position + 1]), var year = number(bytes, tokens[position + 2])
        else { return nil }
        // Two and three digits: section 4.3.
        if year < 50 { year += 2_000 } else if year < 1_000 { year += 1_900 }
        guard (1_970...9_999).contains(year) else { return nil }
        guard let clock = clock(bytes, tokens[position + 3]) else { return nil }
        let zone = tokens.count > position + 4 ? offset(bytes, tokens[position + 4]) : 0
        return days(year, month, day) * 86_400 + clock - zone
    }

    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        guard range.count <= 5, !range.isEmpty else { return nil }
        var value: Int64 = 0
        for index in range {
            guard bytes[index].isDigit else { return nil }
            value = value * 10 + Int64(bytes[index] - 0x30)
        }
        return value
    }

    private static func month(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        let names: [StaticString] = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ]
        for (index, name) in names.enumerated() where bytes.hasPrefix(name, ignoringCaseIn: range) {
            return Int64(index + 1)
        }
        return nil
    }

    private static func clock(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        var parts: [Int64] = [0]
        for index in range {
            if bytes[index] == UInt8(ascii: ":") || bytes[index] == UInt8(ascii: ".") {
                parts.append(0)
            } else if bytes[index].isDigit, parts[parts.count - 1] < 100 {
                parts[parts.count - 1] = parts[parts.count - 1] * 10 + Int64(bytes[index] - 0x30)
            } else {
                return nil
            }
        }
        guard (2...4).contains(parts.count), parts[0] < 24, parts[1] < 60 else { return nil }
        return parts[0] * 3_600 + parts[1] * 60 + min(parts.count > 2 ? parts[2] : 0, 59)
    }

    /// Zone in seconds east of UTC. Names other than those of section 4.3 mean an unknown zone, read as UTC.
    private static func offset(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64 {
        if let sign = range.first.map({ bytes[$0] }), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            guard let value = number(bytes, (range.lowerBound + 1)..<range.upperBound), value <= 1_500 else { return 0 }
            let seconds = (value / 100 * 60 + value % 100) * 60
            return sign == UInt8(ascii: "-") ? -seconds : seconds
        }
        let zones: [(StaticString, Int64)] = [
            ("edt", -4), ("est", -5), ("cdt", -5), ("cst", -6), ("mdt", -6), ("mst", -7), ("pdt", -7), ("pst", -8),
            ("jst", 9), ("cet", 1), ("cest", 2), ("msk", 3), ("bst", 1),
        ]
        for (name, hours) in zones where bytes.equals(name, ignoringCaseIn: range) { return hours * 3_600 }
        return 0
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
