import Bytes

/// To whom the addresses and hosts in a text belong.
struct Parties: Sendable {
    /// The addresses of the failed recipient: mailed, and in the end.
    var recipients: [String] = []
    /// Addresses of ours, from which the message came and to which the report went.
    var senders: [String] = []

    /// The owner of the address with the `@` at `sign`.
    func owner(ofSign sign: Int, in text: [UInt8]) -> Subject {
        let span = text.span
        if recipients.contains(where: { Parties.stands($0, around: sign, in: span) }) { return .recipient }
        if senders.contains(where: { Parties.stands($0, around: sign, in: span) }) { return .sender }
        let domain = (sign + 1)..<span.count
        let isTheirs = recipients.contains { address in
            guard let at = address.lastSign else { return false }
            let bytes = address.utf8.span.extracting((at + 1)...)
            return bytes.count <= domain.count && span.extracting(domain.prefix(bytes.count)).isSame(as: bytes)
        }
        return isTheirs ? .recipient : .other
    }

    /// The owner of the host with that name.
    func owner(ofHost name: Span<UInt8>) -> Subject {
        for address in recipients {
            let bytes = address.utf8.span
            if name.isSame(as: bytes.extracting(0..<(address.lastSign ?? bytes.count))) { return .recipient }
        }
        if recipients.contains(where: { Parties.isHost(name, of: $0) }) { return .domain }
        return senders.contains { Parties.isHost(name, of: $0) } ? .sender : .client
    }

    /// Whether it is the domain of the address, one within that, or one that holds it.
    private static func isHost(_ name: Span<UInt8>, of address: String) -> Bool {
        guard let sign = address.lastSign else { return false }
        let domain = address.utf8.span.extracting((sign + 1)...)
        return name.isSame(as: domain) || name.isWithin(domain) || domain.isWithin(name)
    }

    private static func stands(_ address: String, around sign: Int, in text: Span<UInt8>) -> Bool {
        guard let at = address.lastSign, at <= sign, !address.isEmpty else { return false }
        let whole = address.utf8.span
        let start = sign - at
        return whole.count <= text.count - start
            && text.extracting(start..<(start + whole.count)).isSame(as: whole)
    }
}

extension Span<UInt8> {
    /// Whether it is the same in any case.
    func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index].lowercased != other[index].lowercased { return false }
        return true
    }

    /// Whether this domain is one below the other.
    fileprivate func isWithin(_ other: Span<UInt8>) -> Bool {
        let start = count - other.count
        return start > 1 && self[start - 1] == UInt8(ascii: ".") && extracting(start...).isSame(as: other)
    }
}
