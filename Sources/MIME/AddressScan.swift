/// Finds addr-specs (RFC 5322 section 3.4.1, RFC 6531) in header values and in prose.
package enum AddressScan {
    /// Longest address that is taken for one, in bytes: RFC 5321 section 4.5.3.1 gives a path 256 octets, and mail in the
    /// wild holds longer local parts.
    package static let maximumLength = 320

    /// The addr-specs of a field's value, without display names, comments, quotes of the name or angle brackets.
    package static func list(_ bytes: Span<UInt8>, in range: Range<Int>, limit: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = range.lowerBound
        while index < range.upperBound, found.count < limit,
            let at = bytes.firstIndex(of: UInt8(ascii: "@"), in: index..<range.upperBound)
        {
            if let address = address(bytes, around: at, in: index..<range.upperBound) {
                found.append(address)
                index = max(address.upperBound, at + 1)
            } else {
                index = at + 1
            }
        }
        return found
    }

    /// The address whose `@` stands at `at`, or nil where the bytes around it are none.
    package static func address(_ bytes: Span<UInt8>, around at: Int, in range: Range<Int>) -> Range<Int>? {
        var low = at
        if low > range.lowerBound, bytes[low - 1] == UInt8(ascii: "\"") {
            // A quoted local part: back to the opening quote.
            var index = low - 2
            let stop = max(range.lowerBound, at - maximumLength)
            while index >= stop {
                if bytes[index] == UInt8(ascii: "\""),
                    index == range.lowerBound || bytes[index - 1] != UInt8(ascii: "\\")
                {
                    break
                }
                if bytes[index] == 0x0A { return nil }
                index -= 1
            }
            guard index >= stop, index < low - 2 else { return nil }
            low = index
        } else {
            while low > range.lowerBound, isLocal(bytes[low - 1]), at - low < maximumLength { low -= 1 }
            // Punctuation that prose puts before an address.
            while low < at, isPunctuation(bytes[low]) { low += 1 }
            if low == range.lowerBound || bytes[low - 1] != UInt8(ascii: "<") { low = afterProse(bytes, low..<at) }
        }
        guard low < at else { return nil }
        var high = at + 1
        if high < range.upperBound, bytes[high] == UInt8(ascii: "[") {
            // An address literal (RFC 5321 section 4.1.3).
            while high < range.upperBound, bytes[high] != UInt8(ascii: "]"), high - at < 64 { high += 1 }
            guard high < range.upperBound, bytes[high] == UInt8(ascii: "]") else { return nil }
            return low..<(high + 1)
        }
        while high < range.upperBound, isDomain(bytes[high]), high - at < maximumLength {
            if bytes[high] >= 0xE2, endsDomain(bytes, at: high, of: (at + 1)..<high, in: range) { break }
            high += 1
        }
        while high > at + 1, !bytes[high - 1].isLetter, !bytes[high - 1].isDigit, bytes[high - 1] < 0x80 { high -= 1 }
        guard high > at + 1, bytes[at + 1] != UInt8(ascii: "."), high - low <= maximumLength else { return nil }
        return low..<high
    }

    /// Scripts that write no blanks run into the address: `收件人：bob@dest.example`. What stands behind the last of their
    /// signs is the local part, unless it is written in that script itself.
    private static func afterProse(_ bytes: Span<UInt8>, _ local: Range<Int>) -> Int {
        var low = local.lowerBound
        var index = local.lowerBound
        while index < local.upperBound {
            guard bytes[index] >= 0xE2, bytes[index] <= 0xEF, index + 3 <= local.upperBound else {
                index += 1
                continue
            }
            let behind = index + 3
            let isASCIIBehind = behind < local.upperBound && bytes[behind] < 0x80
            if isSign(bytes, at: index) || isASCIIBehind { low = behind }
            index = behind
        }
        return low < local.upperBound ? low : local.lowerBound
    }

    /// General, CJK and full-width punctuation: U+2000, U+3000, U+FF00.
    private static func isSign(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        switch (bytes[index], bytes[index + 1]) {
        case (0xE2, 0x80), (0xE3, 0x80), (0xEF, 0xBC), (0xEF, 0xBD): true
        default: false
        }
    }

    /// The same behind the address: `bob@dest.example不存在`, `（bob@dest.example）`.
    private static func endsDomain(_ bytes: Span<UInt8>, at index: Int, of domain: Range<Int>, in range: Range<Int>)
        -> Bool
    {
        guard index + 3 <= range.upperBound else { return true }
        if isSign(bytes, at: index) { return true }
        // A top label of ASCII letters is complete; one that starts in the script goes on in it.
        var letters = 0
        var position = domain.upperBound - 1
        while position >= domain.lowerBound, bytes[position].isLetter {
            letters += 1
            position -= 1
        }
        return letters >= 2 && position > domain.lowerBound && bytes[position] == UInt8(ascii: ".")
    }

    /// RFC 5322 atext and the dot; bytes above ASCII by RFC 6531.
    private static func isLocal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x2F, 0x3D, 0x3F, 0x5E...0x60, 0x7B...0x7E: true
        default: false
        }
    }
    private static func isDomain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
    private static func isPunctuation(_ byte: UInt8) -> Bool {
        byte == 0x27 || byte == 0x60 || byte == 0x2A || byte == 0x2E || byte == 0x2F
    }
}
