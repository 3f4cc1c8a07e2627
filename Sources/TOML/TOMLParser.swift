/// Reads a TOML text from its first byte to its last, once.
///
/// Every step reads the byte at ``index`` and advances; nothing is read again. Recursion ends at
/// ``TOMLDocument/depthLimit``.
struct TOMLParser {
    let bytes: [UInt8]
    var index = 0
    var tree = TOMLTree()
    /// The names and brackets around the value that is being read.
    var depth = 0
    /// Where the brackets of the value that is being read were opened, the outermost first.
    var brackets: [TOMLPosition] = []

    /// The line at ``index``, counted from 1.
    private(set) var line = 1
    /// The column of the byte at `counted`, which is on this line and not after ``index``.
    private var column = 1
    private var counted = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            index = 3
            counted = 3
        }
    }

    mutating func document() throws(TOMLError) -> TOMLTable {
        try refuseWhatIsNoUTF8()
        // The table that keys go into, and the number of names that lead to it.
        var (table, names) = (TOMLTree.root, 0)
        while true {
            skipBlanks()
            switch byte {
            case nil: return tree.frozen(TOMLTree.root)
            case UInt8(ascii: "#"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): try endLine()
            case UInt8(ascii: "["): (table, names) = try header()
            default:
                depth = names
                try pair(into: table)
                try endLine()
            }
        }
    }

    // MARK: Bytes

    /// The byte at ``index``, or `nil` at the end of the text.
    var byte: UInt8? { peek(0) }

    func peek(_ count: Int) -> UInt8? { index + count < bytes.count ? bytes[index + count] : nil }

    /// Goes past a byte if it is the next one.
    mutating func take(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        index += 1
        return true
    }

    /// The position of ``index``.
    mutating func here() -> TOMLPosition {
        while counted < index {
            if bytes[counted] & 0xC0 != 0x80 { column += 1 }
            counted += 1
        }
        return TOMLPosition(line: line, column: column)
    }

    /// An error at ``index``.
    mutating func error(_ message: String) -> TOMLError { TOMLError(message, at: here()) }

    // MARK: Blanks, comments, lines

    mutating func skipBlanks() {
        while byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { index += 1 }
    }

    /// Whether a line, or the text, ends at ``index``.
    var isAtLineEnd: Bool {
        switch byte {
        case nil, UInt8(ascii: "\n"): true
        case UInt8(ascii: "\r"): peek(1) == UInt8(ascii: "\n")
        default: false
        }
    }

    /// Goes past a line's end, LF or CR LF, if one is here.
    mutating func takeLineEnd() -> Bool {
        guard isAtLineEnd, let byte else { return false }
        index += byte == UInt8(ascii: "\r") ? 2 : 1
        line += 1
        column = 1
        counted = index
        return true
    }

    /// Goes past blanks and a comment to the next line, where nothing else may be.
    mutating func endLine() throws(TOMLError) {
        skipBlanks()
        try skipComment()
        guard takeLineEnd() || byte == nil else {
            throw unexpected("nothing more may follow on this line")
        }
    }

    /// Goes past blanks, comments and the ends of lines, as within an array.
    mutating func skipLines() throws(TOMLError) {
        repeat {
            skipBlanks()
            try skipComment()
        } while takeLineEnd()
    }

    private mutating func skipComment() throws(TOMLError) {
        guard byte == UInt8(ascii: "#") else { return }
        while !isAtLineEnd, let byte {
            try refuseControl(byte)
            index += 1
        }
    }

    // MARK: Unexpected characters

    /// Refuses control characters, of which a text may have only the tab.
    mutating func refuseControl(_ byte: UInt8) throws(TOMLError) {
        switch byte {
        case 0: throw error("a NUL stands here, which no text of ours has; take it out")
        case UInt8(ascii: "\r"): throw error("a carriage return stands here without a line feed; take it out")
        case 0x01...0x08, 0x0A...0x1F, 0x7F:
            throw error("a control character stands here (number \(byte)), which TOML does not allow; take it out")
        default: break
        }
    }

    /// The error about the unexpected byte at ``index``.
    mutating func unexpected(_ rule: String) -> TOMLError {
        switch byte {
        case nil: return error("the text ends here, and \(rule)")
        case UInt8(ascii: "]"), UInt8(ascii: "}"): return error("a bracket is closed here that is not open")
        case let byte?:
            do throws(TOMLError) { try refuseControl(byte) } catch { return error }
            return error(rule)
        }
    }

    private mutating func refuseWhatIsNoUTF8() throws(TOMLError) {
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        // Everything before the first error.
        var valid = 0
        scan: while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): valid += scalar.count
            case .error, .emptyInput: break scan
            }
        }
        while index < valid { if !takeLineEnd() { index += 1 } }
        throw error("this is not UTF-8; save the file as UTF-8")
    }
}

extension UInt8 {
    var isTOMLDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Whether a key without quotation marks may hold it.
    var isTOMLBare: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: isTOMLDigit
        }
    }

    /// Its value as a hexadecimal digit; `nil` if it is not one.
    var hexadecimalValue: Int? { Character(Unicode.Scalar(self)).hexDigitValue }
}
