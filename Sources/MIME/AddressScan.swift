/// Finds addr-specs (RFC 5322 section 3.4.1, RFC 6531) in header values and in prose.
package enum AddressScan {
    /// Longest address that is taken for one, in bytes: RFC 5321 section 4.5.3.1 gives a path 256 octets, and mail in the
    /// wild holds longer local parts.
    package static let maximumLength = 320
    /// Longest address literal with its brackets: `[IPv6:` and 39 digits and colons take 46 bytes.
    static let maximumLiteral = 64

    /// The addr-specs in `range`, `limit` of them at the most, without display names, quotes of the name or angle brackets.
    ///
    /// Prose puts addresses into quotes and parentheses; so does a display name, which counts for an address only where no
    /// other one stands behind it in angle brackets. `bob@dest.example <bob@dest.example>` is one address.
    package static func list(_ bytes: Span<UInt8>, in range: Range<Int>, limit: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = range.lowerBound
        while found.count < limit, let address = next(bytes, from: &index, in: range) { found.append(address) }
        return found
    }

    /// The first of them.
    package static func first(_ bytes: Span<UInt8>, in range: Range<Int>) -> Range<Int>? {
        var index = range.lowerBound
        return next(bytes, from: &index, in: range)
    }

    /// The next one from `index` on, which is moved behind it.
    private static func next(_ bytes: Span<UInt8>, from index: inout Int, in range: Range<Int>) -> Range<Int>? {
        while index < range.upperBound,
            let at = bytes.firstIndex(of: UInt8(ascii: "@"), in: index..<range.upperBound)
        {
            let rest = index..<range.upperBound
            let quoted = quotedString(bytes, around: at, in: rest)
            var inQuotes: Range<Int>?
            if let quoted, quoted.upperBound < range.upperBound, bytes[quoted.upperBound] == UInt8(ascii: "@") {
                inQuotes = address(bytes, around: quoted.upperBound, in: rest)
            }
            guard let address = inQuotes ?? address(bytes, around: at, in: rest) else {
                index = at + 1
                continue
            }
            index = max(address.upperBound, at + 1)
            if let angle = angleAddress(bytes, behind: quoted?.upperBound ?? address.upperBound, in: range) {
                if same(bytes, angle, address) {
                    index = angle.upperBound
                } else if quoted != nil {
                    index = angle.lowerBound
                    continue
                }
            }
            return address
        }
        return nil
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
            let stop = max(range.lowerBound, at - maximumLength)
            // The last byte does not matter: no character of a script starts there.
            var isASCII = true
            while low > stop, isLocal(bytes[low - 1]) {
                if low - range.lowerBound >= 2, bytes[low - 2] >= 0x80 {
                    if bytes[low - 2] == 0xC2 || low - range.lowerBound >= 3 && isSign(bytes, at: low - 3) { break }
                    isASCII = false
                }
                low -= 1
            }
            // Punctuation that prose puts before an address.
            while low < at, isPunctuation(bytes[low]) { low += 1 }
            if !isASCII, low == range.lowerBound || bytes[low - 1] != UInt8(ascii: "<") {
                low = behindScript(bytes, low..<at)
            }
        }
        guard low < at else { return nil }
        var high = at + 1
        if high < range.upperBound, bytes[high] == UInt8(ascii: "[") {
            // An address literal (RFC 5321 section 4.1.3).
            high += 1
            while high < range.upperBound, isLiteral(bytes[high]), high - at < maximumLiteral { high += 1 }
            guard high < range.upperBound, bytes[high] == UInt8(ascii: "]"), high > at + 2 else { return nil }
            return high + 1 - low <= maximumLength ? low..<(high + 1) : nil
        }
        let end = min(range.upperBound, at + maximumLength)
        while high < end, isDomain(bytes[high]) {
            if bytes[high] >= 0x80,
                bytes[high] == 0xC2 || high + 2 < range.upperBound && isSign(bytes, at: high)
                    || bytes[high] >= 0xE2 && isComplete(bytes, (at + 1)..<high)
            {
                break
            }
            high += 1
        }
        while high > at + 1, !bytes[high - 1].isLetter, !bytes[high - 1].isDigit, bytes[high - 1] < 0x80 { high -= 1 }
        guard high > at + 1, bytes[at + 1] != UInt8(ascii: "."), high - low <= maximumLength else { return nil }
        return low..<high
    }

    /// The quoted string, quotes included, that `at` stands in. Prose has quotes that stand alone, so one opens only behind
    /// a blank or a sign, and holds neither line ends nor angle brackets.
    private static func quotedString(_ bytes: Span<UInt8>, around at: Int, in range: Range<Int>) -> Range<Int>? {
        var open = at - 1
        let stop = max(range.lowerBound, at - maximumLength)
        while open >= stop,
            bytes[open] != UInt8(ascii: "\"") || (open > stop && bytes[open - 1] == UInt8(ascii: "\\"))
        {
            open -= 1
        }
        guard open >= stop else { return nil }
        if open > range.lowerBound, bytes[open - 1].isLetter || bytes[open - 1].isDigit { return nil }
        var index = open + 1
        let end = min(range.upperBound, open + maximumLength)
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index > at ? open..<(index + 1) : nil
            case 0x0A, UInt8(ascii: "<"), UInt8(ascii: ">"): return nil
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }

    /// The address in the angle brackets that stand, blanks aside, right behind `position`, of a name that may have ended
    /// with a quote there.
    private static func angleAddress(_ bytes: Span<UInt8>, behind position: Int, in range: Range<Int>) -> Range<Int>? {
        var index = position
        if index < range.upperBound, bytes[index] == UInt8(ascii: "'") || bytes[index] == UInt8(ascii: "\"") {
            index += 1
        }
        let end = min(range.upperBound, position + maximumLength)
        while index < end, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        guard index < end, bytes[index] == UInt8(ascii: "<") else { return nil }
        let start = index + 1
        index = start
        while index < end, bytes[index] != UInt8(ascii: "@"), bytes[index] != UInt8(ascii: "<"), !bytes[index].isSpace {
            index += 1
        }
        guard index < end, bytes[index] == UInt8(ascii: "@") else { return nil }
        return address(bytes, around: index, in: start..<range.upperBound)
    }

    private static func same(_ bytes: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).allSatisfy { bytes[$0].lowercased == bytes[$1].lowercased }
    }

    /// Scripts that write no blanks run into an address: `用户bob@dest.example不存在`. ASCII behind their characters is the
    /// local part; a local part written in the script has none behind it.
    private static func behindScript(_ bytes: Span<UInt8>, _ local: Range<Int>) -> Int {
        var low = local.lowerBound
        var index = local.lowerBound
        while index < local.upperBound {
            guard bytes[index] >= 0xE2, bytes[index] <= 0xEF, index + 3 <= local.upperBound else {
                index += 1
                continue
            }
            index += 3
            if index < local.upperBound, bytes[index] < 0x80 { low = index }
        }
        return low
    }

    /// Whether a domain may end here: its last label is two ASCII letters or more behind a dot.
    private static func isComplete(_ bytes: Span<UInt8>, _ domain: Range<Int>) -> Bool {
        var position = domain.upperBound - 1
        while position >= domain.lowerBound, bytes[position].isLetter { position -= 1 }
        return domain.upperBound - 1 - position >= 2 && position > domain.lowerBound
            && bytes[position] == UInt8(ascii: ".")
    }

    /// RFC 5322 atext and the dot; bytes above ASCII by RFC 6531.
    private static func isLocal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, 0x41...0x5A, 0x80...0xFF: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x2F, 0x3D, 0x3F, 0x5E...0x60, 0x7B...0x7E: true
        default: false
        }
    }
    private static func isDomain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x2E, 0x30...0x39, 0x41...0x5A, 0x2D, 0x80...0xFF, 0x5F: true
        default: false
        }
    }
    /// RFC 5321 dcontent.
    private static func isLiteral(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "[") && byte != UInt8(ascii: "]")
            && byte != UInt8(ascii: "\\")
    }
    private static func isPunctuation(_ byte: UInt8) -> Bool {
        byte == 0x27 || byte == 0x60 || byte == 0x2A || byte == 0x2E || byte == 0x2F
    }

    /// UTF-8 of three bytes that no address holds, though RFC 6531 allows it: typographic quotes, ideographic signs and
    /// full-width forms, which prose writes next to addresses without a blank. (So it does with U+0080 to U+00BF, whose two
    /// bytes start with C2.)
    private static func isSign(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        guard bytes[index] >= 0xE2, bytes[index + 2] & 0xC0 == 0x80 else { return false }
        switch (bytes[index], bytes[index + 1]) {
        case (0xE2, 0x80), (0xE2, 0x81), (0xE3, 0x80), (0xEF, 0xBC), (0xEF, 0xBD), (0xEF, 0xBE), (0xEF, 0xBF):
            return true
        default: return false
        }
    }
}
