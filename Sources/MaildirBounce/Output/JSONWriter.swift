import Bytes

/// Writes JSON objects, one a line, into a buffer of bytes.
///
/// Members without a value are left out, as the output contract wants ("absent rather than empty"). Control characters and
/// all else that nobody would see, or that changes the direction of text, are escaped, so that a line can be shown at a
/// terminal whatever a mail holds.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next member or element is not the first of its container.
    private var needsComma = false

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// An object: an element of an array, or what a line is.
    mutating func object(_ members: (inout JSONWriter) -> Void) {
        separate()
        enclose(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    mutating func object(_ key: StaticString, _ members: (inout JSONWriter) -> Void) {
        self.key(key)
        enclose(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    /// An object of texts under names that are not ours; left out if there are none.
    mutating func object(_ key: StaticString, _ members: [(name: String, value: String)]) {
        guard !members.isEmpty else { return }
        object(key) { writer in
            for member in members {
                writer.separate()
                writer.string(member.name)
                writer.bytes.append(UInt8(ascii: ":"))
                writer.string(member.value)
            }
        }
    }

    /// Left out if `values` is empty.
    mutating func array<Element>(
        _ key: StaticString, _ values: [Element], _ element: (inout JSONWriter, Element) -> Void
    ) {
        guard !values.isEmpty else { return }
        self.key(key)
        enclose(UInt8(ascii: "["), UInt8(ascii: "]")) { writer in
            for value in values { element(&writer, value) }
        }
    }

    /// An array of texts, left out if there are none.
    mutating func array(_ key: StaticString, _ values: [String]) {
        array(key, values) { writer, value in
            writer.separate()
            writer.string(value)
        }
    }

    /// Left out if `value` is nil or empty.
    mutating func member(_ key: StaticString, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        self.key(key)
        string(value)
    }

    mutating func member(_ key: StaticString, _ value: Bool) {
        self.key(key)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    mutating func member(_ key: StaticString, _ value: Int?) {
        guard let value else { return }
        self.key(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// - Parameter key: one of our own names, which needs no escape.
    mutating func member(named key: String, _ value: Int) {
        separate()
        bytes.append(contentsOf: "\"\(key)\":\(value)".utf8)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func key(_ key: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func enclose(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func string(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        value.utf8.span.withUnsafeBufferPointer { text in
            var plainFrom = 0
            var index = 0
            while index < text.count {
                let plain = Self.plainCount(text, at: index)
                index += plain
                guard plain < 8, index < text.count else { continue }
                let (scalar, length) = Self.scalar(text, at: index)
                guard Self.isEscaped(scalar) else {
                    index += length
                    continue
                }
                bytes.append(contentsOf: text[plainFrom..<index])
                escape(scalar)
                index += length
                plainFrom = index
            }
            bytes.append(contentsOf: text[plainFrom...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// How many of the eight bytes at `index` need no escape: ASCII except control characters, quotes and backslashes;
    /// 0 if fewer are left.
    @inline(__always)
    private static func plainCount(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        guard index &+ 8 <= text.count else { return 0 }
        let eight = UInt64(
            littleEndian: UnsafeRawBufferPointer(text).loadUnaligned(fromByteOffset: index, as: UInt64.self))
        // The high bit of each byte answers for it; a sum of two bytes below 80 reaches no other byte.
        let low = eight & each(0x7F)
        let isShown = (low &+ each(0x80 - 0x20)) & ~(low &+ each(0x80 - 0x7F))
        let isOther =
            ((low ^ each(UInt8(ascii: "\""))) &+ each(0x7F)) & ((low ^ each(UInt8(ascii: "\\"))) &+ each(0x7F))
        return ((~isShown | ~isOther | eight) & each(0x80)).trailingZeroBitCount / 8
    }

    /// Eight times that byte.
    @inline(__always)
    private static func each(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// The character at `index` and its number of bytes; a string's bytes are valid UTF-8.
    @inline(__always)
    private static func scalar(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> (value: UInt32, length: Int) {
        let byte = text[index]
        guard byte >= 0xC0 else { return (UInt32(byte), 1) }
        let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        guard index + length <= text.count else { return (UInt32(byte), 1) }
        var value = UInt32(byte) & (0x7F >> UInt32(length))
        for next in 1..<length { value = value << 6 | UInt32(text[index + next] & 0x3F) }
        return (value, length)
    }

    private static func isEscaped(_ scalar: UInt32) -> Bool {
        scalar == UInt32(UInt8(ascii: "\"")) || scalar == UInt32(UInt8(ascii: "\\")) || isHidden(scalar)
    }

    private mutating func escape(_ scalar: UInt32) {
        switch scalar {
        case 0x22, 0x5C: bytes += [UInt8(ascii: "\\"), UInt8(scalar)]
        case 0x0A: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
        case 0x0D: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
        case 0x09: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
        case 0x1_0000...:
            // RFC 8259 section 7: two surrogates.
            unit(UInt16(0xD800 | (scalar - 0x1_0000) >> 10))
            unit(UInt16(0xDC00 | (scalar - 0x1_0000) & 0x3FF))
        default: unit(UInt16(truncatingIfNeeded: scalar))
        }
    }

    private mutating func unit(_ unit: UInt16) {
        bytes += [UInt8(ascii: "\\"), UInt8(ascii: "u")]
        for shift in [12, 8, 4, 0] as [UInt16] { bytes.append(.hexadecimalDigit(UInt8(unit >> shift & 0xF))) }
    }
}
