/// What a line of a list says.
enum ListLine: Equatable {
    case entry(ListEntry)
    /// Why it cannot be read.
    case broken(String)
    /// A blank line, a comment, the names of the columns.
    case nothing
}

/// Somebody who is to be left out, and what the list says about it.
struct ListEntry: Equatable {
    /// As the list writes it; whether it is an address is not known yet.
    var address: String
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
    private let format: ImportFormat
    private var columns: CSVColumns?

    init(_ format: ImportFormat) { self.format = format }

    mutating func parse(_ line: LineReader.Line) -> ListLine {
        if line.isTooLong { return .broken("the line has more than \(LineReader.lineLimit) bytes") }
        guard line.bytes.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else {
            return .nothing
        }
        switch format {
        case .text: return ListParser.text(line)
        case .csv: return csv(line)
        case .jsonl: return JSONEntry.parse(line.bytes)
        case .postfix: return AccessMap.parse(line.text)
        }
    }

    /// An address a line; what follows a tab is passed over, as `suppressed` writes it. A `#` begins a comment: an address
    /// that begins with one is written in quotes.
    private static func text(_ line: LineReader.Line) -> ListLine {
        let bytes = line.bytes.prefix { $0 != UInt8(ascii: "\t") }
        if bytes.first(where: { $0 != UInt8(ascii: " ") }) == UInt8(ascii: "#") { return .nothing }
        return .entry(ListEntry(address: String(decoding: bytes, as: UTF8.self)))
    }

    private mutating func csv(_ line: LineReader.Line) -> ListLine {
        guard let fields = csvFields(line.bytes) else {
            return .broken("a quotation mark is out of place, or a field goes on in the next line")
        }
        guard let columns else {
            if let columns = CSVColumns(header: fields) {
                self.columns = columns
                return .nothing
            }
            let columns = CSVColumns()
            self.columns = columns
            return columns.entry(fields)
        }
        return columns.entry(fields)
    }
}

/// Which column holds what.
struct CSVColumns: Equatable {
    private var address = 0
    private var reason: Int?
    private var since: Int?
    private var until: Int?
    private var note: Int?

    /// Without a line of names: the address comes first, and nothing else is known.
    init() {}

    /// From a line of names, if it is one.
    init?(header fields: [String]) {
        func column(_ names: String...) -> Int? { fields.firstIndex { names.contains($0.lowercased()) } }
        guard let address = column("address", "email", "e-mail", "recipient") else { return nil }
        self.address = address
        reason = column("reason")
        since = column("since", "created", "created_at", "date")
        until = column("until", "expires", "expires_at")
        note = column("note", "comment")
    }

    func entry(_ fields: [String]) -> ListLine {
        func field(_ column: Int?) -> String? {
            guard let column, column < fields.count, !fields[column].isEmpty else { return nil }
            return fields[column]
        }
        guard let address = field(address) else { return .broken("the address is missing") }
        return ListEntry.line(
            address: address, reason: field(reason), since: field(since), until: field(until), note: field(note))
    }
}

extension ListEntry {
    /// From the texts of a list, whose times may be wrong.
    static func line(
        address: String, reason: String?, since: String?, until: String?, note: String?
    ) -> ListLine {
        var entry = ListEntry(address: address, reason: reason, note: note)
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
