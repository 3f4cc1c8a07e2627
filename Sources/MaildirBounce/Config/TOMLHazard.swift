import MIME

/// What of a TOML text would end the program in the parser: too deep a call, or a condition that the parser takes for granted.
enum TOMLHazard: Equatable {
    /// A key has more parts than the limit allows (`a.b.c` has three); on this line, counted from 1.
    case deepKey(line: Int)
    /// `[` is followed by something that no name of a table can start with; on this line.
    case namelessTable(line: Int)
    /// A closing bracket in a value has no partner, or another kind of one; on this line.
    case strayBracket(line: Int)
    /// A value without quotation marks starts as a date or a time; on this line.
    case date(line: Int)
    /// A NUL, as a byte anywhere or as an escape in a text: the parser and the system take it for the end; on this line.
    case nul(line: Int)
}

extension TOMLHazard {
    var line: Int {
        switch self {
        case .deepKey(let line), .namelessTable(let line), .strayBracket(let line), .date(let line), .nul(let line):
            line
        }
    }

    /// What is wrong, for the person who wrote it.
    var complaint: String {
        switch self {
        case .deepKey: "this key has more than \(ConfigTable.keyDepthLimit) parts; no key of ours has so many"
        case .namelessTable: "this is no TOML: the name of a table must follow the bracket"
        case .strayBracket: "this is no TOML: a bracket is closed that is not open"
        case .nul: "a NUL stands here, which no text of ours has; take it out"
        case .date: "this value starts as a date or a time, which no key of ours has; a text needs quotation marks"
        }
    }
}

/// The first hazard in a TOML text; nil where there is none.
///
/// It understands strings, comments and values so far as to pass over dots and brackets in them; whether the text is TOML is
/// for the parser to say (https://toml.io/en/v1.0.0).
func firstHazard(in text: [UInt8], keyDepthLimit: Int) -> TOMLHazard? {
    if let nul = text.firstIndex(of: 0) {
        return .nul(line: 1 + text[..<nul].count { $0 == UInt8(ascii: "\n") })
    }
    var (line, parts) = (1, 1)
    // A byte order mark is passed over, as the parser does.
    var index = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    // The brackets of a value that are open; nil outside of values.
    var open: [UInt8]?
    // Whether the pair at hand has its sign between key and value, and whether a value starts at the next byte that counts.
    var (hasSeparator, expectsValue) = (false, false)
    var isLineStart = true
    while index < text.count {
        let byte = text[index]
        var next = index + 1
        if expectsValue, !byte.isSpace, byte != UInt8(ascii: "#") {
            expectsValue = false
            if isDate(text, at: index) { return .date(line: line) }
        }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            next = endOfText(text, at: index)
            if byte == UInt8(ascii: "\""), let nul = nulEscape(in: text[index..<next]) {
                return .nul(line: line + text[index..<nul].count { $0 == UInt8(ascii: "\n") })
            }
            line += text[index..<next].count { $0 == UInt8(ascii: "\n") }
        case UInt8(ascii: "#"):
            next = text[index...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        case UInt8(ascii: "."):
            parts += 1
            if parts > keyDepthLimit { return .deepKey(line: line) }
        case UInt8(ascii: "\n"):
            line += 1
            parts = 1
            if open == [] { open = nil }
        case UInt8(ascii: "="):
            parts = 1
            if open == nil || (open?.last == UInt8(ascii: "{") && !hasSeparator) {
                hasSeparator = true
                expectsValue = true
            }
            open = open ?? []
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            parts = 1
            if open != nil {
                open?.append(byte)
                hasSeparator = false
                expectsValue = byte == UInt8(ascii: "[")
            } else if isLineStart, byte == UInt8(ascii: "["), !startsTableName(text, at: next) {
                return .namelessTable(line: line)
            }
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            parts = 1
            // Of each pair the codes differ by two.
            if open != nil, open?.popLast() != byte - 2 { return .strayBracket(line: line) }
        case UInt8(ascii: ","):
            parts = 1
            if open?.last == UInt8(ascii: "{") { hasSeparator = false } else { expectsValue = open?.isEmpty == false }
        default: break
        }
        isLineStart = (0x0A...0x0D).contains(byte) || (isLineStart && isBlank(byte))
        index = next
    }
    return nil
}

/// Whether a table's name, or the parser's own complaint about a missing one, follows the bracket before `start`.
private func startsTableName(_ text: [UInt8], at start: Int) -> Bool {
    var index = start
    // A second bracket makes it one of several tables.
    if index < text.count, text[index] == UInt8(ascii: "[") { index += 1 }
    while index < text.count, isBlank(text[index]) { index += 1 }
    guard index < text.count else { return true }
    return text[index].isLetter || text[index].isDigit || "_-\"']".utf8.contains(text[index])
}

/// Whether the value at `start` begins as a number does and has a sign in it that only a date or a time has.
private func isDate(_ text: [UInt8], at start: Int) -> Bool {
    guard text[start].isDigit || "+-".utf8.contains(text[start]) else { return false }
    var index = start + 1
    while index < text.count, !text[index].isSpace, !"]},#".utf8.contains(text[index]) {
        if text[index] == UInt8(ascii: ":") { return true }
        // Not the one of `1e-5`.
        if text[index] == UInt8(ascii: "-"), text[index - 1].lowercased != UInt8(ascii: "e") { return true }
        index += 1
    }
    return false
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

/// Where a text in double quotation marks has a NUL as an escape; nil where it has none.
private func nulEscape(in string: ArraySlice<UInt8>) -> Int? {
    var index = string.startIndex
    while index + 1 < string.endIndex {
        guard string[index] == UInt8(ascii: "\\") else {
            index += 1
            continue
        }
        let digits =
            switch string[index + 1] {
            case UInt8(ascii: "x"): 2
            case UInt8(ascii: "u"): 4
            case UInt8(ascii: "U"): 8
            default: 0
            }
        let number = string[(index + 2)...].prefix(digits)
        if digits > 0, number.count == digits, number.allSatisfy({ $0 == UInt8(ascii: "0") }) { return index }
        index += 2
    }
    return nil
}

/// Where the string ends whose quotation mark stands at `start`.
private func endOfText(_ text: [UInt8], at start: Int) -> Int {
    let mark = text[start]
    func isTriple(_ index: Int) -> Bool {
        index + 2 < text.count && text[index] == mark && text[index + 1] == mark && text[index + 2] == mark
    }
    let isLong = isTriple(start)
    var index = start + (isLong ? 3 : 1)
    while index < text.count {
        switch text[index] {
        case UInt8(ascii: "\\") where mark == UInt8(ascii: "\""): index += 1
        case mark where !isLong: return index + 1
        case mark where isTriple(index):
            // The text itself may end with two more.
            return text[index...].firstIndex { $0 != mark } ?? text.count
        // No string of one line goes on behind it.
        case UInt8(ascii: "\n") where !isLong: return index
        default: break
        }
        index += 1
    }
    return text.count
}
