/// One line of comma separated values (RFC 4180), with its line end.
///
/// A value that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection); control
/// characters are escaped as at a terminal, so a row is always one line.
func csvRow(_ fields: [String?]) -> String {
    fields.map { csvField($0 ?? "") }.joined(separator: ",") + "\r\n"
}

private func csvField(_ value: String) -> String {
    var value = terminalSafe(value)
    if let first = value.first, "=+-@".contains(first) { value = "'" + value }
    guard value.contains(where: { $0 == "," || $0 == "\"" }) else { return value }
    return "\"" + value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}
