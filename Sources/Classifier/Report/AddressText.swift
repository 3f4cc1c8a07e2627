import Bytes
import MIME

/// Addresses as text.
enum AddressText {
    /// The first addr-spec in a field's value, the domain in lower case, or nil.
    static func first(in value: Span<UInt8>) -> String? {
        AddressScan.first(value, in: 0..<value.count).map { text(value, $0) }
    }

    /// All addr-specs in a field's value.
    static func all(in value: Span<UInt8>, limit: Int) -> [String] {
        AddressScan.list(value, in: 0..<value.count, limit: limit).map { text(value, $0) }
    }

    /// The address that is the whole value of a field, or `nil` if there is anything else: a part of an address may be
    /// somebody else's address.
    static func whole(_ value: Span<UInt8>) -> String? {
        AddressScan.whole(value, in: 0..<value.count).map { text(value, $0) }
    }

    /// The addresses of a list with commas, and whether all of its members are addresses.
    static func members(of value: Span<UInt8>, limit: Int) -> (addresses: [String], isComplete: Bool) {
        let found = AddressScan.members(value, in: 0..<value.count, limit: limit)
        return (found.addresses.map { text(value, $0) }, found.isComplete)
    }

    /// Adds the address that is the whole value of a field to `list`, unless it is there already.
    static func add(whole value: Span<UInt8>, to list: inout [String]) {
        guard let range = AddressScan.whole(value, in: 0..<value.count) else { return }
        add(value, range, to: &list)
    }

    /// Adds the members of a list with commas that are addresses.
    static func add(membersOf value: Span<UInt8>, limit: Int, to list: inout [String]) {
        for range in AddressScan.members(value, in: 0..<value.count, limit: limit).addresses {
            add(value, range, to: &list)
        }
    }

    /// Adds the first addr-spec in a field's value to `list`, unless it is there already.
    static func add(firstIn value: Span<UInt8>, to list: inout [String]) {
        guard let range = AddressScan.first(value, in: 0..<value.count) else { return }
        add(value, range, to: &list)
    }

    /// Adds all of them. For lists of at most a few hundred; see ``AddressSet`` for others.
    static func add(allIn value: Span<UInt8>, limit: Int, to list: inout [String]) {
        for range in AddressScan.list(value, in: 0..<value.count, limit: limit) { add(value, range, to: &list) }
    }

    /// The same for an address that was found. Headers name the same few again and again, so it is compared before it
    /// becomes a string.
    private static func add(_ bytes: Span<UInt8>, _ range: Range<Int>, to list: inout [String]) {
        let isKnown =
            if isPlain(bytes, range) {
                list.contains { $0.utf8.span.isLowercase(of: bytes.extracting(range)) }
            } else {
                list.contains(text(bytes, range))
            }
        if !isKnown { list.append(text(bytes, range)) }
    }

    /// What comes between angle brackets, or the value without them, in lower case: `<>` is empty.
    static func bare(_ value: Span<UInt8>) -> String {
        var bytes = value.copy(0..<value.count)
        bytes.removeAll { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") || $0.isSpace }
        return String(lowercasing: bytes.span)
    }

    /// The address of a Return-Path, of which `first` is the first: empty for `<>`, whatever comes after it.
    static func path(_ value: Span<UInt8>, first: String?) -> String {
        if value.count >= 2, value[0] == UInt8(ascii: "<"), value[1] == UInt8(ascii: ">") { return "" }
        return first ?? bare(value)
    }

    /// Bytes of an address as a string: lower case, quotes around a local part removed if it is a dot-string without
    /// them but for its dots (Postfix quotes `abc..def.`, which carriers assign), and the full stops that IDNA takes
    /// for a dot as one.
    static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        if isPlain(bytes, range) { return String(lowercasing: bytes.extracting(range)) }
        var address = Charset.text(bytes.extracting(range))
        if address.hasPrefix("\""), let at = address.lastIndex(of: "@"), address[..<at].hasSuffix("\"") {
            let local = address[address.index(after: address.startIndex)..<address.index(before: at)]
            let isPlain =
                !local.isEmpty
                && local.utf8.allSatisfy { $0.isLocalPart && $0 < 0x80 }
            if isPlain { address = String(local) + address[at...] }
        }
        address = address.lowercased()
        guard let at = address.lastIndex(of: "@"), address[at...].contains(where: isFullStop) else { return address }
        return String(address[..<at]) + String(address[at...].map { isFullStop($0) ? "." : $0 })
    }

    /// RFC 3490 section 3.1.
    private static func isFullStop(_ character: Character) -> Bool {
        character == "\u{3002}" || character == "\u{FF0E}" || character == "\u{FF61}"
    }

    /// Whether `text` only changes the case.
    private static func isPlain(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        (range.isEmpty || bytes[range.lowerBound] != UInt8(ascii: "\"")) && Charset.isPlain(bytes.extracting(range))
    }

    /// Message-ID without angle brackets and comments, or `nil` if it is empty.
    static func messageID(_ value: Span<UInt8>) -> String? {
        var range = value.trimmed(0..<value.count)
        if let open = value.firstIndex(of: UInt8(ascii: "<"), in: range) {
            let close = value.firstIndex(of: UInt8(ascii: ">"), in: open..<range.upperBound) ?? range.upperBound
            range = (open + 1)..<close
        }
        guard !range.isEmpty else { return nil }
        return String(reading: value.extracting(range.prefix(998)))
    }
}

/// Different addresses in the order in which they were found, however many.
struct AddressSet {
    private(set) var list: [String] = []
    private var known: Set<String> = []
    let limit: Int

    /// - Parameter limit: the maximum number.
    init(limit: Int) { self.limit = limit }

    var isFull: Bool { list.count >= limit }

    /// Adds all addr-specs in a field's value.
    mutating func add(allIn value: Span<UInt8>) {
        for address in AddressText.all(in: value, limit: limit) where !isFull && known.insert(address).inserted {
            list.append(address)
        }
    }
}
