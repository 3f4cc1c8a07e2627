import Bytes

/// RFC 3463 status, `5.1.1`: class, subject, detail.
package struct StatusCode: Sendable, Equatable, CustomStringConvertible {
    var statusClass: Int
    var subject: Int
    var detail: Int

    package var description: String {
        let digits: Range = 0..<10
        guard digits.contains(statusClass), digits.contains(subject), digits.contains(detail) else {
            return "\(statusClass).\(subject).\(detail)"
        }
        // Most have one digit each, and an interpolation takes ten times as long.
        return String(unsafeUninitializedCapacity: 5) { text in
            (text[0], text[1], text[2]) = (0x30 + UInt8(statusClass), UInt8(ascii: "."), 0x30 + UInt8(subject))
            (text[3], text[4]) = (UInt8(ascii: "."), 0x30 + UInt8(detail))
            return 5
        }
    }
    var isTransient: Bool { statusClass == 4 }
    /// X.0.0 and the like say only success or failure.
    var isVague: Bool { subject == 0 || (detail == 0 && subject != 1) }

    package init(_ statusClass: Int, _ subject: Int, _ detail: Int) {
        self.statusClass = statusClass
        self.subject = subject
        self.detail = detail
    }

    /// The first status in `range` whose class is 2, 4 or 5 and that no digit or dot touches. An IPv4 address is not
    /// one.
    package init?(_ bytes: Span<UInt8>, firstIn range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            guard bytes[index].isDigit else {
                index += 1
                continue
            }
            let start = index
            var numbers = (0, 0, 0)
            var last = 0
            while index < range.upperBound, bytes[index].isDigit || bytes[index] == UInt8(ascii: ".") {
                if bytes[index] == UInt8(ascii: ".") {
                    // A full stop at the end of a sentence.
                    guard index + 1 < range.upperBound, bytes[index + 1].isDigit else { break }
                    last += 1
                } else {
                    let digit = Int(bytes[index] - 0x30)
                    switch last {
                    case 0: numbers.0 = min(numbers.0 * 10 + digit, 9_999)
                    case 1: numbers.1 = min(numbers.1 * 10 + digit, 9_999)
                    case 2: numbers.2 = min(numbers.2 * 10 + digit, 9_999)
                    default: break
                    }
                }
                index += 1
            }
            // A letter before it makes it a version or a host's name.
            let touches =
                start > range.lowerBound && (bytes[start - 1].isLetter || bytes[start - 1] == UInt8(ascii: "_"))
            let runsOn = index < range.upperBound && (bytes[index].isLetter || bytes[index] == UInt8(ascii: "_"))
            let isClass = numbers.0 == 2 || numbers.0 == 4 || numbers.0 == 5
            if last == 2, !touches, !runsOn, isClass, numbers.1 <= 7, numbers.2 <= 999 {
                self.init(numbers.0, numbers.1, numbers.2)
                return
            }
            if index == start { index += 1 }
        }
        return nil
    }
}
