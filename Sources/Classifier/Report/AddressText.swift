import MIME

/// Addresses as text.
enum AddressText {
    /// The first addr-spec in a field's value, the domain in lower case, or nil.
    static func first(in value: [UInt8]) -> String? {
        let span = value.span
        return AddressScan.first(span, in: 0..<span.count).map { text(span, $0) }
    }

    /// All addr-specs in a field's value.
    static func all(in value: [UInt8], limit: Int) -> [String] {
        let span = value.span
        return AddressScan.list(span, in: 0..<span.count, limit: limit).map { text(span, $0) }
    }

    /// What stands between angle brackets, or the value without them, in lower case: `<>` is empty.
    static func bare(_ value: [UInt8]) -> String {
        String(
            decoding: value.filter { $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") && !$0.isSpace }, as: UTF8.self
        )
        .lowercased()
    }

    /// The address of a Return-Path, empty for `<>`, whatever stands behind it.
    static func path(_ value: [UInt8]) -> String {
        if value.count >= 2, value[0] == UInt8(ascii: "<"), value[1] == UInt8(ascii: ">") { return "" }
        return first(in: value) ?? bare(value)
    }

    /// Bytes of an address as a string: lower case, quotes around a local part removed where it is a dot-string without
    /// them but for its dots (Postfix quotes `abc..def.`, which carriers hand out).
    static func text(_ bytes: [UInt8]) -> String { text(bytes.span, bytes.indices) }

    static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        if range.isEmpty || bytes[range.lowerBound] != UInt8(ascii: "\""),
            range.allSatisfy({ bytes[$0] < 0x80 && bytes[$0] != 0x1B })
        {
            return lowercased(bytes.extracting(range))
        }
        var address = String(decoding: Charset.utf8(bytes.copy(range), charset: nil), as: UTF8.self)
        if address.hasPrefix("\""), let at = address.lastIndex(of: "@"), address[..<at].hasSuffix("\"") {
            let local = address[address.index(after: address.startIndex)..<address.index(before: at)]
            let isPlain =
                !local.isEmpty
                && local.utf8.allSatisfy { $0.isLetter || $0.isDigit || "!#$%&'*+-/=?^_`{|}~.".utf8.contains($0) }
            if isPlain { address = String(local) + address[at...] }
        }
        return address.lowercased()
    }

    /// ASCII in lower case.
    private static func lowercased(_ bytes: Span<UInt8>) -> String {
        String(unsafeUninitializedCapacity: bytes.count) { buffer in
            for index in 0..<bytes.count { buffer[index] = bytes[index].lowercased }
            return bytes.count
        }
    }

    /// Message-ID without angle brackets and comments, or nil where it is empty.
    static func messageID(_ value: [UInt8]) -> String? {
        let span = value.span
        var range = span.trimmed(0..<span.count)
        if let open = span.firstIndex(of: UInt8(ascii: "<"), in: range) {
            let close = span.firstIndex(of: UInt8(ascii: ">"), in: open..<range.upperBound) ?? range.upperBound
            range = (open + 1)..<close
        }
        guard !range.isEmpty else { return nil }
        return String(
            decoding: span.copy(range.lowerBound..<min(range.upperBound, range.lowerBound + 998)), as: UTF8.self)
    }
}
