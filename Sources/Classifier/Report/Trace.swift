import Bytes

/// One Received field (RFC 5321 section 4.4).
struct Trace: Sendable {
    /// The host after `by`, lower case.
    var by: String?
    /// The field has the form in which a mail server notes a message that was made on its own host.
    var isLocal: Bool

    /// Words that are looked at.
    private static let maximumWords = 24

    init(_ value: Span<UInt8>) {
        var words: [Range<Int>] = []
        words.reserveCapacity(12)
        var index = 0
        while index < value.count, words.count < Trace.maximumWords {
            while index < value.count, value[index].isSpace { index += 1 }
            let start = index
            while index < value.count, !value[index].isSpace, value[index] != UInt8(ascii: ";") { index += 1 }
            guard start < index else { break }
            words.append(start..<index)
        }
        /// What comes after the last such word, in any case: what a client calls itself is before our server's own
        /// words.
        func after(_ word: StaticString) -> Range<Int>? {
            guard let place = words.lastIndex(where: { value.equals(word, ignoringCaseIn: $0) }),
                place + 1 < words.count
            else { return nil }
            return words[place + 1]
        }
        // indimail, a qmail: `indimail-mta queue 4711 by host HOST (invoked for bounce)`.
        let indimail = after("(invoked")
        let by = indimail == nil ? after("by") : after("host")
        self.by = by.map { String(lowercasing: value.extracting($0)) }
        guard let first = words.first else {
            isLocal = false
            return
        }
        // qmail: `(qmail 4711 invoked for bounce)`, `… by uid 89)`, `… by alias)`; from another host `… from network)`.
        if value.equals("(qmail", ignoringCaseIn: first) {
            isLocal = words.count > 3 && !value.equals("from", ignoringCaseIn: words[3])
            return
        }
        guard let by else {
            isLocal = false
            return
        }
        if let indimail {
            isLocal = !value.equals("from", ignoringCaseIn: indimail)
            return
        }
        let with = after("with")
        let hasFrom = value.equals("from", ignoringCaseIn: first)
        if let with {
            isLocal  // Exim and Courier: `from USER by HOST with local (Exim 4.97)`, `with dsn`.
            =
                value.equals("local", ignoringCaseIn: with) || value.equals("dsn", ignoringCaseIn: with)
                // Sendmail 8.13 and older, of what the daemon itself made.
                || value.equals("internal", ignoringCaseIn: with)
                // OpenSMTPD and DragonFly: `from HOST (HOST [local]) by HOST (OpenSMTPD) with ESMTPA`.
                || hasFrom && words.count > 3
                    && (value.equals("[local])", ignoringCaseIn: words[3])
                        || value.equals("[local]", ignoringCaseIn: words[3]))
        } else if hasFrom {
            // Sendmail: `from localhost (localhost) by HOST (8.18.1/8.18.1) id …`: no address that it came from.
            isLocal =
                words.count > 2 && value.equals("localhost", ignoringCaseIn: words[1])
                && value.equals("(localhost)", ignoringCaseIn: words[2])
        } else {
            // Postfix: `by HOST (Postfix) id …`, `by HOST (Postfix, from userid 33) id …`.
            isLocal =
                words.count > 2 && words[1] == by && value[words[2].lowerBound] == UInt8(ascii: "(")
                && after("id") != nil
        }
    }
}
