import Bytes

/// Writes HTML. Only ``text(_:)`` and ``attribute(_:)`` take what a mail or a user has written.
struct HTMLWriter {
    /// How much of one text is shown, in characters; the ledger keeps host names and paths of up to 4096 bytes.
    static let textLimit = 1_200

    private(set) var html = ""

    /// Markup of our own.
    mutating func raw(_ markup: String) {
        html += markup
    }

    mutating func line(_ markup: String) {
        html += markup
        html += "\n"
    }

    /// Any text, as text: what HTML reads as markup is escaped, and controls and marks that turn the direction of text are
    /// written as `\x1B`, so that a page shows what is there.
    mutating func text(_ text: String) {
        html += htmlText(text)
    }

    /// An address, a host name or a path: text that may run against the other direction, with places to break it at.
    mutating func name(_ text: String) {
        html += "<bdi>"
        for character in htmlText(text) {
            html.append(character)
            if ".@/".contains(character) { html += "<wbr>" }
        }
        html += "</bdi>"
    }

    /// An element that holds only text.
    mutating func element(_ name: String, _ content: String) {
        html += "<\(name)>\(htmlText(content))</\(name)>"
    }
}

func htmlText(_ text: String) -> String {
    var result = ""
    var count = 0
    for scalar in terminalSafe(text).unicodeScalars {
        count += 1
        if count > HTMLWriter.textLimit { return result + "…" }
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// Base64 (RFC 4648 section 4).
func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars)
    var result = String.UnicodeScalarView()
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
        for place in 0..<4 {
            result.append(place <= group.count ? alphabet[Int(value >> UInt32(18 - 6 * place) & 63)] : "=")
        }
    }
    return String(result)
}
