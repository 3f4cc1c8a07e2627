/// Why a word without quotation marks is not a value.
enum TOMLNumberError: Error {
    case noValue, noNumber, date, leadingZero, underscore, tooLarge

    var sentence: String {
        switch self {
        case .noValue: "a text needs quotation marks"
        case .noNumber: "this is no number; a text needs quotation marks"
        case .date: "this value starts as a date or a time, which no key of ours has; a text needs quotation marks"
        case .leadingZero: "a number must not start with a zero; a text needs quotation marks"
        case .underscore: "an underscore in a number must stand between two digits; a text needs quotation marks"
        case .tooLarge: "this number does not fit into 64 bits"
        }
    }
}

extension TOMLParser {
    /// What a word without quotation marks means: a number, `true` or `false`.
    func plainValue(_ word: ArraySlice<UInt8>) throws(TOMLNumberError) -> TOMLValue.Content {
        switch String(decoding: word, as: UTF8.self) {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        default: break
        }
        let isSigned = word.first == UInt8(ascii: "+") || word.first == UInt8(ascii: "-")
        var rest = isSigned ? word.dropFirst() : word
        guard rest.first?.isTOMLDigit == true else { throw .noValue }
        if !isSigned, let radix = Self.radix(rest) {
            let digits = try Self.withoutUnderscores(rest.dropFirst(2)) { $0.hexadecimalValue != nil }
            guard !digits.isEmpty, digits.allSatisfy({ $0.hexadecimalValue.map { $0 < radix } ?? false }) else {
                throw .noNumber
            }
            guard let number = Int(String(decoding: digits, as: UTF8.self), radix: radix) else { throw .tooLarge }
            return .integer(number)
        }
        if Self.isDate(rest) { throw .date }
        rest = try Self.withoutUnderscores(rest) { $0.isTOMLDigit }[...]
        let whole = rest.prefix { $0.isTOMLDigit }
        rest = rest.dropFirst(whole.count)
        let isInteger = rest.isEmpty
        if rest.first == UInt8(ascii: ".") { try Self.takeDigits(&rest) }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            if let sign = rest.dropFirst().first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
            try Self.takeDigits(&rest)
        }
        guard rest.isEmpty else { throw .noNumber }
        guard whole.count == 1 || whole.first != UInt8(ascii: "0") else { throw .leadingZero }
        let text = String(decoding: word.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        if isInteger {
            guard let number = Int(text) else { throw .tooLarge }
            return .integer(number)
        }
        guard let number = Double(text) else { throw .noNumber }
        return .float(number)
    }

    private static func radix(_ word: ArraySlice<UInt8>) -> Int? {
        guard word.first == UInt8(ascii: "0") else { return nil }
        switch word.dropFirst().first {
        case UInt8(ascii: "x"): return 16
        case UInt8(ascii: "o"): return 8
        case UInt8(ascii: "b"): return 2
        default: return nil
        }
    }

    /// Goes past a sign and the digits that must follow it.
    private static func takeDigits(_ rest: inout ArraySlice<UInt8>) throws(TOMLNumberError) {
        let digits = rest.dropFirst().prefix { $0.isTOMLDigit }
        guard !digits.isEmpty else { throw .noNumber }
        rest = rest.dropFirst(digits.count + 1)
    }

    /// Whether the digits contain a sign that occurs only in dates and times.
    private static func isDate(_ word: ArraySlice<UInt8>) -> Bool {
        word.indices.contains { index in
            // Not the minus sign of `1e-5`.
            word[index] == UInt8(ascii: ":")
                || (word[index] == UInt8(ascii: "-")
                    && ![UInt8(ascii: "e"), UInt8(ascii: "E")].contains(word[index - 1]))
        }
    }

    /// A number without the underscores in it, each of which must be between two digits.
    private static func withoutUnderscores(
        _ word: ArraySlice<UInt8>, isDigit: (UInt8) -> Bool
    ) throws(TOMLNumberError) -> [UInt8] {
        for index in word.indices where word[index] == UInt8(ascii: "_") {
            guard index > word.startIndex, isDigit(word[index - 1]),
                index + 1 < word.endIndex, isDigit(word[index + 1])
            else { throw .underscore }
        }
        return word.filter { $0 != UInt8(ascii: "_") }
    }
}
