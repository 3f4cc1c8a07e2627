/// The texts that are stored once, within one transaction: no entry outlives a rollback.
final class TermTable {
    private let connection: Connection
    private let select: Query
    private let insert: Query?
    private let selectText: Query
    private var identifiers: [String: Int64] = [:]
    private var texts: [Int64: String] = [:]

    /// So that host names made up by a sender cannot fill the memory.
    private static let cacheLimit = 20_000

    init(_ connection: Connection, writes: Bool) throws {
        self.connection = connection
        select = try connection.prepare("SELECT id FROM term WHERE text = ?1")
        selectText = try connection.prepare("SELECT text FROM term WHERE id = ?1")
        insert =
            writes
            ? try connection.prepare(
                """
                INSERT INTO term (text) VALUES (?1) ON CONFLICT (text) DO UPDATE SET text = excluded.text RETURNING id
                """) : nil
    }

    /// The number of a text, if it has one.
    func known(_ text: String) throws -> Int64? {
        if let known = identifiers[text] {
            return known
        }
        let stored = text.stored(limit: LedgerLimits.termBytes)
        defer { select.reset() }
        try select.bind(1, stored)
        guard try select.step() else { return nil }
        let identifier = select.integer(0)
        remember(text, identifier)
        return identifier
    }

    /// The number of a text, which is given one if it has none.
    func number(_ text: String) throws -> Int64 {
        if let known = try known(text) {
            return known
        }
        guard let insert else { return 0 }
        defer { insert.reset() }
        try insert.bind(1, text.stored(limit: LedgerLimits.termBytes))
        guard try insert.step() else { return 0 }
        let identifier = insert.integer(0)
        remember(text, identifier)
        return identifier
    }

    func number(_ text: String?) throws -> Int64? {
        guard let text else { return nil }
        return try number(text) as Int64
    }

    func text(_ identifier: Int64) throws -> String {
        if let known = texts[identifier] {
            return known
        }
        if let known = connection.knownTerm(identifier) { return known }
        defer { selectText.reset() }
        try selectText.bind(1, identifier)
        guard try selectText.step() else { return "" }
        let text = selectText.text(0)
        connection.remember(text, as: identifier)
        if texts.count >= TermTable.cacheLimit { texts.removeAll() }
        texts[identifier] = text
        return text
    }

    func text(_ identifier: Int64?) throws -> String? {
        guard let identifier else { return nil }
        return try text(identifier) as String
    }

    private func remember(_ text: String, _ identifier: Int64) {
        if identifiers.count >= TermTable.cacheLimit { identifiers.removeAll() }
        identifiers[text] = identifier
    }
}
