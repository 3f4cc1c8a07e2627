import Bytes

/// Whose the addresses and hosts in a text are.
struct Parties: Sendable {
    /// The addresses of the failed recipient: mailed, and in the end.
    var recipients: [String] = []
    /// Addresses of ours, from which the message came and to which the report went.
    var senders: [String] = []

    /// Whose address the sign number `sign` of the text belongs to.
    func owner(ofSign sign: Int, in text: [UInt8]) -> Subject {
        let span = text.span
        var from = 0
        var at = -1
        for _ in 0...sign {
            guard let next = span.firstIndex(of: UInt8(ascii: "@"), in: from..<span.count) else { return .other }
            at = next
            from = next + 1
        }
        if recipients.contains(where: { Parties.stands($0, around: at, in: span) }) { return .recipient }
        if senders.contains(where: { Parties.stands($0, around: at, in: span) }) { return .sender }
        let domain = (at + 1)..<span.count
        let isTheirs = recipients.contains { address in
            address.domainPart.map { span.hasPrefix($0, ignoringCaseIn: domain) } ?? false
        }
        return isTheirs ? .recipient : .other
    }

    /// Whose the host is that the folded `name` names.
    func owner(ofHost name: String) -> Subject {
        if recipients.contains(where: { $0.localPart.lowercased() == name }) { return .recipient }
        let isTheirs = recipients.contains { address in
            guard let domain = address.domainPart?.lowercased() else { return false }
            return domain == name || name.hasSuffix("." + domain) || domain.hasSuffix("." + name)
        }
        return isTheirs ? .domain : .client
    }

    private static func stands(_ address: String, around sign: Int, in text: Span<UInt8>) -> Bool {
        guard let at = address.lastSign, at <= sign, !address.isEmpty else { return false }
        return text.hasPrefix(address, ignoringCaseIn: (sign - at)..<text.count)
    }
}

extension Span<UInt8> {
    fileprivate func hasPrefix(_ words: String, ignoringCaseIn range: Range<Int>) -> Bool {
        let utf8 = words.utf8.span
        guard range.count >= utf8.count else { return false }
        for index in 0..<utf8.count where self[range.lowerBound + index].lowercased != utf8[index].lowercased {
            return false
        }
        return true
    }
}
