import Verdict

/// The terms, texts that are stored once, within one transaction.
package final class TermTable {
    private let connection: any Connection
    private let select: any Query
    private let writes: Bool
    private let selectText: any Query

    package init(_ connection: any Connection, writes: Bool) throws {
        self.connection = connection
        select = try connection.prepare("SELECT id FROM term WHERE text = ?1")
        selectText = try connection.prepare("SELECT text FROM term WHERE id = ?1")
        self.writes = writes
    }

    /// The number of a text, if it has one.
    package func known(_ text: String) throws -> Int64? {
        if let known = connection.terms.number(of: text) {
            return known
        }
        let stored = text.stored(limit: LedgerLimits.termBytes)
        defer { select.reset() }
        try select.bind(1, stored)
        guard try select.step() else { return nil }
        let identifier = select.integer(0)
        connection.terms.remember(identifier, of: text)
        return identifier
    }

    /// The numbers of those texts that have one.
    package func known(_ texts: Set<String>) throws -> [String: Int64] {
        let stored = Dictionary(grouping: texts) { $0.stored(limit: LedgerLimits.termBytes) }
        var numbers = [String: Int64]()
        try connection.forEach(stored.keys.map(RowValue.text), "SELECT id, text FROM term WHERE text = ?1") { row in
            for text in stored[row.text(1)] ?? [] { numbers[text] = row.integer(0) }
        }
        return numbers
    }

    /// The number of a text, assigned if it has none.
    package func number(_ text: String) throws -> Int64 {
        if let known = try known(text) {
            return known
        }
        guard writes else { return 0 }
        let identifier = try connection.insertTerm(text.stored(limit: LedgerLimits.termBytes))
        connection.terms.remember(identifier, of: text)
        return identifier
    }

    package func number(_ text: String?) throws -> Int64? {
        guard let text else { return nil }
        return try number(text) as Int64
    }

    package func text(_ identifier: Int64) throws -> String {
        if let known = connection.terms.text(of: identifier) { return known }
        defer { selectText.reset() }
        try selectText.bind(1, identifier)
        guard try selectText.step() else { return "" }
        let text = selectText.text(0)
        connection.terms.remember(text, of: identifier)
        return text
    }

    package func text(_ identifier: Int64?) throws -> String? {
        guard let identifier else { return nil }
        return try text(identifier) as String
    }

    // MARK: Parsed values

    package func messageClass(_ identifier: Int64) throws -> Token<MessageClass> {
        try meaning(identifier, &connection.terms.classes) { Token(text: $0) }
    }

    package func origin(_ identifier: Int64?) throws -> Token<Origin>? { try text(identifier).map { Token(text: $0) } }

    package func fate(_ identifier: Int64) throws -> Fate {
        try meaning(identifier, &connection.terms.fates) { Fate(text: $0) }
    }

    package func reason(_ identifier: Int64) throws -> Token<Reason> {
        try meaning(identifier, &connection.terms.reasons) { Token(text: $0) }
    }

    private func meaning<Meaning>(
        _ identifier: Int64, _ known: inout [Int64: Meaning], _ make: (String) -> Meaning
    ) throws -> Meaning {
        if let meaning = known[identifier] { return meaning }
        let text = try text(identifier) as String
        let meaning = make(text)
        // A number without a text may get one.
        guard !text.isEmpty else { return meaning }
        if known.count >= TermCache.meaningLimit { known.removeAll() }
        known[identifier] = meaning
        return meaning
    }
}
