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
    private var roles: [ListRole: Int] = [:]
    private var only: Int?
    /// The names that were looked for.
    private let sought: ListNames
    /// What the table as a whole says, by a column that only such a table has.
    private var tableCause: Suppression.Cause?
    /// How the columns were used, one line for the user.
    let remark: String

    /// Reads the first line of a table, which has names or the first row; `nil` if a quotation mark is misplaced.
    init?(firstLine: [UInt8], _ sought: ListNames = .own) {
        let readings = CSVColumns.separators.compactMap { separator in
            CSV.fields(of: firstLine, separator: separator).map { CSVColumns(first: $0, separator: separator, sought) }
        }
        // A line of names before a row with an address in it; of equals the first separator.
        let best = readings.first { $0.namedCount != nil } ?? readings.first { $0.hasAddress } ?? readings.first
        guard let best else { return nil }
        self = best
    }

    private let hasAddress: Bool

    private init(first: [String], separator: UInt8, _ sought: ListNames) {
        self.separator = separator
        self.sought = sought
        let names = first.map(ListNames.key)
        func columns(_ known: [String]) -> [Column] {
            known.flatMap { name in
                names.indices.filter { names[$0] == name }.map { Column(index: $0, name: first[$0]) }
            }
        }
        let addresses = first.indices.filter { CanonicalAddress(first[$0]) != nil }
        hasAddress = !addresses.isEmpty
        // `Subscriber e-mail` is also accepted, if there is only one such column.
        let others = names.indices.filter { index in
            names[index].contains(ListNames.own.address[0])
                // No name, but names that another separator is between.
                && !first[index].utf8.contains(where: CSVColumns.separators.contains)
        }
        let alike =
            !sought.isOfProvider && others.count == 1 ? others.first.map { Column(index: $0, name: first[$0]) } : nil
        guard let named = columns(sought.address).first ?? alike, addresses.isEmpty else {
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
            let own = found.filter {
                ListNames.key($0.name) == (sought.isOfProvider ? ListNames.key(found[0].name) : known[0])
            }
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
        for role in ListRole.allCases {
            roles[role] =
                switch role {
                case .since: take(sought[role], "date", ambiguous: "none is, and all count from now on")
                case .until: take(sought[role], "end", ambiguous: "none is, and no suppression ends")
                default: take(sought[role], role.rawValue, ambiguous: "none is")
                }
        }
        only = sought.only.flatMap { take([$0.name], "kind", ambiguous: "none is") }
        if roles[.cause] == nil { tableCause = sought.signs.first { names.contains($0.name) }?.cause }
        let rest = first.indices.filter { index in !taken.contains { $0.0.index == index } }
        if roles[.since] == nil, refused.isEmpty, !sought.isOfProvider,
            let date = rest.first(where: { index in CSVColumns.dateWords.contains { names[index].contains($0) } })
        {
            refused.append(
                "\(Column(index: date, name: first[date]).text) does not say that it is the date of the suppression: name it "
                    + "\(ListNames.own[.since][0]) if it is")
        }
        var parts = ["took " + taken.map { "\($0.0.text) as the \($0.1)" }.joined(separator: ", ")]
        if roles[.since] == nil { parts.append("no date") }
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
        var texts = ListTexts(address: address)
        texts.texts = roles.compactMapValues { field($0) }
        texts.impliedCause = tableCause
        if let only, let kind = sought.only, let value = field(only), value.lowercased() != kind.value { return .free }
        return ListEntry.line(texts, sought)
    }

    /// The separators of tables; the first one that fits the first line is used.
    private static let separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    /// How many names of columns that are passed over are shown.
    private static let shownNames = 12

    /// Parts of the names of other dates, which are reported as ignored.
    private static let dateWords = ["date", "time", "created", "since", "edat", "edon", "日"]
}

/// A name as it is shown.
private func shortened(_ name: String) -> String {
    let shown = String(name.prefix(shownCharacters))
    return shown.count < name.count ? shown + "…" : shown
}

/// The number of characters of a column's name that are shown.
private let shownCharacters = 40
