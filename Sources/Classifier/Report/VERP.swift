import MIME

/// Variable envelope return paths: `bounce+bob=dest.example@news.example` names the recipient that was mailed
/// (D. J. Bernstein, VERP, 1997; Postfix VERP_README; Mailman; ezmlm).
enum VERP {
    /// The recipient in the tag of one of the addresses that the report was delivered to, or nil.
    /// - Parameter known: addresses that the report names: they tell where the recipient starts in
    ///   `list-return-7-anna-maria=dest.example`.
    static func recipient(in deliveredTo: [String], delimiters: [UInt8], known: [String]) -> String? {
        for address in deliveredTo {
            guard let at = address.lastIndex(of: "@") else { continue }
            let local = Array(address[..<at].utf8)
            if let found = recipient(local: local, delimiters: delimiters, known: known) { return found }
        }
        return nil
    }

    private static func recipient(local: [UInt8], delimiters: [UInt8], known: [String]) -> String? {
        let span = local.span
        // Sender rewriting (SRS) and bounce tags (BATV) use the same signs for other things.
        for prefix: StaticString in ["srs0", "srs1", "prvs=", "btv1="]
        where span.hasPrefix(prefix, ignoringCaseIn: 0..<span.count) { return nil }
        guard let equals = local.lastIndex(of: UInt8(ascii: "=")), equals + 3 < local.count else { return nil }
        let domain = local[(equals + 1)...]
        guard domain.contains(UInt8(ascii: ".")),
            domain.allSatisfy({ $0.isLetter || $0.isDigit || $0 == 0x2D || $0 == 0x2E || $0 >= 0x80 }),
            domain.first != UInt8(ascii: "."), domain.last != UInt8(ascii: ".")
        else { return nil }
        var starts: [Int] = []
        for (index, byte) in local[..<equals].enumerated() where delimiters.contains(byte) { starts.append(index + 1) }
        starts.removeAll { $0 >= equals }
        guard !starts.isEmpty else { return nil }
        func address(from start: Int) -> String {
            AddressText.text(Array(local[start..<equals]) + [UInt8(ascii: "@")] + Array(domain))
        }
        for start in starts where known.contains(address(from: start)) { return address(from: start) }
        if let plus = local[..<equals].firstIndex(of: UInt8(ascii: "+")), delimiters.contains(UInt8(ascii: "+")),
            plus + 1 < equals
        {
            return address(from: plus + 1)
        }
        // ezmlm: NAME-return-NUMBER-USER=DOMAIN; others: NAME-bounces-USER=DOMAIN.
        for word in ["-return-", "-bounces-", "-bounce-", "-errors-"] {
            guard let mark = Original.position(of: word, in: local), mark + word.utf8.count < equals else { continue }
            var start = mark + word.utf8.count
            var digits = start
            while digits < equals, local[digits].isDigit { digits += 1 }
            if digits > start, digits < equals, local[digits] == UInt8(ascii: "-") { start = digits + 1 }
            return address(from: start)
        }
        return address(from: starts[0])
    }
}
