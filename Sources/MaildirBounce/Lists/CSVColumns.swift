import Ledger

/// The meaning of a table's columns.
struct CSVColumns: Equatable {
    private struct Column: Equatable {
        let index: Int
        let name: String

        /// `column 2 'email'`.
        var text: String { "column \(index + 1) '\(shortened(name))'" }
    }

    let separator: UInt8
    /// How many columns the line of names has; `nil` if the first line is not a line of names.
    private(set) var namedCount: Int?
    private var address = 0
    private var reason: Int?
    private var since: Int?
    private var until: Int?
    private var note: Int?
    /// How the columns were used, one line for the user.
    let remark: String

    /// Reads the first line of a table, which has names or the first row; `nil` if a quotation mark is misplaced.
    init?(firstLine: [UInt8]) {
        let readings = CSVColumns.separators.compactMap { separator in
            CSV.fields(of: firstLine, separator: separator).map { CSVColumns(first: $0, separator: separator) }
        }
        // A line of names before a row with an address in it; of equals the first separator.
        let best = readings.first { $0.namedCount != nil } ?? readings.first { $0.hasAddress } ?? readings.first
        guard let best else { return nil }
        self = best
    }

    private let hasAddress: Bool

    private init(first: [String], separator: UInt8) {
        self.separator = separator
        let names = first.map(CSVColumns.key)
        func columns(_ known: [String]) -> [Column] {
            known.flatMap { name in
                names.indices.filter { names[$0] == name }.map { Column(index: $0, name: first[$0]) }
            }
        }
        let addresses = first.indices.filter { CanonicalAddress(first[$0]) != nil }
        hasAddress = !addresses.isEmpty
        // `Subscriber e-mail` is also accepted, if there is only one such column.
        let others = names.indices.filter { index in
            names[index].contains(CSVColumns.addressNames[0])
                // No name, but names that another separator is between.
                && !first[index].utf8.contains(where: CSVColumns.separators.contains)
        }
        let alike = others.count == 1 ? others.first.map { Column(index: $0, name: first[$0]) } : nil
        guard let named = columns(CSVColumns.addressNames).first ?? alike, addresses.isEmpty else {
            address = addresses.first ?? 0
            remark =
                "the first line names no column such as email: took column \(address + 1) as the address, and no reason or date"
            return
        }
        namedCount = first.count
        address = named.index
        var taken = [(named, "address")]
        var refused: [String] = []
        func take(_ known: [String], _ role: String, ambiguous: String) -> Int? {
            let found = columns(known)
            // Our own column name is always recognised, whatever the other columns.
            let own = found.filter { CSVColumns.key($0.name) == known[0] }
            guard let only = own.count == 1 ? own.first : found.count == 1 ? found.first : nil else {
                if found.count > 1 {
                    refused.append(
                        "\(found.map(\.text).joined(separator: " and ")) could each be the \(role), so \(ambiguous): name one of "
                            + "them \(known[0])")
                }
                return nil
            }
            taken.append((only, role))
            return only.index
        }
        since = take(CSVColumns.sinceNames, "date", ambiguous: "none is, and all count from now on")
        until = take(CSVColumns.untilNames, "end", ambiguous: "none is, and no suppression ends")
        reason = take(CSVColumns.reasonNames, "reason", ambiguous: "none is")
        note = take(CSVColumns.noteNames, "note", ambiguous: "none is")
        let rest = first.indices.filter { index in !taken.contains { $0.0.index == index } }
        if since == nil, refused.isEmpty,
            let date = rest.first(where: { index in CSVColumns.dateWords.contains { names[index].contains($0) } })
        {
            refused.append(
                "\(Column(index: date, name: first[date]).text) does not say that it is the date of the suppression: name it "
                    + "\(CSVColumns.sinceNames[0]) if it is")
        }
        var parts = ["took " + taken.map { "\($0.0.text) as the \($0.1)" }.joined(separator: ", ")]
        if since == nil { parts.append("no date") }
        if !rest.isEmpty {
            let shown = rest.prefix(CSVColumns.shownNames).map { "'\(shortened(first[$0]))'" }.joined(separator: ", ")
            let more = rest.count - CSVColumns.shownNames
            parts.append("passed over \(shown)" + (more > 0 ? " and \(more) more" : ""))
        }
        remark = (parts + refused).joined(separator: "; ")
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

    // MARK: names

    /// The separators of tables; the first one that fits the first line is used.
    private static let separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    /// How many names of columns that are passed over are shown.
    private static let shownNames = 12

    // Names are compared by their letters and digits. If a table has several of a list, the first of the list is meant.
    private static let addressNames = [
        "email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "メールアドレス", "recipient",
        "recipientaddress", "address",
    ]
    private static let reasonNames = ["reason", "suppressionreason", "bouncereason"]
    private static let noteNames = ["note", "comment"]
    /// Names that say that a date is the suppression's. The date of a subscription (`created_at`, `date`) would date a
    /// suppression far back, so that a later release undoes it.
    private static let sinceNames = [
        "since", "suppressedat", "suppressedon", "suppressedsince", "suppressiondate", "suppressiontime", "bouncedat",
        "bouncedon", "bouncedate", "bouncetime", "complainedat", "complaintdate", "complainttime", "unsubscribedat",
        "unsubscribedon", "unsubscribedate", "optedoutat", "optoutdate", "blockedat", "blocklistedat", "blacklistedat",
    ]
    /// Not `expires`: a subscription that has ended is not a suppression that has ended.
    private static let untilNames = [
        "until", "suppresseduntil", "suppressionuntil", "suppressionend", "suppressionends",
    ]
    /// Parts of the names of other dates, which are reported as ignored.
    private static let dateWords = ["date", "time", "created", "since", "edat", "edon", "日"]

    /// `email` for `E-Mail`: letters and digits, in lower case.
    private static func key(_ name: String) -> String {
        var key = ""
        for scalar in name.lowercased().unicodeScalars
        where scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
            key.unicodeScalars.append(scalar)
        }
        return key
    }
}

/// A name as it is shown.
private func shortened(_ name: String) -> String {
    let shown = String(name.prefix(shownCharacters))
    return shown.count < name.count ? shown + "…" : shown
}

/// The number of characters of a column's name that are shown.
private let shownCharacters = 40
