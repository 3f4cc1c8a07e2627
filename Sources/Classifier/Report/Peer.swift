import Bytes

/// The host that handed a message over, from a Received field of ours (RFC 5321 section 4.4).
///
/// The name after `from` is what the host calls itself, and says nothing. What the server knows is in the parentheses after
/// it: Postfix, Sendmail and Courier write `from HELO (NAME [ADDRESS])`, Exim `from NAME ([ADDRESS] helo=HELO)`, Exchange
/// `from HELO (ADDRESS)`, qmail `from NAME (HELO NAME) (ADDRESS)`.
struct Peer: Equatable {
    var address: String
    /// The host's name, if the server has looked it up; in lower case.
    var name: String?

    /// Whether the message came from a process of the same host, such as a content filter.
    var isLoopback: Bool { address.hasPrefix("127.") || address == "::1" }

    /// - Parameter value: the field without folds; `nil` if it does not say whom the message came from.
    init?(_ value: Span<UInt8>) {
        let text = value.copy(0..<min(value.count, Limits.peerBytes))
        var rest = text[...]
        guard Peer.word(&rest).map({ String(lowercasing: $0.span) }) == "from", let helo = Peer.word(&rest),
            !helo.contains(where: { "()".utf8.contains($0) }), var comment = Peer.comment(&rest)
        else { return nil }
        // qmail: what the host calls itself is in a comment of its own.
        let words = String(decoding: comment, as: UTF8.self).lowercased()
        if words.hasPrefix("helo ") || words.hasPrefix("ehlo ") {
            guard let next = Peer.comment(&rest) else { return nil }
            comment = next
        }
        guard let open = comment.firstIndex(of: UInt8(ascii: "[")) else {
            guard let address = Peer.address(comment) else { return nil }
            self.address = address
            return
        }
        guard let close = comment[open...].firstIndex(of: UInt8(ascii: "]")),
            let address = Peer.address(comment[(open + 1)..<close])
        else { return nil }
        let name = comment[..<open].filter { !$0.isSpace }
        guard name.allSatisfy({ $0.isWord || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }) else { return nil }
        self.address = address
        let isDoubted = String(decoding: comment[close...], as: UTF8.self).lowercased().contains("may be forged")
        let text2 = HostName.withoutDot(String(lowercasing: name.span))
        self.name = isDoubted || text2.isEmpty || text2 == "unknown" ? nil : text2
    }

    private static func word(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        rest = rest.drop(while: \.isSpace)
        let word = rest.prefix { !$0.isSpace }
        rest = rest.dropFirst(word.count)
        return word.isEmpty ? nil : Array(word)
    }

    /// The contents of the parentheses that come next.
    private static func comment(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        rest = rest.drop(while: \.isSpace)
        guard rest.first == UInt8(ascii: "(") else { return nil }
        var depth = 0
        for index in rest.indices {
            if rest[index] == UInt8(ascii: "(") { depth += 1 }
            if rest[index] == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 {
                let comment = Array(rest[(rest.startIndex + 1)..<index])
                rest = rest[(index + 1)...]
                return comment
            }
        }
        return nil
    }

    /// An IP address, in the characters of one.
    private static func address(_ bytes: some Collection<UInt8>) -> String? {
        var text = String(decoding: bytes.filter { !$0.isSpace }, as: UTF8.self).lowercased()
        if text.hasPrefix("ipv6:") { text.removeFirst(5) }
        let isAddress =
            text.utf8.allSatisfy { $0.hexadecimalValue != nil || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
            && (text.utf8.contains(UInt8(ascii: ".")) || text.utf8.contains(UInt8(ascii: ":")))
        return isAddress && text.utf8.count <= 45 ? text : nil
    }
}
