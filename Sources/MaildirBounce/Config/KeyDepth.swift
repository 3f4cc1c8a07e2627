/// The line, counted from 1, of the first key in a TOML text that has more than `limit` parts (`a.b.c` has three); nil
/// where there is none.
///
/// It understands strings and comments so far as to pass over the dots in them; whether the text is TOML is for the parser
/// to say (https://toml.io/en/v1.0.0).
func lineOfDeepKey(_ text: [UInt8], limit: Int) -> Int? {
    var (line, parts, index) = (1, 1, 0)
    while index < text.count {
        var next = index + 1
        switch text[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            next = endOfText(text, at: index)
            line += text[index..<next].count { $0 == UInt8(ascii: "\n") }
        case UInt8(ascii: "#"):
            next = text[index...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        case UInt8(ascii: "."):
            parts += 1
            if parts > limit { return line }
        case UInt8(ascii: "\n"):
            line += 1
            parts = 1
        case UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"):
            parts = 1
        default: break
        }
        index = next
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
