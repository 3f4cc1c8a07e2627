import Bytes
import MIME

/// What a line of a list says.
enum ListLine: Equatable {
    case entry(ListEntry)
    /// Why it cannot be read.
    case broken(String)
    /// A blank line, a comment, the names of the columns.
    case nothing
}

/// An address to suppress, and what the list says about it.
struct ListEntry: Equatable {
    /// As the list writes it; whether it is an address is not known yet.
    var address: String
    /// Whether it is a whole domain instead.
    var isDomain = false
    var reason: String?
    /// Seconds since 1970 UTC.
    var since: Int64?
    var until: Int64?
    var note: String?
}

/// How lists are read.
enum ImportFormat: String, CaseIterable {
    case text
    case csv
    case jsonl
    case postfix
}

/// Reads a list line by line.
struct ListParser {
    /// How many lines one row of a table may take: a field in quotes may hold line ends.
    static let rowLines = 100

    private let format: ImportFormat
    /// How a table's columns are read; known from its first line on.
    private(set) var columns: CSVColumns?
    /// Lines that were read ahead, to be read again.
    private var pending: [LineReader.Line] = []

    init(_ format: ImportFormat) { self.format = format }

    /// The next line with its number, or the next row of a table with the number of its first line; nil at the end.
    mutating func next(
        _ lines: () throws(Failure) -> LineReader.Line?
    ) throws(Failure) -> (number: Int, line: ListLine)? {
        guard let line = try nextLine(lines) else { return nil }
        if format == .csv, line.bytes.contains(UInt8(ascii: "\"")), fields(line.bytes) == nil,
            let row = try longRow(from: line, lines)
        {
            return (line.number, parse(row))
        }
        return (line.number, parse(line))
    }

    mutating func parse(_ line: LineReader.Line) -> ListLine {
        if line.isTooLong { return .broken("the line has more than \(LineReader.lineLimit) bytes") }
        guard line.bytes.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else {
            return .nothing
        }
        guard Charset.isUTF8(line.bytes.span) else {
            let isWide = line.bytes.starts(with: [0xFF, 0xFE]) || line.bytes.starts(with: [0xFE, 0xFF])
            return .broken(
                "this is not UTF-8; " + (isWide ? "it looks like UTF-16" : "import --charset NAME reads other charsets")
            )
        }
        switch format {
        case .text: return ListParser.text(line)
        case .csv: return csv(line)
        case .jsonl: return JSONEntry.parse(line.bytes)
        case .postfix: return AccessMap.parse(line.text)
        }
    }

    private mutating func nextLine(_ lines: () throws(Failure) -> LineReader.Line?) throws(Failure) -> LineReader.Line?
    {
        pending.isEmpty ? try lines() : pending.removeFirst()
    }

    /// A row that continues in the next lines; `nil` if it does not end properly, or does not have as many fields as
    /// the header: then a quotation mark is misplaced, and what was read ahead is read again, line by line.
    private mutating func longRow(
        from first: LineReader.Line, _ lines: () throws(Failure) -> LineReader.Line?
    ) throws(Failure) -> LineReader.Line? {
        var bytes = first.bytes
        var ahead: [LineReader.Line] = []
        defer { pending.insert(contentsOf: ahead, at: 0) }
        while ahead.count < ListParser.rowLines - 1, let line = try nextLine(lines) {
            ahead.append(line)
            bytes.append(UInt8(ascii: "\n"))
            bytes += line.bytes
            if line.isTooLong || bytes.count > LineReader.lineLimit { return nil }
            guard line.bytes.contains(UInt8(ascii: "\"")), let found = fields(bytes) else { continue }
            guard let count = columns?.namedCount, found.count != count else {
                ahead = []
                return LineReader.Line(number: first.number, bytes: bytes, isTooLong: false)
            }
            return nil
        }
        return nil
    }

    private func fields(_ bytes: [UInt8]) -> [String]? {
        guard let columns else {
            return CSVColumns(firstLine: bytes).flatMap { CSV.fields(of: bytes, separator: $0.separator) }
        }
        return CSV.fields(of: bytes, separator: columns.separator)
    }

    /// One address for each line; what follows a tab is ignored, as in the output of `suppressed`. A `#` starts a
    /// comment: an address that starts with one is quoted.
    private static func text(_ line: LineReader.Line) -> ListLine {
        let bytes = line.bytes.prefix { $0 != UInt8(ascii: "\t") }
        if bytes.first(where: { $0 != UInt8(ascii: " ") }) == UInt8(ascii: "#") { return .nothing }
        return .entry(ListEntry(address: String(decoding: bytes, as: UTF8.self)))
    }

    private mutating func csv(_ line: LineReader.Line) -> ListLine {
        guard let columns else {
            // Excel's line that names the separator is not part of the table.
            if line.bytes.starts(with: Array("sep=".utf8)), line.bytes.count == 5 { return .nothing }
            guard let columns = CSVColumns(firstLine: line.bytes) else { return ListParser.misquoted }
            self.columns = columns
            if columns.namedCount != nil { return .nothing }
            return csv(line)
        }
        return CSV.fields(of: line.bytes, separator: columns.separator).map(columns.entry) ?? ListParser.misquoted
    }

    private static let misquoted = ListLine.broken(
        "a quotation mark is out of place, or a field in quotes does not end")
}

extension ListEntry {
    /// From the texts of a list, whose times may be wrong.
    static func line(
        address: String, isDomain: Bool = false, reason: String?, since: String?, until: String?, note: String?
    ) -> ListLine {
        var entry = ListEntry(address: address, isDomain: isDomain, reason: reason, note: note)
        for (text, place) in [(since, \ListEntry.since), (until, \ListEntry.until)] {
            guard let text else { continue }
            guard let time = parsedTimestamp(text) else {
                return .broken("\(text) is no time such as 2026-11-24T10:00:05Z")
            }
            entry[keyPath: place] = time
        }
        return .entry(entry)
    }
}
