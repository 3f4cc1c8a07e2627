import Bytes
import Ledger
import MIME

/// What a line of a list says.
enum ListLine: Equatable {
    case entry(ListEntry)
    /// Why it cannot be read.
    case broken(String)
    /// A blank line, a comment, the names of the columns.
    case nothing
    /// A service's line about an address that may be mailed.
    case free
}

/// An address to suppress, and what the list says about it.
struct ListEntry: Equatable {
    /// As the list writes it; whether it is an address is not known yet.
    var address: String
    /// Whether it is a whole domain instead.
    var isDomain = false
    var reason: String?
    /// `nil` if the list does not say it.
    var cause: Suppression.Cause?
    var stream: String?
    /// As the list writes it.
    var relay: String?
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
    case json
    case postfix
}

/// Reads a list line by line.
struct ListParser {
    /// How many lines one row of a table may take: a field in quotes may hold line ends.
    static let rowLines = 100

    private let format: ImportFormat
    private let names: ListNames
    private var elements = JSONElements()
    /// How a table's columns are read; known from its first line on.
    private(set) var columns: CSVColumns?
    /// Lines that were read ahead, to be read again.
    private var pending: [LineReader.Line] = []

    /// - Parameter names: what its columns or keys are called.
    init(_ format: ImportFormat, _ names: ListNames = .own) {
        self.format = format
        self.names = names
    }

    /// The next line, row or element with its number, or nil at the end.
    mutating func next(_ reader: LineReader) throws(Failure) -> (number: Int, line: ListLine)? {
        guard format == .json else { return try next(reader.next) }
        guard let element = try elements.next(reader.nextPiece) else { return nil }
        switch element.content {
        case .object(let bytes) where !Charset.isUTF8(bytes.span): return (element.line, ListParser.notUTF8(bytes))
        case .object(let bytes): return (element.line, JSONEntry.parse(bytes, names))
        case .broken(let problem): return (element.line, .broken(problem))
        }
    }

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
            return ListParser.notUTF8(line.bytes)
        }
        switch format {
        case .text: return ListParser.text(line)
        case .csv: return csv(line)
        case .jsonl, .json: return JSONEntry.parse(line.bytes, names)
        case .postfix: return AccessMap.parse(line.text)
        }
    }

    private static func notUTF8(_ bytes: [UInt8]) -> ListLine {
        let isWide = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        return .broken(
            "this is not UTF-8; " + (isWide ? "it looks like UTF-16" : "import --charset NAME reads other charsets"))
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
            return CSVColumns(firstLine: bytes, names).flatMap { CSV.fields(of: bytes, separator: $0.separator) }
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
            guard let columns = CSVColumns(firstLine: line.bytes, names) else { return ListParser.misquoted }
            self.columns = columns
            if columns.namedCount != nil { return .nothing }
            return csv(line)
        }
        return CSV.fields(of: line.bytes, separator: columns.separator).map(columns.entry) ?? ListParser.misquoted
    }

    private static let misquoted = ListLine.broken(
        "a quotation mark is out of place, or a field in quotes does not end")
}

/// What a line says, in its own words.
struct ListTexts {
    var address: String
    var isDomain = false
    var texts: [ListRole: String] = [:]
    /// By what the line, or its list, has besides.
    var impliedCause: Suppression.Cause?

    init(address: String) { self.address = address }

    subscript(role: ListRole) -> String? { texts[role] }
}

extension ListEntry {
    /// From the texts of a list, of which some may be wrong.
    static func line(_ texts: ListTexts, _ names: ListNames) -> ListLine {
        var entry = ListEntry(
            address: texts.address, isDomain: texts.isDomain, reason: texts[.reason], stream: texts[.stream],
            relay: texts[.relay], note: texts[.note])
        for (role, place) in [(ListRole.since, \ListEntry.since), (.until, \.until)] {
            guard let text = texts[role] else { continue }
            guard let time = time(text, names) else {
                return .broken("\(text) is no time such as 2026-11-24T10:00:05Z")
            }
            entry[keyPath: place] = time
        }
        entry.cause = texts.impliedCause
        if let word = texts[.cause] {
            switch names.words[ListNames.key(word)] {
            case .suppressed(let cause): entry.cause = cause
            case .free: return .free
            case nil where names.isCauseGiven: break
            case nil:
                let known = names.words.keys.sorted().joined(separator: ", ")
                return .broken("the cause \(word) is none of \(known); correct it, or give --cause for all lines")
            }
        }
        return .entry(entry)
    }

    /// A list's time; services also write seconds since 1970, and dates as in mails.
    private static func time(_ text: String, _ names: ListNames) -> Int64? {
        if let time = parsedTimestamp(text) { return time }
        guard names.isOfProvider else { return nil }
        if let seconds = Double(text), (0...Double(LedgerLimits.latestArrival)).contains(seconds) {
            return Int64(seconds)
        }
        return MailDate.seconds(text.utf8.span, in: 0..<text.utf8.count).flatMap { $0 >= 0 ? $0 : nil }
    }
}
