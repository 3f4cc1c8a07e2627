/// One line of comma separated values (RFC 4180), with its line end.
///
/// A value that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection), and so does one
/// that looks as if it had got one; control characters are escaped as at a terminal, so a row is always one line.
func csvRow(_ fields: [String?]) -> String {
    fields.map { csvField($0 ?? "") }.joined(separator: ",") + "\r\n"
}

private func csvField(_ value: String) -> String {
    var value = terminalSafe(value)
    if isFormula(value.utf8) { value = "'" + value }
    guard value.contains(where: { $0 == "," || $0 == "\"" }) else { return value }
    return "\"" + value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}

/// Whether a character that begins a formula comes first, or first behind apostrophes.
private func isFormula(_ value: some Sequence<UInt8>) -> Bool {
    guard let first = value.first(where: { $0 != UInt8(ascii: "'") }) else { return false }
    return "=+-@".utf8.contains(first)
}

/// The fields of one line as ``csvRow(_:)`` or another program writes them, without its end; nil where a quotation mark
/// is out of place. A field with a line end in it, which RFC 4180 allows, is one.
func csvFields(_ line: [UInt8]) -> [String]? {
    let (quote, comma) = (UInt8(ascii: "\""), UInt8(ascii: ","))
    var fields: [String] = []
    var index = 0
    while true {
        var field: [UInt8] = []
        if index < line.count, line[index] == quote {
            index += 1
            while true {
                guard let end = line[index...].firstIndex(of: quote) else { return nil }
                field += line[index..<end]
                index = end + 1
                guard index < line.count, line[index] == quote else { break }
                field.append(quote)
                index += 1
            }
            guard index == line.count || line[index] == comma else { return nil }
        } else {
            let end = line[index...].firstIndex(of: comma) ?? line.count
            field = Array(line[index..<end])
            index = end
        }
        if field.first == UInt8(ascii: "'"), isFormula(field) { field.removeFirst() }
        fields.append(String(decoding: field, as: UTF8.self))
        guard index < line.count else { return fields }
        index += 1
    }
}
