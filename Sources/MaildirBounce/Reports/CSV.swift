import Bytes

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
    // A semicolon separates where a spreadsheet's language writes a decimal comma.
    guard value.utf8.contains(where: { ",;\"".utf8.contains($0) }) else { return value }
    return "\"" + value.replacing(ascii: "\"", with: "\"\"") + "\""
}

/// Whether a character that begins a formula comes first, or first after apostrophes.
private func isFormula(_ value: some Collection<UInt8>) -> Bool {
    let rest = value.drop { $0 == UInt8(ascii: "'") }
    guard let first = rest.first else { return false }
    return "=+-@".utf8.contains(first) || wideFormulaSigns.contains { rest.starts(with: $0) }
}

/// Full-width forms, which spreadsheets in Japanese and Chinese read likewise.
private let wideFormulaSigns: [[UInt8]] = "＝＋－＠".unicodeScalars.map { Array(String($0).utf8) }

/// The fields of one line as ``csvRow(_:)`` or another program writes them, without its end; `nil` if a quotation mark
/// is out of place.
///
/// - Parameter separator: what comes between two fields.
func csvFields(_ line: [UInt8], separator: UInt8 = UInt8(ascii: ",")) -> [String]? {
    let quote = UInt8(ascii: "\"")
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
            guard index == line.count || line[index] == separator else { return nil }
        } else {
            let end = line[index...].firstIndex(of: separator) ?? line.count
            field = Array(line[index..<end])
            index = end
        }
        if field.first == UInt8(ascii: "'"), isFormula(field) { field.removeFirst() }
        fields.append(String(decoding: field, as: UTF8.self))
        guard index < line.count else { return fields }
        index += 1
    }
}
