extension TOMLParser {
    /// Reads a text of one line or of several, in quotation marks of either kind, which start here.
    mutating func text() throws(TOMLError) -> String {
        guard let quote = byte else { return "" }
        guard peek(1) == quote, peek(2) == quote else { return try line(in: quote) }
        return try lines(in: quote)
    }

    /// Reads a text of one line.
    mutating func line(in quote: UInt8) throws(TOMLError) -> String {
        let opening = here()
        var text: [UInt8] = []
        index += 1
        while !isAtLineEnd, let byte {
            switch byte {
            case quote:
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""):
                if peek(1) == nil { throw Self.unclosedQuote(opening) }
                try escape(into: &text)
            default:
                try refuseControl(byte)
                text.append(byte)
                index += 1
            }
        }
        throw Self.unclosedQuote(opening)
    }

    /// Reads a text in three quotation marks. Its lines end with LF, however they end in the file.
    private mutating func lines(in quote: UInt8) throws(TOMLError) -> String {
        let opening = here()
        var text: [UInt8] = []
        index += 3
        // An end of a line right after the quotation marks is not part of the text.
        _ = takeLineEnd()
        while let byte {
            switch byte {
            case quote where peek(1) == quote && peek(2) == quote:
                index += 3
                // The text itself may end with one or two quotation marks.
                for _ in 0..<2 where take(quote) { text.append(quote) }
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""):
                if peek(1) == nil { throw Self.unclosedQuote(opening) }
                if !takeContinuation() { try escape(into: &text) }
            case _ where takeLineEnd():
                text.append(UInt8(ascii: "\n"))
            default:
                try refuseControl(byte)
                text.append(byte)
                index += 1
            }
        }
        throw Self.unclosedQuote(opening)
    }

    /// Goes past a backslash that ends a line, and all blanks and empty lines after it.
    private mutating func takeContinuation() -> Bool {
        var end = index + 1
        while end < bytes.count, bytes[end] == UInt8(ascii: " ") || bytes[end] == UInt8(ascii: "\t") { end += 1 }
        let backslash = index
        index = end
        guard byte != nil, takeLineEnd() else {
            index = backslash
            return false
        }
        repeat { skipBlanks() } while takeLineEnd()
        return true
    }

    // MARK: Escapes

    /// Reads a backslash and what belongs to it.
    private mutating func escape(into text: inout [UInt8]) throws(TOMLError) {
        let plain: UInt8
        switch peek(1) {
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "\""): plain = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): plain = UInt8(ascii: "\\")
        case UInt8(ascii: "u"): return try character(digits: 4, into: &text)
        case UInt8(ascii: "U"): return try character(digits: 8, into: &text)
        default:
            throw error(
                "the backslash starts an escape that TOML does not know; write two of them, "
                    + "or put the text in single quotation marks")
        }
        text.append(plain)
        index += 2
    }

    /// Reads `\u00E9` or `\U000000E9`.
    private mutating func character(digits: Int, into text: inout [UInt8]) throws(TOMLError) {
        var number: UInt32 = 0
        for place in 2..<(2 + digits) {
            guard let digit = peek(place)?.hexadecimalValue else {
                throw error("\(digits) hexadecimal digits must follow the \(digits == 4 ? "\\u" : "\\U")")
            }
            number = number << 4 | UInt32(digit)
        }
        guard number != 0 else { throw error("a NUL stands here, which no text of ours has; take it out") }
        guard let scalar = Unicode.Scalar(number) else {
            throw error("no character has this number")
        }
        text.append(contentsOf: Character(scalar).utf8)
        index += 2 + digits
    }

    private static func unclosedQuote(_ opening: TOMLPosition) -> TOMLError {
        TOMLError("a quotation mark that is opened here is not closed", at: opening)
    }
}
