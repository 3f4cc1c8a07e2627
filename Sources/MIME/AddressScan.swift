import Bytes

/// Finds addr-specs (RFC 5322 section 3.4.1, RFC 6531) in header values and in prose.
///
/// A truncated address may be somebody else's address. So each one is taken whole, or not at all if its start or end is
/// in doubt: within angle brackets it is the whole content, elsewhere it is between signs that no address contains.
package enum AddressScan {
    /// Longest address that is taken for one, in bytes: RFC 5321 section 4.5.3.1 gives a path 256 octets, and mail in the
    /// wild holds longer local parts.
    package static let maximumLength = 320
    /// Longest address literal with its brackets: `[IPv6:` and 39 digits and colons take 46 bytes.
    static let maximumLiteral = 64
    /// Bytes between an angle bracket and the @ or the bracket that closes it: a source route may be there, too.
    static let maximumPath = 2 * maximumLength
    /// Bytes after an address in which the sign is looked for that closes what one before the address opens.
    static let maximumQuotation = 400

    /// The addr-specs in `range`, at most `limit` of them, without display names, quotes of the name or angle brackets.
    ///
    /// Prose puts addresses into quotes and parentheses; so does a display name, which counts as an address only if no
    /// other one follows it in angle brackets. `bob@dest.example <bob@dest.example>` is one address.
    package static func list(_ bytes: Span<UInt8>, in range: Range<Int>, limit: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = range.lowerBound
        while found.count < limit, let address = next(bytes, from: &index, in: range) { found.append(address) }
        return found
    }

    /// The addr-specs in a line of prose, and whether there is something that may be an address but was not read as
    /// one.
    ///
    /// In prose an address may directly follow a letter of a script without blanks: `您发往bob@dest.example的邮件`. If an
    /// address starts with a letter beyond ASCII, it may include words of the sentence, so it counts as unreadable.
    package static func listing(
        _ bytes: Span<UInt8>, in range: Range<Int>, limit: Int
    ) -> (addresses: [Range<Int>], hasUnreadable: Bool) {
        var found: [Range<Int>] = []
        var index = range.lowerBound
        var hasUnreadable = false
        while found.count < limit,
            let address = next(bytes, from: &index, in: range, isProse: true, failed: &hasUnreadable)
        {
            let low = address.lowerBound
            let isBracketed = low > range.lowerBound && bytes[low - 1] == UInt8(ascii: "<")
            hasUnreadable = hasUnreadable || (bytes[low] >= 0x80 && !isBracketed)
            found.append(address)
        }
        return (found, hasUnreadable)
    }

    /// The first of them.
    package static func first(_ bytes: Span<UInt8>, in range: Range<Int>) -> Range<Int>? {
        var index = range.lowerBound
        return next(bytes, from: &index, in: range)
    }

    private static func next(_ bytes: Span<UInt8>, from index: inout Int, in range: Range<Int>) -> Range<Int>? {
        var failed = false
        return next(bytes, from: &index, in: range, isProse: false, failed: &failed)
    }

    /// The next one from `index` on, which is moved past it. `failed` is set if an @ is between two words that are not
    /// an address.
    private static func next(
        _ bytes: Span<UInt8>, from index: inout Int, in range: Range<Int>, isProse: Bool, failed: inout Bool
    ) -> Range<Int>? {
        while index < range.upperBound,
            let at = bytes.firstIndex(of: UInt8(ascii: "@"), in: index..<range.upperBound)
        {
            if let open = openingBracket(bytes, before: at, from: index) {
                let close = closingBracket(bytes, from: open + 1, before: range.upperBound)
                // `1 < 2` opens nothing.
                if close != nil || !bytes[open + 1].isSpace {
                    index = max(close ?? at, at) + 1
                    if let close, let address = path(bytes, in: (open + 1)..<close) { return address }
                    failed = failed || isBetweenWords(bytes, at, in: range)
                    continue
                }
            }
            let rest = index..<range.upperBound
            let quoted = quotedString(bytes, around: at, in: rest)
            var inQuotes: Range<Int>?
            if let quoted, quoted.upperBound < range.upperBound, bytes[quoted.upperBound] == UInt8(ascii: "@") {
                inQuotes = address(bytes, around: quoted.upperBound, in: range, isProse: isProse)
            }
            guard let address = inQuotes ?? address(bytes, around: at, in: range, isProse: isProse),
                address.lowerBound >= index
            else {
                failed = failed || isBetweenWords(bytes, at, in: range)
                index = at + 1
                continue
            }
            index = max(address.upperBound, at + 1)
            if let angle = angleAddress(bytes, behind: quoted?.upperBound ?? address.upperBound, in: range) {
                if same(bytes, angle.address, address) {
                    index = angle.address.upperBound
                } else if quoted != nil {
                    index = angle.open
                    continue
                }
            }
            return address
        }
        return nil
    }

    private static func isBetweenWords(_ bytes: Span<UInt8>, _ at: Int, in range: Range<Int>) -> Bool {
        at > range.lowerBound && at + 1 < range.upperBound && (bytes[at + 1].isLetter || bytes[at + 1] >= 0x80)
            && (bytes[at - 1].isLocalPart || bytes[at - 1] == UInt8(ascii: "\""))
    }

    // MARK: within angle brackets

    /// The angle bracket that is open at `at`. The `<<<` of a dialogue opens none.
    private static func openingBracket(_ bytes: Span<UInt8>, before at: Int, from start: Int) -> Int? {
        var index = at - 1
        let stop = max(start, at - maximumPath)
        while index >= stop {
            switch bytes[index] {
            case UInt8(ascii: "<"):
                let isDialogue =
                    bytes[index + 1].isSpace && index > start && bytes[index - 1] == UInt8(ascii: "<")
                return isDialogue ? nil : index
            case UInt8(ascii: ">"), 0x0A: return nil
            default: index -= 1
            }
        }
        return nil
    }

    /// The angle bracket that closes what was opened before `start`, on the same line; a quoted local part may hold one.
    private static func closingBracket(_ bytes: Span<UInt8>, from start: Int, before end: Int) -> Int? {
        var index = start
        let stop = min(end, start + maximumPath + maximumLength)
        var isQuoted = false
        while index < stop {
            switch bytes[index] {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "\\") where isQuoted: index += 1
            case UInt8(ascii: ">") where !isQuoted: return index
            case UInt8(ascii: "<") where !isQuoted: return nil
            case 0x0A: return nil
            default: break
            }
            index += 1
        }
        return nil
    }

    /// The address that a path (RFC 5321 section 4.1.2) is, without the source route and without the scheme that some
    /// programs write before it.
    static func path(_ bytes: Span<UInt8>, in range: Range<Int>) -> Range<Int>? {
        var range = bytes.trimmed(range)
        guard let first = range.first else { return nil }
        if bytes[first] == UInt8(ascii: "@") {
            guard let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: range) else { return nil }
            for index in range.lowerBound..<colon {
                let byte = bytes[index]
                guard isDomain(byte) || byte == UInt8(ascii: "@") || byte == UInt8(ascii: ",") || byte == 0x20 else {
                    return nil
                }
            }
            range = (colon + 1)..<range.upperBound
        } else {
            for scheme: StaticString in ["mailto:", "smtp:", "rfc822:"]
            where bytes.hasPrefix(scheme, ignoringCaseIn: range) {
                range = (first + scheme.utf8CodeUnitCount)..<range.upperBound
            }
        }
        return addrSpec(bytes, in: bytes.trimmed(range))
    }

    /// The range, without the dot that may end a domain, if it is one addr-spec and nothing else.
    private static func addrSpec(_ bytes: Span<UInt8>, in range: Range<Int>) -> Range<Int>? {
        guard range.count >= 3, range.count <= maximumLength + 1 else { return nil }
        var at = range.lowerBound
        if bytes[at] == UInt8(ascii: "\"") {
            guard let end = endOfQuotedString(bytes, range), end > range.lowerBound + 2 else { return nil }
            at = end
        } else {
            while at < range.upperBound, bytes[at].isLocalPart { at += 1 }
        }
        guard at > range.lowerBound, at < range.upperBound, bytes[at] == UInt8(ascii: "@") else { return nil }
        var end = range.upperBound
        if at + 1 < end, bytes[at + 1] == UInt8(ascii: "[") {
            guard literal(bytes, at + 1, before: end) == end else { return nil }
        } else {
            if bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
            guard isWholeDomain(bytes, (at + 1)..<end) else { return nil }
        }
        let address = range.lowerBound..<end
        return address.count <= maximumLength && isSeen(bytes, address) ? address : nil
    }

    /// The end of the quoted string at the start of the range, or `nil` if nothing closes it or it holds a control
    /// character.
    private static func endOfQuotedString(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.lowerBound + 1
        while index < range.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index + 1
            case 0..<0x20, 0x7F: return nil
            case UInt8(ascii: "\\"):
                guard index + 1 < range.upperBound, !bytes[index + 1].isControl else {
                    return nil
                }
                index += 2
            default: index += 1
            }
        }
        return nil
    }

    /// Labels of letters, digits, hyphens and underscores with one dot between two.
    private static func isWholeDomain(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let first = range.first, bytes[first] != UInt8(ascii: "."), let last = range.last,
            bytes[last].isWord
        else { return false }
        for index in range {
            guard isDomain(bytes[index]) else { return false }
            if bytes[index] == UInt8(ascii: "."), bytes[index - 1] == UInt8(ascii: ".") { return false }
        }
        return true
    }

    /// The end of the address literal (RFC 5321 section 4.1.3) that starts at `start`.
    private static func literal(_ bytes: Span<UInt8>, _ start: Int, before end: Int) -> Int? {
        var index = start + 1
        while index < end, isLiteral(bytes[index]), index - start + 1 < maximumLiteral { index += 1 }
        guard index < end, bytes[index] == UInt8(ascii: "]"), index > start + 1 else { return nil }
        return index + 1
    }

    // MARK: whole values

    /// The address that is the whole `range`: with or without angle brackets, a display name before them and comments
    /// (RFC 5322 section 3.4); `nil` if anything else is there.
    package static func whole(_ bytes: Span<UInt8>, in range: Range<Int>) -> Range<Int>? {
        var range = withoutPunctuation(bytes, range)
        var index = range.lowerBound
        var comments = 0
        // Where a comment that may end the value starts, and whether something is after such a one.
        var comment: Int?
        var isBroken = false
        while index < range.upperBound {
            let byte = bytes[index]
            if comments == 0, let start = comment, byte != UInt8(ascii: "("), !byte.isBlank {
                isBroken = isBroken || start != range.lowerBound
                range = index..<range.upperBound
                comment = nil
            }
            switch byte {
            case UInt8(ascii: "\\") where comments > 0: index += 1
            case UInt8(ascii: "("):
                if comments == 0, comment == nil { comment = index }
                comments += 1
            case UInt8(ascii: ")") where comments > 0: comments -= 1
            case _ where comments > 0: break
            case UInt8(ascii: "\""):
                guard let end = endOfQuotedString(bytes, index..<range.upperBound) else { return nil }
                index = end
                continue
            case UInt8(ascii: "<"):
                return bracketed(bytes, in: range, at: index)
            case 0..<0x20 where byte != 0x09, 0x7F: return nil
            default: break
            }
            index += 1
        }
        guard comments == 0, !isBroken else { return nil }
        if let comment { range = range.lowerBound..<comment }
        range = bytes.trimmed(range)
        if range.count > 2, bytes[range.lowerBound] == UInt8(ascii: "\""),
            endOfQuotedString(bytes, range) == range.upperBound
        {
            return addrSpec(bytes, in: (range.lowerBound + 1)..<(range.upperBound - 1))
        }
        return path(bytes, in: range)
    }

    /// A field's value without what some servers put around or after an address: `'bob@dest.example'`,
    /// `[SMTP:bob@dest.example]`, and a comma, a semicolon or a colon at the end. A quote on one side belongs to the
    /// address.
    private static func withoutPunctuation(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var range = bytes.trimmed(range)
        while let last = range.last,
            bytes[last] == UInt8(ascii: ",") || bytes[last] == UInt8(ascii: ";") || bytes[last] == UInt8(ascii: ":")
        {
            range = bytes.trimmed(range.lowerBound..<last)
        }
        guard range.count > 2, let first = range.first, let last = range.last else { return range }
        let isQuoted =
            (bytes[first] == UInt8(ascii: "'") || bytes[first] == UInt8(ascii: "`"))
            && isPair(bytes[first], bytes[last])
        let isBracketed = bytes[first] == UInt8(ascii: "[") && bytes[last] == UInt8(ascii: "]")
        return isQuoted || isBracketed ? (first + 1)..<last : range
    }

    /// The address in the angle brackets that open at `open`, if nothing but comments is after them.
    private static func bracketed(_ bytes: Span<UInt8>, in range: Range<Int>, at open: Int) -> Range<Int>? {
        guard let close = closingBracket(bytes, from: open + 1, before: range.upperBound),
            let address = path(bytes, in: (open + 1)..<close)
        else { return nil }
        let rest = bytes.trimmed((close + 1)..<range.upperBound)
        if let first = rest.first {
            guard bytes[first] == UInt8(ascii: "("), let last = rest.last, bytes[last] == UInt8(ascii: ")") else {
                return nil
            }
        }
        // If the name looks like another address, it is ambiguous which of the two is meant.
        let name = bytes.trimmed(range.lowerBound..<open)
        guard let first = name.first, bytes[first] != UInt8(ascii: "\""),
            bytes.firstIndex(of: UInt8(ascii: "@"), in: name) != nil
        else { return address }
        return same(bytes, name, address) ? address : nil
    }

    /// The addresses of a list with commas between them (RFC 5322 section 3.4), each as ``whole(_:in:)`` reads it, and
    /// whether all of its members are addresses.
    package static func members(
        _ bytes: Span<UInt8>, in range: Range<Int>, limit: Int
    ) -> (addresses: [Range<Int>], isComplete: Bool) {
        var found: [Range<Int>] = []
        var isComplete = true
        var start = range.lowerBound
        // The member may go on after the comma: `a,b@dest.example`.
        var isOpen = false
        while start < range.upperBound, found.count < limit {
            let end = endOfMember(bytes, start..<range.upperBound)
            let member = bytes.trimmed(start..<end)
            if !isOpen || bytes[start].isSpace, let address = whole(bytes, in: member) {
                found.append(address)
            } else if !member.isEmpty {
                isComplete = false
            }
            isOpen =
                end < range.upperBound && bytes[end] == UInt8(ascii: ",") && !member.isEmpty
                && member.allSatisfy { bytes[$0].isLocalPart }
            start = end + 1
        }
        return (found, isComplete)
    }

    /// Where a member of a list ends: at a comma, at a semicolon, or at the colon after a group's name.
    private static func endOfMember(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var index = range.lowerBound
        var comments = 0
        var isQuoted = false
        var isBracketed = false
        var hasSign = false
        while index < range.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isQuoted || comments > 0: index += 1
            case UInt8(ascii: "\"") where comments == 0: isQuoted.toggle()
            case _ where isQuoted: break
            case UInt8(ascii: "("): comments += 1
            case UInt8(ascii: ")") where comments > 0: comments -= 1
            case _ where comments > 0: break
            case UInt8(ascii: "<"): isBracketed = true
            case UInt8(ascii: ">"): isBracketed = false
            case _ where isBracketed: break
            case UInt8(ascii: "@"): hasSign = true
            case UInt8(ascii: ":") where !hasSign && !isScheme(bytes, range.lowerBound..<index): return index
            case UInt8(ascii: ","), UInt8(ascii: ";"): return index
            default: break
            }
            index += 1
        }
        return range.upperBound
    }

    private static func isScheme(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var word = bytes.trimmed(range)
        if let first = word.first, bytes[first] == UInt8(ascii: "[") || bytes[first] == UInt8(ascii: "'") {
            word = word.dropFirst()
        }
        return bytes.equals("mailto", ignoringCaseIn: word) || bytes.equals("smtp", ignoringCaseIn: word)
            || bytes.equals("rfc822", ignoringCaseIn: word)
    }

    // MARK: among words

    /// The address whose `@` is at `at`, among words and without angle brackets, or `nil` if the bytes around it are
    /// not an address, or its start or end is in doubt.
    private static func address(
        _ bytes: Span<UInt8>, around at: Int, in range: Range<Int>, isProse: Bool
    ) -> Range<Int>? {
        guard var low = start(bytes, of: at, in: range), low < at else { return nil }
        if at + 1 < range.upperBound, bytes[at + 1] == UInt8(ascii: "[") {
            guard let end = literal(bytes, at + 1, before: range.upperBound), end - low <= maximumLength,
                isEnd(bytes, end, before: range.upperBound), isSeen(bytes, low..<at)
            else { return nil }
            return low..<end
        }
        guard let high = end(bytes, of: at, in: range) else { return nil }
        if bytes[low] != UInt8(ascii: "\"") {
            if low > range.lowerBound, bytes[low - 1] == UInt8(ascii: "\""),
                !closes(bytes, UInt8(ascii: "\""), from: high, before: range.upperBound)
            {
                return nil
            }
            let glued = isProse ? endOfWords(bytes, low..<at) : low
            if glued > low, isInSentence(bytes, low..<high, of: range) {
                // With a sign on one side, or a domain beyond ASCII, the start of the address is in doubt.
                guard let inner = withoutQuotes(bytes, glued..<at, behind: high, before: range.upperBound),
                    inner < at, bytes[inner].isLetterOrDigit,
                    (at..<high).allSatisfy({ bytes[$0] < 0x80 })
                else { return nil }
                low = glued
            }
            guard let inner = withoutQuotes(bytes, low..<at, behind: high, before: range.upperBound) else { return nil }
            low = inner
        }
        guard low < at, high - low <= maximumLength, isSeen(bytes, low..<high) else { return nil }
        if bytes[low] == UInt8(ascii: "\"") { return low..<high }
        // `...@dest.example` and `*@dest.example` mean many addresses.
        for index in low..<at where bytes[index].isWord {
            return low..<high
        }
        return nil
    }

    /// Where the local part starts that ends at `at`.
    private static func start(_ bytes: Span<UInt8>, of at: Int, in range: Range<Int>) -> Int? {
        var low = at
        let stop = max(range.lowerBound, at - maximumLength)
        if low > range.lowerBound, bytes[low - 1] == UInt8(ascii: "\"") {
            // A quoted local part: back to the opening quote.
            var index = low - 2
            while index >= stop, bytes[index] != UInt8(ascii: "\"") || isEscaped(bytes, index, from: stop) {
                index -= 1
            }
            guard index >= stop, index < low - 2, endOfQuotedString(bytes, index..<at) == at else { return nil }
            return isStart(bytes, index, from: range.lowerBound) ? index : nil
        }
        var isASCII = true
        while low > stop, bytes[low - 1].isLocalPart {
            if bytes[low - 1] >= 0x80 { isASCII = false }
            low -= 1
        }
        if low == stop, low > range.lowerBound, bytes[low - 1].isLocalPart { return nil }
        if isASCII { return isStart(bytes, low, from: range.lowerBound) ? low : nil }
        // Signs of the prose beyond ASCII are right before the address.
        var start = low
        var hasSign = false
        var isJoined = false
        var isBehindLetter = false
        var index = low
        while index < at {
            let length = characterLength(bytes, index, before: at)
            if length > 1, isSign(bytes, index, length) {
                // `o’brien@dest.example` is one word.
                isJoined = joinsWords(bytes, index, length) && isBehindLetter
                start = index + length
                hasSign = true
            }
            isBehindLetter = endsWord(bytes, index, length)
            index += length
        }
        if isJoined { return nil }
        return hasSign || isStart(bytes, low, from: range.lowerBound) ? start : nil
    }

    /// Where the ASCII starts after the last letter of a script that writes no blanks, or the start of `local` if there
    /// is none, or if more than ASCII is after it.
    private static func endOfWords(_ bytes: Span<UInt8>, _ local: Range<Int>) -> Int {
        var end = local.upperBound
        while end > local.lowerBound, bytes[end - 1] < 0x80 { end -= 1 }
        guard end < local.upperBound, end > local.lowerBound else { return local.lowerBound }
        var index = end - 1
        while index > local.lowerBound, bytes[index] & 0xC0 == 0x80 { index -= 1 }
        let length = characterLength(bytes, index, before: end)
        guard index + length == end, isOfBlanklessScript(bytes, index, length), isSeen(bytes, index..<end) else {
            return local.lowerBound
        }
        return end
    }

    /// Whether more than `address` is in `line`. A list has one to a line, and a colon after it.
    private static func isInSentence(_ bytes: Span<UInt8>, _ address: Range<Int>, of line: Range<Int>) -> Bool {
        if (line.lowerBound..<address.lowerBound).contains(where: { !bytes[$0].isSpace }) { return true }
        let rest = bytes.trimmed(address.upperBound..<line.upperBound)
        guard let first = rest.first else { return false }
        return bytes[first] != UInt8(ascii: ":")
    }

    /// Where the domain ends that starts after `at`.
    private static func end(_ bytes: Span<UInt8>, of at: Int, in range: Range<Int>) -> Int? {
        var high = at + 1
        let limit = min(range.upperBound, at + maximumLength)
        while high < limit, isDomain(bytes[high]) {
            guard bytes[high] >= 0x80 else {
                high += 1
                continue
            }
            let length = characterLength(bytes, high, before: range.upperBound)
            if isFullStop(bytes, high, length) {
                // It ends a sentence, or parts two labels as a dot does (RFC 3490 section 3.1).
                let next = high + length
                let isComplete = isComplete(bytes, (at + 1)..<high)
                if next < range.upperBound, bytes[next].isLetterOrDigit {
                    if isComplete { return nil }
                } else if next >= range.upperBound || bytes[next] < 0x80 || isComplete
                    || isSign(bytes, next, characterLength(bytes, next, before: range.upperBound))
                {
                    break
                }
            } else if isSign(bytes, high, length) {
                break
            } else if bytes[high] >= 0xE2, isComplete(bytes, (at + 1)..<high) {
                // Scripts without blanks continue directly after an address: `bob@dest.example不存在`. No top-level domain
                // mixes the two.
                if isFullWidth(bytes, high, length) || !isSeen(bytes, high..<(high + length)) { return nil }
                break
            }
            high += length
        }
        guard isEnd(bytes, high, before: range.upperBound) else { return nil }
        while high > at + 1, !bytes[high - 1].isWord { high -= 1 }
        guard high > at + 1, isWholeDomain(bytes, (at + 1)..<high) else { return nil }
        return high
    }

    /// Whether a local part may start at `low`, by what comes before it.
    private static func isStart(_ bytes: Span<UInt8>, _ low: Int, from start: Int) -> Bool {
        guard low > start else { return true }
        switch bytes[low - 1] {
        case 0x20, 0x0A, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: ";"):
            return true
        case UInt8(ascii: ","):
            // Between two addresses, or after a sentence's number or sign; `a,b@dest.example` may be one.
            var index = low - 2
            var hasLetter = false
            while index >= max(start, low - maximumLength), bytes[index].isLocalPart {
                hasLetter = hasLetter || bytes[index].isLetter
                index -= 1
            }
            let isWord = index < start || bytes[index].isSpace
            return !(hasLetter && isWord)
        case 0x09:
            // Between a label and the address, not within one.
            var index = low - 2
            while index >= start, bytes[index] == 0x09 || bytes[index] == 0x20 { index -= 1 }
            return index < start || !bytes[index].isLocalPart
        case UInt8(ascii: ":"):
            // `https://bob@dest.example/` names a host.
            return !(bytes[low] == UInt8(ascii: "/") && bytes[low + 1] == UInt8(ascii: "/"))
        case UInt8(ascii: "\""):
            // A quote that opens; one that closes is a part of the local part.
            guard low - 2 >= start else { return true }
            let before = bytes[low - 2]
            return before == UInt8(ascii: "=")
                || !before.isLocalPart && before != UInt8(ascii: "\"") && before != UInt8(ascii: "\\") && before >= 0x20
                || before == 0x0A || before == 0x09
        default: return false
        }
    }

    /// Whether a domain may end before `high`, by what is there.
    private static func isEnd(_ bytes: Span<UInt8>, _ high: Int, before end: Int) -> Bool {
        guard high < end else { return true }
        switch bytes[high] {
        case UInt8(ascii: "#"):
            // Exchange parts the address and the reply so: `bob@dest.example#550 5.1.1 …#`.
            return high + 4 < end && (bytes[high + 1] == UInt8(ascii: "4") || bytes[high + 1] == UInt8(ascii: "5"))
                && bytes[high + 2].isDigit && bytes[high + 3].isDigit && bytes[high + 4] == 0x20
        case UInt8(ascii: "@"), UInt8(ascii: "\\"), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "%"),
            UInt8(ascii: "$"), UInt8(ascii: "^"), UInt8(ascii: "~"), 0x7F:
            return false
        case 0x20, 0x09, 0x0A: return true
        case 0x0D: return high + 1 == end || bytes[high + 1] == 0x0A
        case 0..<0x20: return false
        // The longest possible domain ends here, or the domain continues.
        case let byte where byte < 0x80: return !isDomain(byte)
        default: return true
        }
    }

    /// Where the local part starts without the signs that prose puts on both sides of an address, as
    /// `'bob@dest.example'` and `*bob@dest.example*`. A sign only before it belongs to the local part; `nil` if it is
    /// in doubt.
    private static func withoutQuotes(
        _ bytes: Span<UInt8>, _ local: Range<Int>, behind high: Int, before end: Int
    ) -> Int? {
        var lead = local.lowerBound
        while lead < local.upperBound, closing(bytes[lead]) != nil { lead += 1 }
        guard lead > local.lowerBound else { return local.lowerBound }
        var behind = high
        while behind < end, bytes[behind] == UInt8(ascii: ".") { behind += 1 }
        // As many of the outer ones as the other side has, too.
        var low = local.lowerBound
        for count in stride(from: lead - local.lowerBound, to: 0, by: -1) where behind + count <= end {
            let isPaired = (0..<count).allSatisfy {
                isPair(bytes[local.lowerBound + $0], bytes[behind + count - 1 - $0])
            }
            guard isPaired else { continue }
            low += count
            behind += count
            break
        }
        guard low < local.upperBound else { return nil }
        if let sign = closing(bytes[low]), closes(bytes, sign, from: behind, before: end) { return nil }
        if bytes[low] == UInt8(ascii: "`"), closes(bytes, bytes[low], from: behind, before: end) { return nil }
        return low
    }

    /// Whether prose puts the two signs around an address.
    private static func isPair(_ left: UInt8, _ right: UInt8) -> Bool {
        closing(left) == right || left == UInt8(ascii: "`") && right == left
    }

    /// The sign that closes what this one opens, if prose puts it around an address.
    private static func closing(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "`"): UInt8(ascii: "'")
        case UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "|"), UInt8(ascii: "~"): byte
        case UInt8(ascii: "{"): UInt8(ascii: "}")
        default: nil
        }
    }

    /// Whether `sign` closes something on the same line: it is not an apostrophe, and does not open anything.
    private static func closes(_ bytes: Span<UInt8>, _ sign: UInt8, from start: Int, before end: Int) -> Bool {
        var index = start
        let stop = min(end, start + maximumQuotation)
        while index < stop, bytes[index] != 0x0A {
            defer { index += 1 }
            guard bytes[index] == sign else { continue }
            let isBehindWord = bytes[index - 1].isLetterOrDigit
            let isBeforeWord =
                index + 1 < end && bytes[index + 1].isWord
            if isBeforeWord, isBehindWord || bytes[index - 1].isSpace || bytes[index - 1] == UInt8(ascii: "<") {
                continue
            }
            return true
        }
        return false
    }

    /// The quoted string, quotes included, that `at` is in. Prose has quotes that are alone, so one opens only after a
    /// blank or a sign, and holds neither line ends nor angle brackets.
    private static func quotedString(_ bytes: Span<UInt8>, around at: Int, in range: Range<Int>) -> Range<Int>? {
        var open = at - 1
        let stop = max(range.lowerBound, at - maximumLength)
        while open >= stop,
            bytes[open] != UInt8(ascii: "\"") || (open > stop && bytes[open - 1] == UInt8(ascii: "\\"))
        {
            open -= 1
        }
        guard open >= stop else { return nil }
        if open > range.lowerBound, bytes[open - 1].isLetterOrDigit { return nil }
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

    /// The address in the angle brackets that are, blanks aside, right after `position`, of a name that may have ended
    /// with a quote there, and where they open.
    private static func angleAddress(
        _ bytes: Span<UInt8>, behind position: Int, in range: Range<Int>
    ) -> (open: Int, address: Range<Int>)? {
        var index = position
        if index < range.upperBound, bytes[index] == UInt8(ascii: "'") || bytes[index] == UInt8(ascii: "\"") {
            index += 1
        }
        let end = min(range.upperBound, position + maximumLength)
        while index < end, bytes[index].isBlank { index += 1 }
        guard index < end, bytes[index] == UInt8(ascii: "<"),
            let close = closingBracket(bytes, from: index + 1, before: range.upperBound)
        else { return nil }
        return path(bytes, in: (index + 1)..<close).map { (index, $0) }
    }

    // MARK: characters

    private static func same(_ bytes: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).allSatisfy { bytes[$0].lowercased == bytes[$1].lowercased }
    }

    private static func isEscaped(_ bytes: Span<UInt8>, _ index: Int, from start: Int) -> Bool {
        var count = 0
        while index - count - 1 >= start, bytes[index - count - 1] == UInt8(ascii: "\\") { count += 1 }
        return count % 2 == 1
    }

    /// Whether a domain may end here: its last label is two ASCII letters or more after a dot.
    private static func isComplete(_ bytes: Span<UInt8>, _ domain: Range<Int>) -> Bool {
        var position = domain.upperBound - 1
        while position >= domain.lowerBound, bytes[position].isLetter { position -= 1 }
        guard domain.upperBound - 1 - position >= 2, position > domain.lowerBound else { return false }
        return bytes[position] == UInt8(ascii: ".")
            || position - 2 > domain.lowerBound && isFullStop(bytes, position - 2, 3)
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        byte.isWord || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
    /// RFC 5321 dcontent.
    private static func isLiteral(_ byte: UInt8) -> Bool {
        byte.isVisible && byte != UInt8(ascii: "[") && byte != UInt8(ascii: "]")
            && byte != UInt8(ascii: "\\")
    }
}
