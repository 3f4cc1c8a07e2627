/// The parts of a key, `a."b c"`.
struct TOMLName {
    struct Part {
        let text: String
        let position: TOMLPosition
    }

    /// At least one.
    let parts: [Part]
}

/// The tables of a text while it is read, with the rules about duplicate definitions.
struct TOMLTree {
    /// The table that is the text itself.
    static let root = 0

    /// How a table was defined, which decides how it may be extended.
    private enum Origin: Equatable {
        /// The path of another table's header (`a` in `[a.b]`): a header of its own or dotted keys may follow.
        case path
        /// A header, an element of `[[…]]`, a brace, or the text itself.
        case own
        /// Dotted keys (`a` in `a.b = 1`) after the header of this number: only more of them may follow.
        case keys(section: Int)
    }

    private enum Content {
        case value(TOMLValue)
        case table(Int)
        /// `[[…]]`: an index of ``lists``.
        case tables(Int)
    }

    private struct Entry {
        let key: TOMLName.Part
        let content: Content
    }

    private struct Table {
        var origin: Origin
        var position: TOMLPosition
        var entries: [Entry] = []
        var indexes: [String: Int] = [:]
    }

    /// Where a value belongs.
    struct Place {
        fileprivate let table: Int
        fileprivate let key: TOMLName.Part
    }

    private var tables = [Table(origin: .own, position: TOMLPosition(line: 1, column: 1))]
    /// The tables of each `[[…]]`; none is empty.
    private var lists: [[Int]] = []
    /// The number of headers and braces that were opened so far. Dotted keys add to the tables of their own section only.
    private var sections = 0
    /// The section that is being read.
    private var section = 0

    // MARK: Headers

    /// Opens the table `[name]`, or another one of `[[name]]`, whose bracket is at a position.
    mutating func open(_ name: TOMLName, isArray: Bool, at position: TOMLPosition) throws(TOMLError) -> Int {
        beginSection()
        var table = Self.root
        for part in name.parts.dropLast() {
            switch entry(part.text, of: table)?.content {
            case nil: table = add(part, to: table, origin: .path, at: position)
            case .table(let next): table = next
            case .tables(let list): table = lists[list][lists[list].count - 1]
            case .value(let value):
                throw TOMLError(
                    "\(Self.shown(part)) is no table that a header may add to; its value is on line \(value.position.line)",
                    at: part.position)
            }
        }
        let last = name.parts[name.parts.count - 1]
        guard let former = entry(last.text, of: table) else {
            guard isArray else { return add(last, to: table, origin: .own, at: position) }
            let new = append(origin: .own, at: position)
            insert(.tables(lists.count), last, into: table)
            lists.append([new])
            return new
        }
        switch (former.content, isArray) {
        case (.tables(let list), true):
            let new = append(origin: .own, at: position)
            lists[list].append(new)
            return new
        case (.table(let path), false) where tables[path].origin == .path:
            tables[path].origin = .own
            tables[path].position = position
            return path
        default: throw twice(last, former)
        }
    }

    // MARK: Keys

    /// Where the value of a key belongs; tables on the way to it are made.
    mutating func place(_ name: TOMLName, in table: Int) throws(TOMLError) -> Place {
        var table = table
        for part in name.parts.dropLast() {
            guard let former = entry(part.text, of: table) else {
                table = add(part, to: table, origin: .keys(section: section), at: part.position)
                continue
            }
            guard case .table(let next) = former.content else { throw twice(part, former) }
            guard tables[next].origin == .path || tables[next].origin == .keys(section: section) else {
                throw TOMLError(
                    "the table \(Self.shown(part)) stands on line \(tables[next].position.line) already; "
                        + "what belongs to it must stand there", at: part.position)
            }
            tables[next].origin = .keys(section: section)
            table = next
        }
        let last = name.parts[name.parts.count - 1]
        if let former = entry(last.text, of: table) { throw twice(last, former) }
        return Place(table: table, key: last)
    }

    /// Puts the value of a key where it belongs.
    mutating func insert(_ value: TOMLValue, at place: Place) {
        insert(.value(value), place.key, into: place.table)
    }

    // MARK: Braces

    /// A table in braces that is being read.
    struct InlineTable {
        let table: Int
        fileprivate let outerSection: Int
    }

    /// Begins a table whose brace is at a position.
    mutating func beginInlineTable(at position: TOMLPosition) -> InlineTable {
        let outer = section
        beginSection()
        return InlineTable(table: append(origin: .own, at: position), outerSection: outer)
    }

    /// Ends the table that was begun last: nothing can be added to it any more.
    mutating func endInlineTable(_ inline: InlineTable) -> TOMLTable {
        let table = frozen(inline.table)
        tables.removeLast(tables.count - inline.table)
        section = inline.outerSection
        return table
    }

    // MARK: The result

    /// The table and its contents, as a value.
    func frozen(_ table: Int) -> TOMLTable {
        let entries = tables[table].entries.map { entry in
            let value =
                switch entry.content {
                case .value(let value): value
                case .table(let table): frozenValue(table)
                case .tables(let list):
                    TOMLValue(.array(lists[list].map(frozenValue)), at: tables[lists[list][0]].position)
                }
            return TOMLTable.Entry(key: entry.key.text, keyPosition: entry.key.position, value: value)
        }
        return TOMLTable(entries: entries, indexes: tables[table].indexes)
    }

    private func frozenValue(_ table: Int) -> TOMLValue {
        TOMLValue(.table(frozen(table)), at: tables[table].position)
    }

    // MARK: Entries

    private mutating func beginSection() {
        sections += 1
        section = sections
    }

    private func entry(_ key: String, of table: Int) -> Entry? {
        tables[table].indexes[key].map { tables[table].entries[$0] }
    }

    private mutating func insert(_ content: Content, _ key: TOMLName.Part, into table: Int) {
        tables[table].indexes[key.text] = tables[table].entries.count
        tables[table].entries.append(Entry(key: key, content: content))
    }

    private mutating func append(origin: Origin, at position: TOMLPosition) -> Int {
        tables.append(Table(origin: origin, position: position))
        return tables.count - 1
    }

    private mutating func add(
        _ key: TOMLName.Part, to table: Int, origin: Origin, at position: TOMLPosition
    ) -> Int {
        let new = append(origin: origin, at: position)
        insert(.table(new), key, into: table)
        return new
    }

    // MARK: Duplicates

    private func twice(_ key: TOMLName.Part, _ former: Entry) -> TOMLError {
        TOMLError(
            "\(Self.shown(key)) is given here a second time; the first is on line \(line(of: former))", at: key.position
        )
    }

    private func line(of entry: Entry) -> Int {
        if case .table(let table) = entry.content { tables[table].position.line } else { entry.key.position.line }
    }

    private static func shown(_ key: TOMLName.Part) -> String { String(key.text.prefix(shownKeyLength)) }

    /// The most characters of a key that an error shows.
    private static let shownKeyLength = 40
}
