extension TOMLParser {
    /// Reads a value.
    mutating func value() throws(TOMLError) -> TOMLValue {
        let position = here()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return TOMLValue(.string(try text()), at: position)
        case UInt8(ascii: "["): return TOMLValue(.array(try array(at: position)), at: position)
        case UInt8(ascii: "{"): return TOMLValue(.table(try inlineTable(at: position)), at: position)
        default:
            if isAtLineEnd { throw error("a value must stand after the equals sign") }
            let word = word()
            guard !word.isEmpty else { throw unexpected("a value must stand here") }
            do throws(TOMLNumberError) {
                return TOMLValue(try plainValue(word), at: position)
            } catch {
                throw TOMLError(complaint(error, word), at: position)
            }
        }
    }

    /// Skips a bare value, up to a character that ends it.
    private mutating func word() -> ArraySlice<UInt8> {
        let start = index
        while let byte, byte > UInt8(ascii: " "), byte != 0x7F, !",]}#".utf8.contains(byte) { index += 1 }
        return bytes[start..<index]
    }

    private func complaint(_ error: TOMLNumberError, _ word: ArraySlice<UInt8>) -> String {
        guard error == .noValue else { return error.sentence }
        if ["true", "false", "yes", "no", "on", "off"].contains(String(decoding: word, as: UTF8.self).lowercased()) {
            return "this is written true or false, in small letters and without quotation marks"
        }
        guard let bracket = brackets.last(where: { $0.line < line }) else { return error.sentence }
        return error.sentence + "; or the bracket that is opened on line \(bracket.line) is not closed"
    }

    // MARK: Brackets

    /// Reads `[value, …]`, which may have comments and ends of lines in it.
    private mutating func array(at position: TOMLPosition) throws(TOMLError) -> [TOMLValue] {
        try open(at: position)
        var values: [TOMLValue] = []
        while true {
            try skipLines()
            if byte == UInt8(ascii: "]") { break }
            if byte == nil { throw Self.unclosedBracket(position) }
            values.append(try value())
            try skipLines()
            if take(UInt8(ascii: ",")) { continue }
            if byte == UInt8(ascii: "]") { break }
            if byte == nil { throw Self.unclosedBracket(position) }
            throw unexpected(
                position.line == line
                    ? "a comma or the closing bracket must stand here"
                    : "a comma must stand before this, or the bracket that is opened on line \(position.line) is not closed"
            )
        }
        close()
        return values
    }

    /// Reads `{key = value, …}`, which is one line.
    private mutating func inlineTable(at position: TOMLPosition) throws(TOMLError) -> TOMLTable {
        try open(at: position)
        let table = tree.beginInlineTable(at: position)
        skipBlanks()
        var mayEnd = true
        while !mayEnd || byte != UInt8(ascii: "}") {
            try refuseLineEnd(position)
            try pair(into: table.table)
            skipBlanks()
            try refuseLineEnd(position)
            if byte == UInt8(ascii: "}") { break }
            guard take(UInt8(ascii: ",")) else {
                throw unexpected("a comma or the closing brace must stand here")
            }
            skipBlanks()
            if byte == UInt8(ascii: "}") { throw error("no comma may stand before the closing brace") }
            mayEnd = false
        }
        close()
        return tree.endInlineTable(table)
    }

    private mutating func open(at position: TOMLPosition) throws(TOMLError) {
        guard depth < TOMLDocument.depthLimit else { throw TOMLError(Self.tooDeep, at: position) }
        depth += 1
        brackets.append(position)
        index += 1
    }

    private mutating func close() {
        index += 1
        depth -= 1
        brackets.removeLast()
    }

    private func refuseLineEnd(_ opening: TOMLPosition) throws(TOMLError) {
        guard isAtLineEnd || byte == UInt8(ascii: "#") else { return }
        throw TOMLError("a brace that is opened here is not closed on its line", at: opening)
    }
}
