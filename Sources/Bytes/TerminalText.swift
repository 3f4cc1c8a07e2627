/// Text that is safe on a terminal: control characters, line breaks, invisible characters and direction marks are
/// written as `\x1B` or `\u{202E}`.
package func terminalSafe(_ text: String) -> String {
    guard hasHidden(text) else { return text }
    var safe = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        guard isHidden(scalar.value) else {
            safe.append(scalar)
            continue
        }
        let hex = hexadecimal(scalar.value, digits: 2, isUpperCase: true)
        let escaped = scalar.value < 0x100 ? "\\x" + hex : "\\u{" + hex + "}"
        safe.append(contentsOf: escaped.unicodeScalars)
    }
    return String(safe)
}

/// Whether a text holds anything that ``terminalSafe(_:)`` escapes.
package func hasHidden(_ text: String) -> Bool { text.unicodeScalars.contains { isHidden($0.value) } }

/// Bytes as text that is safe on a terminal, in a log and in one line: everything except plain, visible UTF-8 is
/// written as `\xNN`, byte by byte. This includes control characters (C0, DEL, C1), invalid UTF-8, line and paragraph
/// separators, invisible format characters (the bidirectional overrides and isolates, zero-width joiners, tags),
/// private-use and unassigned characters, and for the backslash itself, so that two different names are never printed
/// the same.
package func escapedForTerminal(_ bytes: [UInt8]) -> String {
    if bytes.allSatisfy({ $0 < 0x80 && !$0.isControl && $0 != UInt8(ascii: "\\") }) {
        return String(decoding: bytes, as: UTF8.self)
    }
    var text = ""
    text.reserveCapacity(bytes.count + 16)
    var parser = UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var position = 0
    while true {
        let length: Int
        switch parser.parseScalar(from: &iterator) {
        case .valid(let encoded):
            length = encoded.count
            let scalar = UTF8.decode(encoded)
            if isVisible(scalar) {
                text.unicodeScalars.append(scalar)
                position += length
                continue
            }
        case .error(let invalid):
            length = invalid
        case .emptyInput:
            return text
        }
        for byte in bytes[position..<position + length] {
            text += "\\x" + hexadecimal(byte, digits: 2, isUpperCase: true)
        }
        position += length
    }
}

private func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "\\" || isHidden(scalar.value) { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
    default: return true
    }
}
