import Classifier

/// Reads an object of JSON (RFC 8259): by our own names one with `address`, or else with `domain`, and perhaps `cause`,
/// `reason`, `since`, `until`, `note`, `stream` and `relay`, all of them strings. Other members are ignored.
enum JSONEntry {
    /// How deep a value that is passed over may be nested.
    static let depthLimit = 64

    static func parse(_ object: [UInt8], _ names: ListNames = .own) -> ListLine {
        guard let value = JSONValue(strict: object, maximumDepth: depthLimit), case .object(let members) = value else {
            return .broken("this is no JSON object")
        }
        return names.isOfProvider ? foreign(members, names) : own(value)
    }

    private static func own(_ entry: JSONValue) -> ListLine {
        // As written by `check --format jsonl` for an address that may be mailed.
        if entry["suppressed"] == .bool(false) { return .broken("it says of the address that it is not suppressed") }
        var roles: [ListRole: String] = [:]
        for role in ListRole.allCases {
            guard let value = entry[role.rawValue], value != .null else { continue }
            // An invalid value must not be treated as absent: a lost end would suppress permanently.
            guard let text = value.string else { return .broken("\"\(role.rawValue)\" must be a text in quotes") }
            if role != .reason || !text.isEmpty { roles[role] = text }
        }
        // With both it is an address: `check --format jsonl` names the domain that has it suppressed.
        let domain = entry["address"] == nil ? entry["domain"]?.string : nil
        guard let address = domain ?? entry["address"]?.string else {
            return .broken("there is no \"address\" and no \"domain\" with a text")
        }
        var texts = ListTexts(address: address)
        texts.isDomain = domain != nil
        texts.texts = roles
        return ListEntry.line(texts, .own)
    }

    /// An object of a service's export.
    private static func foreign(_ members: [String: JSONValue], _ names: ListNames) -> ListLine {
        var values: [String: JSONValue] = [:]
        for (name, value) in members where value != .null { values[ListNames.key(name)] = value }
        func text(_ sought: [String]) -> String? {
            guard let value = sought.lazy.compactMap({ values[$0] }).first else { return nil }
            switch value {
            case .string(let text): return text.isEmpty ? nil : text
            case .number(let number):
                return Int64(exactly: number.rounded(.towardZero)).map(String.init)
            case .bool(let isSet): return isSet ? "1" : "0"
            case .null, .array, .object: return nil
            }
        }
        guard let address = text(names.address) else {
            return .broken("there is no \"\(names.address[0])\" with a text, by which this service names the address")
        }
        if let only = names.only, let value = text([only.name]), value.lowercased() != only.value { return .free }
        var texts = ListTexts(address: address)
        texts.texts = names.roles.compactMapValues(text)
        texts.impliedCause = names.signs.first { values[$0.name] != nil }?.cause
        return ListEntry.line(texts, names)
    }
}
