/// Identifiers that a returned message carries.
enum Identifier {
    /// The identifier of a decoded List-Id: what is within the last angle brackets (RFC 2919 section 3), else the whole
    /// value; in lower case, nil if nothing is left.
    static func list(_ value: String) -> String? {
        let bytes = value.utf8
        if let open = bytes.lastIndex(of: UInt8(ascii: "<")),
            let close = bytes[open...].firstIndex(of: UInt8(ascii: ">")),
            let identifier = line(value[bytes.index(after: open)..<close].lowercased())
        {
            return identifier
        }
        return line(value.lowercased())
    }

    /// A decoded value as one line, cut at a character's end; nil if nothing is left.
    static func line(_ value: some StringProtocol, limit: Int = Limits.identifierBytes) -> String? {
        var line = ""
        var (count, isApart) = (0, false)
        for scalar in value.unicodeScalars {
            guard !scalar.properties.isWhitespace, scalar.properties.generalCategory != .control else {
                isApart = count > 0
                continue
            }
            count += UTF8.width(scalar) + (isApart ? 1 : 0)
            if count > limit { break }
            if isApart { line.append(" ") }
            isApart = false
            line.unicodeScalars.append(scalar)
        }
        return line.isEmpty ? nil : line
    }
}
