import Bytes

/// What sending applications put before the recipient of a tag: a number, a hash.
enum VERPToken {
    /// Bytes of the shortest token before a `=`, with digits in it and without; an address with a `=` of its own is rare, and its
    /// first half is short.
    static let minimumLength = 6
    static let minimumLetters = 8
    /// Hexadecimal digits of the shortest hash before a `-`.
    static let minimumHash = 10
    /// Hexadecimal digits of each half of Mailgun's token.
    private static let halfDigits = 6
    /// Letters of ezmlm's cookie.
    private static let cookieLetters = 20
    private static let uuidLength = 36

    /// Where the recipient starts, after the token, if one is at `start`.
    static func end(_ local: [UInt8], _ start: Int, before end: Int) -> Int {
        halves(local, start, before: end) ?? account(local, start, before: end) ?? cookie(local, start, before: end)
            ?? hash(local, start, before: end) ?? equals(local, start, before: end) ?? start
    }

    /// SendGrid: `bounces+12345678-ab12-bob=dest.example`, the account's number and four hexadecimal digits.
    static func account(_ local: [UInt8], _ start: Int, before end: Int) -> Int? {
        guard let dash = local[start..<end].firstIndex(where: { !$0.isDigit }), dash - start >= 4,
            local[dash] == UInt8(ascii: "-"), dash + 6 < end, local[dash + 5] == UInt8(ascii: "-"),
            local[(dash + 1)...(dash + 4)].allSatisfy({ $0.hexadecimalValue != nil })
        else { return nil }
        return dash + 6
    }

    /// Mailgun: `bounce+7c19af.204411-bob=dest.example`.
    private static func halves(_ local: [UInt8], _ start: Int, before end: Int) -> Int? {
        let (dot, dash) = (start + halfDigits, start + 2 * halfDigits + 1)
        guard dash + 1 < end, local[dot] == UInt8(ascii: "."), local[dash] == UInt8(ascii: "-") else { return nil }
        let digits = local[start..<dot] + local[(dot + 1)..<dash]
        return digits.allSatisfy({ $0.hexadecimalValue != nil }) && digits.contains { $0.isDigit } ? dash + 1 : nil
    }

    /// ezmlm's warnings: `list-return-1795424407.abcdefghijklmnopabcd-bob=dest.example`.
    private static func cookie(_ local: [UInt8], _ start: Int, before end: Int) -> Int? {
        guard let dot = local[start..<end].firstIndex(where: { !$0.isDigit }), dot > start,
            local[dot] == UInt8(ascii: "."), dot + cookieLetters + 2 < end,
            local[dot + cookieLetters + 1] == UInt8(ascii: "-"),
            local[(dot + 1)...(dot + cookieLetters)].allSatisfy({ $0.isLetter })
        else { return nil }
        return dot + cookieLetters + 2
    }

    /// A hash or a UUID with a `-` after it: `bounces+9f31c0de77aa-bob=dest.example`.
    private static func hash(_ local: [UInt8], _ start: Int, before end: Int) -> Int? {
        let text = local[start..<end]
        let dash: Int
        let uuid = text.prefix(uuidLength)
        if uuid.enumerated().allSatisfy({
            [8, 13, 18, 23].contains($0) ? $1 == UInt8(ascii: "-") : $1.hexadecimalValue != nil
        }) {
            dash = uuid.endIndex
        } else {
            let digits = text.prefix { $0.hexadecimalValue != nil }
            guard digits.count >= minimumHash, digits.contains(where: { $0.isDigit }),
                digits.contains(where: { $0.isLetter })
            else { return nil }
            dash = digits.endIndex
        }
        return dash + 1 < end && local[dash] == UInt8(ascii: "-") ? dash + 1 : nil
    }

    /// `TOKEN=bob`, `TOKEN-=bob`.
    private static func equals(_ local: [UInt8], _ start: Int, before end: Int) -> Int? {
        guard let equals = local[start..<end].lastIndex(of: UInt8(ascii: "=")), equals + 1 < end else { return nil }
        let token = local[start..<equals]
        // The padding of base64, and the sign of some applications.
        let core = token.lastIndex { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "=") }.map { token[...$0] } ?? []
        guard !core.isEmpty, core.allSatisfy({ $0.isLetterOrDigit || "-_./".utf8.contains($0) }) else {
            return nil
        }
        let isToken =
            core.allSatisfy { $0.isDigit } || core.count >= minimumLetters
            || core.count >= minimumLength && (core.count < token.count || core.contains { $0.isDigit })
        return isToken ? equals + 1 : nil
    }
}
