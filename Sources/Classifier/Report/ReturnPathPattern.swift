import Bytes
import ReturnPath

/// The form of return paths that hold an id of the sending application: `bounce-{id}@news.example`.
///
/// `{id}` is the id, `{recipient}` an address as VERP writes it (`bob=dest.example`); everything else is literal,
/// without regard to case. Each may occur once, before the `@`; if both occur, the id is as short as possible.
public struct ReturnPathPattern: Sendable, Equatable {
    /// Patterns that one configuration may have.
    public static let maximumCount = 100
    /// The number of positions in a local part that are tried as the end of the id.
    static let splitsTried = 8

    private enum Field: String, Sendable { case id, recipient }

    /// The addresses' domain, in lower case.
    public let domain: String
    /// What comes before, between and after the fields, in lower case.
    private let texts: [[UInt8]]
    /// One or two.
    private let fields: [Field]

    /// The fields of a return path.
    package struct Match: Equatable {
        package var id: String?
        package var recipient: String?
    }

    /// - Parameter pattern: `bounce-{id}@news.example`.
    public init(_ pattern: String) throws(ReturnPathPatternError) {
        guard let at = pattern.lastIndex(of: "@") else { throw .noDomain }
        let domain = pattern[pattern.index(after: at)...].lowercased()
        guard domain.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0 == 0x2D || $0 == 0x2E }),
            let first = domain.utf8.first, first != 0x2E, domain.utf8.last != 0x2E
        else { throw .noDomain }
        var texts: [[UInt8]] = [[]]
        var fields: [Field] = []
        var rest = pattern[..<at]
        while let next = rest.first {
            guard next == "{" else {
                guard let byte = next.asciiValue, (0x21...0x7E).contains(byte), !"\"(),:;<>@[\\]}".utf8.contains(byte)
                else { throw .badCharacter(String(next)) }
                texts[texts.count - 1].append(byte.lowercased)
                rest.removeFirst()
                continue
            }
            guard let close = rest.firstIndex(of: "}"),
                let field = Field(rawValue: String(rest[rest.index(after: rest.startIndex)..<close]))
            else { throw .unknownField }
            guard !fields.contains(field) else { throw .twice(field.rawValue) }
            guard fields.isEmpty || !texts[texts.count - 1].isEmpty else { throw .adjacent }
            fields.append(field)
            texts.append([])
            rest = rest[rest.index(after: close)...]
        }
        guard !fields.isEmpty else { throw .noField }
        (self.domain, self.texts, self.fields) = (domain, texts, fields)
    }

    /// The pattern as it is written in a configuration, in lower case.
    package var text: String {
        var local = String(decoding: texts[0], as: UTF8.self)
        for (field, text) in zip(fields, texts.dropFirst()) {
            local += "{\(field.rawValue)}" + String(decoding: text, as: UTF8.self)
        }
        return local + "@" + domain
    }

    /// An address of this form.
    ///
    /// - Parameters:
    ///   - id: in lower case, of characters that no plain return path lacks.
    ///   - recipient: the recipient as VERP writes it, `bob=dest.example`.
    package func address(id: String, recipient: String) -> String {
        var local = String(decoding: texts[0], as: UTF8.self)
        for (field, text) in zip(fields, texts.dropFirst()) {
            local += (field == .id ? id : recipient) + String(decoding: text, as: UTF8.self)
        }
        return local + "@" + domain
    }

    /// The fields of the address, or nil if it does not match.
    package func read(_ address: String) -> Match? {
        guard let at = address.lastSign, at <= SignedTag.readOctets else { return nil }
        let bytes = Array(address.utf8)
        guard String(decoding: bytes[(at + 1)...], as: UTF8.self).lowercased() == domain else { return nil }
        let (before, after) = (texts[0], texts[texts.count - 1])
        guard at > before.count + after.count, holds(before, bytes, at: 0), holds(after, bytes, at: at - after.count)
        else { return nil }
        let inside = bytes[before.count..<(at - after.count)]
        var match = Match()
        guard fields.count == 2 else { return take(fields[0], inside, into: &match) ? match : nil }
        let middle = texts[1]
        var splits = inside.indices.filter { holds(middle, bytes, at: $0) && $0 + middle.count < inside.endIndex }
        if fields[0] == .recipient { splits.reverse() }
        for split in splits.prefix(Self.splitsTried) {
            if take(fields[0], inside[..<split], into: &match),
                take(fields[1], inside[(split + middle.count)...], into: &match)
            {
                return match
            }
        }
        return nil
    }

    private func holds(_ text: [UInt8], _ bytes: [UInt8], at start: Int) -> Bool {
        start + text.count <= bytes.count && text.indices.allSatisfy { bytes[start + $0].lowercased == text[$0] }
    }

    private func take(_ field: Field, _ value: ArraySlice<UInt8>, into match: inout Match) -> Bool {
        guard !value.isEmpty else { return false }
        switch field {
        case .id: match.id = String(decoding: value, as: UTF8.self)
        case .recipient:
            match.recipient = VERP.address(encoded: Array(value))
            return match.recipient != nil
        }
        return true
    }
}

/// Why a pattern is invalid.
public enum ReturnPathPatternError: Error, Equatable, CustomStringConvertible {
    /// Nothing, or no ASCII domain, is after the `@`.
    case noDomain
    /// It has neither `{id}` nor `{recipient}`.
    case noField
    /// A brace belongs to neither of the two.
    case unknownField
    /// The field of this name occurs twice.
    case twice(String)
    /// Nothing comes between the two fields.
    case adjacent
    /// This character is in no plain return path.
    case badCharacter(String)

    /// The sentence after the key's name.
    public var description: String {
        switch self {
        case .noDomain: "needs a domain in ASCII: \"bounce-{id}@news.example\""
        case .noField: "holds neither {id} nor {recipient}"
        case .unknownField: "holds a brace that neither {id} nor {recipient} has"
        case .twice(let name): "holds {\(name)} twice"
        case .adjacent: "needs a sign between {id} and {recipient}, to tell where one ends"
        case .badCharacter(let character): "holds \"\(character)\", which no plain return path has"
        }
    }
}
