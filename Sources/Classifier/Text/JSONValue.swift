import Bytes

/// A JSON value (RFC 8259), read with limits.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The maximum nesting in a mail.
    static let maximumDepth = 32

    /// The first value in `bytes`, or `nil` if it is not JSON. Notifications of mail services carry one as a mail's
    /// text, in which mailers fold long lines; what follows the value does not matter.
    init?(_ bytes: [UInt8]) {
        var reader = JSONReader(bytes, isStrict: false, maximumDepth: JSONValue.maximumDepth)
        guard let value = reader.value(depth: 0) else { return nil }
        self = value
    }

    /// The value that `bytes` are, to the letter of RFC 8259, or nil.
    ///
    /// - Parameter maximumDepth: how deep values may be within values.
    package init?(strict bytes: [UInt8], maximumDepth: Int) {
        var reader = JSONReader(bytes, isStrict: true, maximumDepth: maximumDepth)
        guard let value = reader.value(depth: 0), reader.isAtEnd() else { return nil }
        self = value
    }

    /// Where the objects are of a JSON text that consists of objects and lists of objects, one after the other; nil if it is
    /// anything else.
    static func objects(in bytes: [UInt8]) -> [Range<Int>]? {
        var reader = JSONReader(bytes, isStrict: true, maximumDepth: maximumDepth)
        return reader.objects()
    }

    package subscript(_ key: String) -> JSONValue? {
        if case .object(let members) = self { return members[key] }
        return nil
    }
    package var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }
    var array: [JSONValue]? {
        if case .array(let values) = self { return values }
        return nil
    }
}

private struct JSONReader {
    private let bytes: [UInt8]
    private let isStrict: Bool
    private let maximumDepth: Int
    private var index = 0

    init(_ bytes: [UInt8], isStrict: Bool, maximumDepth: Int) {
        self.bytes = bytes
        self.isStrict = isStrict
        self.maximumDepth = maximumDepth
    }

    /// Whether nothing but blanks is left.
    mutating func isAtEnd() -> Bool {
        skipSpace()
        return index == bytes.count
    }

    mutating func objects() -> [Range<Int>]? {
        var found: [Range<Int>] = []
        while !isAtEnd() {
            guard take(UInt8(ascii: "[")) else {
                guard let range = objectRange() else { return nil }
                found.append(range)
                continue
            }
            if take(UInt8(ascii: "]")) { continue }
            repeat {
                guard let range = objectRange() else { return nil }
                found.append(range)
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { return nil }
        }
        return found
    }

    private mutating func objectRange() -> Range<Int>? {
        skipSpace()
        let start = index
        guard index < bytes.count, bytes[index] == UInt8(ascii: "{"), value(depth: 0) != nil else { return nil }
        return start..<index
    }

    private mutating func skipSpace() { while index < bytes.count, bytes[index].isSpace { index += 1 } }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    mutating func value(depth: Int) -> JSONValue? {
        skipSpace()
        guard depth < maximumDepth, index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return array(depth)
        case UInt8(ascii: "\""): return string().map { .string($0) }
        default: return word()
        }
    }

    private mutating func object(_ depth: Int) -> JSONValue? {
        index += 1
        var members: [String: JSONValue] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard let key = string(), take(UInt8(ascii: ":")), let value = value(depth: depth + 1) else { return nil }
            members[key] = value
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func array(_ depth: Int) -> JSONValue? {
        index += 1
        var values: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array(values) }
        while true {
            guard let value = value(depth: depth + 1) else { return nil }
            values.append(value)
            if take(UInt8(ascii: "]")) { return .array(values) }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func string() -> String? {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        index += 1
        var out: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard index < bytes.count else { return nil }
                let escape = bytes[index]
                index += 1
                switch escape {
                case UInt8(ascii: "n"): out.append(0x0A)
                case UInt8(ascii: "r"): out.append(0x0D)
                case UInt8(ascii: "t"): out.append(0x09)
                case UInt8(ascii: "b"): out.append(0x08)
                case UInt8(ascii: "f"): out.append(0x0C)
                case UInt8(ascii: "u"):
                    guard let unit = hex4(), appendScalar(unit, to: &out) || !isStrict else { return nil }
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(escape)
                default:
                    if isStrict { return nil }
                    out.append(escape)
                }
            case 0..<0x20 where isStrict: return nil
            // Mailers fold long lines within a string.
            case 0x0A, 0x0D: continue
            default: out.append(byte)
            }
        }
        return nil
    }

    /// Returns whether it was valid: half of a surrogate pair is not.
    private mutating func appendScalar(_ unit: UInt32, to out: inout [UInt8]) -> Bool {
        var value = unit
        if unit >= 0xD800, unit < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        {
            index += 2
            guard let low = hex4(), low >= 0xDC00, low < 0xE000 else { return false }
            value = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { return false }
        out += Array(String(Character(scalar)).utf8)
        return true
    }

    private mutating func hex4() -> UInt32? {
        guard index + 4 <= bytes.count, bytes[index].hexadecimalValue != nil,
            let value = UInt32(String(decoding: bytes[index..<(index + 4)], as: UTF8.self), radix: 16)
        else { return nil }
        index += 4
        return value
    }

    private mutating func word() -> JSONValue? {
        let start = index
        while index < bytes.count,
            bytes[index].isLetterOrDigit || [0x2B, 0x2D, 0x2E].contains(bytes[index])
        {
            index += 1
        }
        // No text as long as that is a number that anybody needs.
        guard index - start <= Limits.jsonNumberBytes else { return nil }
        switch String(decoding: bytes[start..<index], as: UTF8.self) {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case let text:
            let isNumber = bytes[start..<index].first.map { $0.isDigit || $0 == 0x2D } ?? false
            // Swift reads `0x1F` and `nan`, too.
            let hasWord = bytes[start..<index].contains { $0.isLetter && $0.lowercased != UInt8(ascii: "e") }
            if isStrict, !isNumber || hasWord { return nil }
            return Double(text).map { .number($0) }
        }
    }
}
