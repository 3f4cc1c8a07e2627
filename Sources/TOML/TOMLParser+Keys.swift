extension TOMLParser {
    /// Reads `[name]` or `[[name]]` to the end of its line; returns the table, and the number of names that lead to it.
    mutating func header() throws(TOMLError) -> (table: Int, names: Int) {
        let opening = here()
        index += 1
        let isArray = take(UInt8(ascii: "["))
        skipBlanks()
        if isAtLineEnd { throw Self.unclosedBracket(opening) }
        if byte == UInt8(ascii: "]") { throw error("the name of a table must stand between the brackets") }
        depth = 0
        let name = try key()
        for _ in 0..<(isArray ? 2 : 1) where !take(UInt8(ascii: "]")) {
            if isAtLineEnd { throw Self.unclosedBracket(opening) }
            throw error("after the name of a table its bracket must be closed; \(Self.quotedName)")
        }
        let table = try tree.open(name, isArray: isArray, at: opening)
        try endLine()
        return (table, name.parts.count)
    }

    /// Reads `key = value`.
    mutating func pair(into table: Int) throws(TOMLError) {
        let name = try key()
        guard take(UInt8(ascii: "=")) else {
            if byte == UInt8(ascii: ":") { throw error("an equals sign must follow the key, not a colon") }
            if isAtLineEnd || byte == UInt8(ascii: "#") {
                throw error("an equals sign and a value must follow the key")
            }
            throw unexpected("an equals sign must follow the key; \(Self.quotedName)")
        }
        skipBlanks()
        // A duplicate is reported before the second value is read.
        let place = try tree.place(name, in: table)
        depth += name.parts.count
        let value = try value()
        depth -= name.parts.count
        tree.insert(value, at: place)
    }

    /// Reads a key and the blanks after it.
    private mutating func key() throws(TOMLError) -> TOMLName {
        var parts: [TOMLName.Part] = []
        repeat {
            skipBlanks()
            let position = here()
            guard depth + parts.count < TOMLDocument.depthLimit else {
                throw TOMLError(Self.tooDeep, at: position)
            }
            parts.append(TOMLName.Part(text: try keyPart(isFirst: parts.isEmpty), position: position))
            skipBlanks()
        } while take(UInt8(ascii: "."))
        return TOMLName(parts: parts)
    }

    private mutating func keyPart(isFirst: Bool) throws(TOMLError) -> String {
        switch byte {
        case let quote? where quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"):
            guard peek(1) != quote || peek(2) != quote else {
                throw error("a key has one quotation mark before it and one after it, not three")
            }
            return try line(in: quote)
        case let first? where first.isTOMLBare:
            let start = index
            while let byte, byte.isTOMLBare { index += 1 }
            return String(decoding: bytes[start..<index], as: UTF8.self)
        case UInt8(ascii: "="):
            throw error(isFirst ? "a key must stand before the equals sign" : "a key must not end with a dot")
        case let first? where first >= 0x80:
            throw error("a key may have the letters a to z, digits, _ and - in it; others need quotation marks")
        default: throw unexpected("a key must stand here")
        }
    }

    private static let quotedName = "a name that has blanks or other signs in it needs quotation marks"
    static let tooDeep =
        "this stands within more than \(TOMLDocument.depthLimit) names and brackets; no text of ours does"

    static func unclosedBracket(_ opening: TOMLPosition) -> TOMLError {
        TOMLError("a bracket that is opened here is not closed", at: opening)
    }
}
