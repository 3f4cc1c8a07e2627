import Testing

@testable import Ledger

@Suite("Statements of SQLite")
struct StatementTests {
    private func read(_ connection: any Connection, _ sql: String) throws -> [Int64] {
        let query = try connection.prepare(sql)
        var numbers = [Int64]()
        while try query.step() { numbers.append(query.integer(0)) }
        return numbers
    }

    @Test("All rows are inserted in order, however many there are", arguments: [0, 1, 15, 16, 17, 32, 50])
    func rows(count: Int) throws {
        try SQLiteFile().write { connection in
            try connection.run("CREATE TEMP TABLE sample (number INTEGER, square INTEGER)")
            let insertion = try RowInsertion(connection, into: "sample", columns: ["number", "square"])
            var told = [Int]()
            try insertion.insert(count) { row, query, first in
                try query.bind(first, row)
                try query.bind(first + 1, row * row)
            } done: { rows, inserted in
                let count = try inserted()
                #expect(count == rows.count)
                told += rows
            }
            #expect(told == Array(0..<count))
            let (numbers, squares) = try (
                read(connection, "SELECT number FROM sample ORDER BY rowid"),
                read(connection, "SELECT square FROM sample ORDER BY rowid")
            )
            #expect(numbers == (0..<count).map(Int64.init))
            #expect(squares == (0..<count).map { Int64($0 * $0) })
        }
    }

    @Test("Of rows that are there already, the number of those inserted tells")
    func conflicts() throws {
        try SQLiteFile().write { connection in
            try connection.run("CREATE TEMP TABLE sample (number INTEGER PRIMARY KEY)")
            try connection.run("INSERT INTO sample VALUES (3), (20)")
            let insertion = try RowInsertion(
                connection, into: "sample", columns: ["number"], end: " ON CONFLICT DO NOTHING")
            var missing = [Range<Int>]()
            try insertion.insert(20) { row, query, first in
                try query.bind(first, row)
            } done: { rows, inserted in
                if try inserted() < rows.count { missing.append(rows) }
            }
            #expect(missing == [0..<16])
            #expect(try read(connection, "SELECT count(*) FROM sample") == [21])
        }
    }

    @Test("A bound value stays until the parameter is bound anew, and nothing is not NULL")
    func bindings() throws {
        try SQLiteFile().write { connection in
            let query = try connection.prepare("SELECT ?1 || ?2, length(?3), ?1 IS NULL, ?3 IS NULL")
            func row() throws -> [String?] {
                defer { query.reset() }
                #expect(try query.step())
                return (0..<4).map { query.optionalText($0) }
            }
            let text = "a text that is longer than a small string of Swift's"
            try query.bind(1, text)
            try query.bind(2, "!")
            try query.bind(3, [1, 2, 3] as [UInt8])
            #expect(try row() == [text + "!", "3", "0", "0"])
            try query.bind(2, String(repeating: "?", count: 1_000))
            #expect(try row()[0]?.utf8.count == text.utf8.count + 1_000)
            try query.bind(1, "")
            try query.bind(3, [] as [UInt8])
            #expect(try row() == [String(repeating: "?", count: 1_000), "0", "0", "0"])
            try query.bind(1, nil as String?)
            try query.bind(3, nil as [UInt8]?)
            #expect(try row() == [nil, nil, "1", "1"])
        }
    }

    @Test("A term of a transaction that was taken back has no number in the next one")
    func termsTakenBack() throws {
        let file = try SQLiteFile()
        try file.write { connection in
            let number = try TermTable(connection, writes: true).number("kept") as Int64
            #expect(number == 1)
        }
        let _: Void? = try file.write { connection in
            let number = try TermTable(connection, writes: true).number("taken back") as Int64
            #expect(number == 2)
            return nil
        }
        #expect(throws: LedgerError.self) {
            try file.write { connection in
                #expect(try TermTable(connection, writes: true).number("failed") as Int64 == 2)
                throw DamagedLedger()
            }
        }
        try file.write { connection in
            let terms = try TermTable(connection, writes: true)
            #expect(try terms.known("taken back") == nil)
            #expect(try terms.number("another") == 2)
            #expect(try terms.number("failed") == 3)
            #expect(try terms.number("kept") == 1)
            #expect(try terms.text(2) == "another")
        }
    }

    @Test("Terms that share a place among those asked for last are told from each other")
    func recentTerms() throws {
        let cache = TermCache()
        let texts = (0..<500).map { "host\($0).dest.example" } + ["", "a", "hard", "soft"]
        for (number, text) in texts.enumerated() { cache.remember(Int64(number + 1), of: text) }
        for _ in 0..<2 {
            for (number, text) in texts.enumerated() { #expect(cache.number(of: text) == Int64(number + 1)) }
        }
        #expect(cache.number(of: "Soft") == nil)
        cache.removeAll()
        #expect(cache.number(of: "soft") == nil)
    }
}
