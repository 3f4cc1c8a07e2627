import Classifier

/// Reads one line of JSON (RFC 8259): an object with `address`, or else with `domain`, and perhaps `reason`, `since`,
/// `until` and `note`, all of them strings. Other members are ignored.
enum JSONEntry {
    /// How deep a value that is passed over may be nested.
    static let depthLimit = 64

    static func parse(_ line: [UInt8]) -> ListLine {
        guard let entry = JSONValue(strict: line, maximumDepth: depthLimit), case .object = entry else {
            return .broken("this is no JSON object")
        }
        // As written by `check --format jsonl` for an address that may be mailed.
        if entry["suppressed"] == .bool(false) { return .broken("it says of the address that it is not suppressed") }
        for name in ["reason", "since", "until", "note"] {
            // An invalid value must not be treated as absent: a lost end would suppress permanently.
            guard let value = entry[name], value != .null, value.string == nil else { continue }
            return .broken("\"\(name)\" must be a text in quotes")
        }
        // With both it is an address: `check --format jsonl` names the domain that has it suppressed.
        let domain = entry["address"] == nil ? entry["domain"]?.string : nil
        guard let address = domain ?? entry["address"]?.string else {
            return .broken("there is no \"address\" and no \"domain\" with a text")
        }
        return ListEntry.line(
            address: address, isDomain: domain != nil,
            reason: entry["reason"]?.string.flatMap { $0.isEmpty ? nil : $0 }, since: entry["since"]?.string,
            until: entry["until"]?.string, note: entry["note"]?.string)
    }
}
