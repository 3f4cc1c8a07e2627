import Bytes

/// RFC 5322 section 3.3 dates, and the other forms that mail carries: asctime(3), date(1), ISO 8601, `24-Nov-2026`.
package enum MailDate {
    /// Seconds since 1970, UTC, or `nil` if no date can be read: `Tue, 24 Nov 2026 11:27:05 +0000 (UTC)`.
    package static func seconds(_ bytes: Span<UInt8>, in range: Range<Int>) -> Int64? {
        let atoms = atoms(bytes, range)
        if let found = Reader(atoms, from: 0).date() { return found }
        // The day of the week.
        guard case .word = atoms.first else { return nil }
        return Reader(atoms, from: 1).date()
    }

    private enum Atom: Equatable {
        /// Up to nine digits.
        case number(Int64, digits: Int)
        /// The first four letters in lower case, and how many there are.
        case word(UInt32, letters: Int)
        case sign(UInt8)
        case colon
    }

    /// The number of atoms that are read: the longest form has 18.
    private static let maximumAtoms = 24

    private static func atoms(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [Atom] {
        var atoms: [Atom] = []
        atoms.reserveCapacity(maximumAtoms)
        var index = range.lowerBound
        var comments = 0
        while index < range.upperBound, atoms.count < maximumAtoms {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "(") {
                comments += 1
            } else if byte == UInt8(ascii: ")") {
                comments -= comments > 0 ? 1 : 0
            } else if comments > 0 {
                continue
            } else if byte.isDigit {
                var value = Int64(byte - 0x30)
                var digits = 1
                while index < range.upperBound, bytes[index].isDigit {
                    if digits < 9 { value = value * 10 + Int64(bytes[index] - 0x30) }
                    digits += 1
                    index += 1
                }
                atoms.append(.number(value, digits: digits))
            } else if byte.isLetter {
                var word = UInt32(byte.lowercased)
                var letters = 1
                while index < range.upperBound, bytes[index].isLetter {
                    if letters < 4 { word = word << 8 | UInt32(bytes[index].lowercased) }
                    letters += 1
                    index += 1
                }
                atoms.append(.word(word, letters: letters))
            } else if byte == UInt8(ascii: ":") {
                atoms.append(.colon)
            } else if byte == UInt8(ascii: "."), case .number = atoms.last {
                // 11.27.05
                atoms.append(.colon)
            } else if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") {
                atoms.append(.sign(byte))
            }
        }
        return atoms
    }

    private static func code(_ word: StaticString) -> UInt32 {
        word.withUTF8Buffer { $0.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
    }

    private static let months = [
        code("jan"), code("feb"), code("mar"), code("apr"), code("may"), code("jun"), code("jul"), code("aug"),
        code("sep"), code("oct"), code("nov"), code("dec"),
    ]

    private static let zones: [UInt32: Int64] = [
        code("edt"): -4, code("est"): -5, code("cdt"): -5, code("cst"): -6, code("mdt"): -6, code("mst"): -7,
        code("pdt"): -7, code("pst"): -8, code("jst"): 9, code("cet"): 1, code("cest"): 2, code("msk"): 3,
        code("bst"): 1,
    ]

    private struct Reader {
        private let atoms: [Atom]
        private var position: Int

        init(_ atoms: [Atom], from position: Int) {
            self.atoms = atoms
            self.position = position
        }

        private var next: Atom? { position < atoms.count ? atoms[position] : nil }

        mutating private func number(_ lengths: ClosedRange<Int>) -> Int64? {
            guard case .number(let value, let digits) = next, lengths.contains(digits) else { return nil }
            position += 1
            return value
        }

        mutating private func month() -> Int64? {
            guard case .word(let word, let letters) = next, letters >= 3,
                let index = months.firstIndex(of: letters == 3 ? word : word >> 8)
            else { return nil }
            position += 1
            return Int64(index + 1)
        }

        @discardableResult
        mutating private func skip(_ atom: Atom) -> Bool {
            guard next == atom else { return false }
            position += 1
            return true
        }

        private static let dash = Atom.sign(UInt8(ascii: "-"))

        func date() -> Int64? {
            var reader = self
            guard let first = reader.next else { return nil }
            switch first {
            case .number(_, digits: 4): return reader.yearFirst()
            case .number: return reader.dayFirst()
            case .word: return reader.monthFirst()
            default: return nil
            }
        }

        /// `24 Nov 2026 11:27:05 +0900`, `24-Nov-26 …`, `24. Nov 2026 …`
        private mutating func dayFirst() -> Int64? {
            guard let day = number(1...2) else { return nil }
            if !skip(Reader.dash) { skip(.colon) }
            guard let month = month() else { return nil }
            skip(Reader.dash)
            guard let year = number(2...4), let clock = clock() else { return nil }
            return seconds(year, month, day, clock, zone: zone())
        }

        /// `2026-11-24T11:27:05+09:00`
        private mutating func yearFirst() -> Int64? {
            guard let year = number(4...4), skip(Reader.dash), let month = number(1...2), skip(Reader.dash),
                let day = number(1...2)
            else { return nil }
            skip(.word(UInt32(UInt8(ascii: "t")), letters: 1))
            guard let clock = clock() else { return nil }
            return seconds(year, month, day, clock, zone: zone())
        }

        /// `Nov 24 11:27:05 2026`, `Nov 24 11:27:05 JST 2026`, `Nov 24, 2026 11:27:05`
        private mutating func monthFirst() -> Int64? {
            guard let month = month(), let day = number(1...2) else { return nil }
            if let year = number(4...4) {
                guard let clock = clock() else { return nil }
                return seconds(year, month, day, clock, zone: zone())
            }
            guard let clock = clock() else { return nil }
            let before = zone()
            guard let year = number(4...4) else { return nil }
            return seconds(year, month, day, clock, zone: before ?? zone())
        }

        /// Seconds since midnight.
        private mutating func clock() -> Int64? {
            guard let hour = number(1...2), skip(.colon), let minute = number(1...2), hour < 24, minute < 60 else {
                return nil
            }
            var second: Int64 = 0
            if skip(.colon) {
                guard let value = number(1...2), value <= 60 else { return nil }
                // A leap second.
                second = min(value, 59)
                // Fractions.
                if skip(.colon) { _ = number(1...Int.max) }
            }
            return hour * 3_600 + minute * 60 + second
        }

        /// Seconds east of UTC, or `nil` if there is no zone. Names other than those of section 4.3 mean an unknown
        /// zone, read as UTC.
        private mutating func zone() -> Int64? {
            var named: Int64?
            if case .word(let word, let letters) = next {
                position += 1
                named = letters <= 4 ? (zones[word] ?? 0) * 3_600 : 0
            }
            guard case .sign(let sign) = next else { return named }
            position += 1
            guard case .number(var value, let digits) = next else { return named }
            position += 1
            if digits <= 2 {
                value *= 100
                if skip(.colon) { value += number(2...2) ?? 0 }
            }
            guard digits <= 4, value <= 1_500, value % 100 < 60 else { return 0 }
            let seconds = (value / 100 * 60 + value % 100) * 60
            return sign == UInt8(ascii: "-") ? -seconds : seconds
        }

        private func seconds(_ year: Int64, _ month: Int64, _ day: Int64, _ clock: Int64, zone: Int64?) -> Int64? {
            // Two and three digits: section 4.3.
            let year = year < 50 ? year + 2_000 : year < 1_000 ? year + 1_900 : year
            guard (1_970...9_999).contains(year), let date = CivilDate(year: year, month: month, day: day) else {
                return nil
            }
            return date.daysSince1970 * CalendarTime.secondsPerDay + clock - (zone ?? 0)
        }
    }
}
