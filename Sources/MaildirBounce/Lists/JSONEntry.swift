/// Reads one line of JSON (RFC 8259): an object with `address`, and perhaps `reason`, `since`, `until` and `note`, all of
/// them strings. Other members are passed over.
struct JSONEntry {
    /// How deep a value that is passed over may be nested.
    static let depthLimit = 64

    private var bytes: [UInt8]
    private var index = 0
    private var members: [String: String] = [:]
    /// Whether it says of itself that the address may be mailed, as `check --format jsonl` does.
    private var isMailable = false

    static func parse(_ line: [UInt8]) -> ListLine {
        var reader = JSONEntry(bytes: line)
        guard reader.object() else { return .broken("this is no JSON object") }
        if reader.isMailable { return .broken("it says of the address that it is not suppressed") }
        guard let address = reader.members["address"] else { return .broken("there is no \"address\" with a text") }
        return ListEntry.line(
            address: address, reason: reader.members["reason"], since: reader.members["since"],
            until: reader.members["until"], note: reader.members["note"])
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func object() -> Bool {
        guard take("{") else { return false }
        if !take("}") {
            repeat {
                guard let key = string(), take(":") else { return false }
                skipBlanks()
                if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
                    guard let value = string() else { return false }
                    members[key] = value
                } else {
                    let start = index
                    guard skipValue(depth: 0) else { return false }
                    if key == "suppressed", bytes[start..<index].elementsEqual("false".utf8) { isMailable = true }
                }
            } while take(",")
            guard take("}") else { return false }
        }
        skipBlanks()
        return index == bytes.count
    }

    private mutating func skipBlanks() {
        while index < bytes.count, bytes[index] == 0x20 || (0x09...0x0D).contains(bytes[index]) { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard index < bytes.count, UInt32(bytes[index]) == character.value else { return false }
        index += 1
        return true
    }

    private mutating func skipValue(depth: Int) -> Bool {
        skipBlanks()
        guard index < bytes.count, depth < JSONEntry.depthLimit else { return false }
        switch bytes[index] {
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "{"):
            index += 1
            if take("}") { return true }
            repeat {
                skipBlanks()
                guard string() != nil, take(":"), skipValue(depth: depth + 1) else { return false }
            } while take(",")
            return take("}")
        case UInt8(ascii: "["):
            index += 1
            if take("]") { return true }
            repeat {
                guard skipValue(depth: depth + 1) else { return false }
            } while take(",")
            return take("]")
        default:
            // A number or one of three words; which number it is does not matter.
            let start = index
            while index < bytes.count, isWordByte(bytes[index]) { index += 1 }
            let word = bytes[start..<index]
            guard let first = word.first else { return false }
            return first == UInt8(ascii: "-") || (0x30...0x39).contains(first)
                || ["true", "false", "null"].contains { word.elementsEqual($0.utf8) }
        }
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "E"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case 0..<0x20: return nil
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text.append(contentsOf: String(scalar).utf8)
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard index < bytes.count else { return nil }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return codeUnits()
        default: return nil
        }
    }

    /// One `\u`, or two that are a surrogate pair.
    private mutating func codeUnits() -> Unicode.Scalar? {
        guard let first = codeUnit() else { return nil }
        guard (0xD800..<0xE000).contains(first) else { return Unicode.Scalar(first) }
        guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        index += 2
        guard let second = codeUnit(), (0xDC00..<0xE000).contains(second) else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private mutating func codeUnit() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        index += 4
        return value
    }
}
