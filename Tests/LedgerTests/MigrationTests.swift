import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("A ledger of an earlier version is brought to the present one")
struct MigrationTests {
    /// The ledger as version 1 made it, word for word.
    private static let version1 = """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('1');
        CREATE TABLE setting (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE term (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY, duplicate_of INTEGER, maildir INTEGER NOT NULL, name BLOB NOT NULL,
            fingerprint BLOB NOT NULL, arrival INTEGER NOT NULL, class INTEGER NOT NULL, origin INTEGER,
            dialect INTEGER, reporting_mta INTEGER, folder INTEGER, file TEXT, message_id TEXT);
        CREATE UNIQUE INDEX delivery_key ON delivery (maildir, name);
        CREATE UNIQUE INDEX delivery_event ON delivery (fingerprint) WHERE duplicate_of IS NULL;
        CREATE TABLE outcome (
            id INTEGER PRIMARY KEY, address INTEGER, kind INTEGER NOT NULL, reason INTEGER NOT NULL, status TEXT,
            reply_code TEXT, action TEXT, diagnostic TEXT, remote_mta INTEGER, command TEXT, spelling TEXT);
        CREATE INDEX outcome_address ON outcome (address) WHERE address IS NOT NULL;
        CREATE TABLE address (
            id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, spelling TEXT, hard INTEGER NOT NULL,
            soft INTEGER NOT NULL, delayed INTEGER NOT NULL, delivered INTEGER NOT NULL, complaint INTEGER NOT NULL,
            auto_reply INTEGER NOT NULL, other INTEGER NOT NULL, first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL, streak INTEGER NOT NULL, streaks BLOB, cause INTEGER, reason INTEGER,
            since INTEGER, until INTEGER, days INTEGER);
        CREATE INDEX address_suppressed ON address (address) WHERE cause IS NOT NULL;
        CREATE TABLE tally (
            hour INTEGER NOT NULL, class INTEGER NOT NULL, origin INTEGER NOT NULL, counted INTEGER NOT NULL,
            duplicates INTEGER NOT NULL, PRIMARY KEY (hour, class, origin)) WITHOUT ROWID;
        CREATE TABLE rule_hit (rule INTEGER PRIMARY KEY, hits INTEGER NOT NULL, last_seen INTEGER NOT NULL);
        CREATE TABLE run (id INTEGER PRIMARY KEY, maildir INTEGER, started INTEGER NOT NULL, ended INTEGER NOT NULL);
        CREATE TABLE run_count (
            run INTEGER NOT NULL, name INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (run, name)
        ) WITHOUT ROWID;
        CREATE VIEW suppressed (address, reason, since, until) AS
        SELECT address.address, term.text,
            strftime('%Y-%m-%dT%H:%M:%SZ', address.since, 'unixepoch'),
            strftime('%Y-%m-%dT%H:%M:%SZ', address.until, 'unixepoch')
        FROM address LEFT JOIN term ON term.id = address.reason
        WHERE address.cause IS NOT NULL
            AND (address.until IS NULL OR address.until > CAST(strftime('%s', 'now') AS INTEGER));
        PRAGMA user_version = 1;
        PRAGMA application_id = 1296319054;
        PRAGMA journal_mode = WAL;
        """

    /// Two reports about bob, a copy of the second, and one about ann, as version 1 wrote them.
    private static let rows = """
        INSERT INTO setting VALUES ('policy', 'of version 1');
        INSERT INTO term VALUES (1, '/var/mail/bounces'), (2, 'hard-bounce'), (3, 'local'), (4, 'postfix'),
            (5, 'mail.example'), (6, 'hard'), (7, 'userunknown'), (8, 'mx.dest.example'), (9, 'rule-1'),
            (10, 'soft-bounce'), (11, 'soft'), (12, 'mailboxfull');
        INSERT INTO delivery VALUES
            (1, NULL, 1, X'312E56312E686F7374', X'9E3779B97F4A7C150000000000000001', 1793534400, 2, 3, 4, 5, NULL, NULL,
             '<1@mail.example>'),
            (2, NULL, 1, X'322E56312E686F7374', X'3C6EF372FE94F82A0000000000000002', 1793620800, 10, 3, 4, 5, NULL,
             NULL, '<2@mail.example>'),
            (3, 2, 1, X'636F7079', X'3C6EF372FE94F82A0000000000000002', 1793707200, 10, 3, 4, 5, NULL, NULL,
             '<2@mail.example>'),
            (4, NULL, 1, X'342E56312E686F7374', X'78DDE6E5FD29F0540000000000000004', 1793620800, 10, 3, 4, 5, NULL,
             NULL, '<4@mail.example>');
        INSERT INTO outcome VALUES
            (1048576, 1, 6, 7, '5.1.1', '550', 'failed', '550 5.1.1 <Bob@dest.example>: User unknown', 8, 'RCPT',
             'Bob@dest.example'),
            (2097152, 1, 11, 12, '4.2.2', '452', 'failed', '550 5.1.1 <bob@dest.example>: User unknown', 8, 'RCPT', NULL),
            (4194304, 2, 11, 12, '4.2.2', '452', 'failed', '550 5.1.1 <ann@dest.example>: User unknown', 8, 'RCPT', NULL);
        INSERT INTO address VALUES
            (1, 'bob@dest.example', 'Bob@dest.example', 1, 1, 0, 0, 0, 0, 0, 1793534400, 1793620800, 1,
             X'04736F667401F7C401', 2, 7, 1793534400, NULL, 1),
            (2, 'ann@dest.example', NULL, 0, 1, 0, 0, 0, 0, 0, 1793620800, 1793620800, 1, X'04736F667401F7C401', NULL, NULL,
             NULL, NULL, NULL);
        INSERT INTO tally VALUES (498204, 2, 3, 1, 0), (498228, 10, 3, 2, 0), (498252, 10, 3, 0, 1);
        INSERT INTO rule_hit VALUES (9, 4, 1793707200);
        """

    private func sql(_ folder: TemporaryFolder, _ text: String) {
        let file = folder.path + "/x.sql"
        _ = shell("cat > '\(file)' <<'SQL'\n\(text)\nSQL\nsqlite3 '\(folder.file)' < '\(file)'; rm '\(file)'")
    }

    @Test("From version 1, with everything in it")
    func fromVersion1() throws {
        let folder = try TemporaryFolder()
        sql(folder, Self.version1)
        sql(folder, Self.rows)
        // Reading alone changes nothing and says what to do.
        let before = folder.listing()
        let error = #expect(throws: LedgerError.self) {
            try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
        }
        #expect(error?.description.contains("version 1") == true)
        #expect(folder.listing() == before)

        let old = shell("sqlite3 -readonly '\(folder.file)' .dump 'PRAGMA user_version'")
        let ledger = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        #expect(try ledger.read { try $0.integer("PRAGMA user_version") } == Schema.version)
        // What was there is kept beside it, for the program that wrote it.
        let copy = folder.file + ".before-0.2.0"
        #expect(shell("sqlite3 '\(copy)' .dump 'PRAGMA user_version' 'PRAGMA journal_mode'") == old + "wal\n")
        #expect(!folder.listing().contains("maildir-bounce-new"))
        // The same events, written by the present version.
        let fresh = try LedgerStore(inMemory: Policy.byDays)
        var second = softReport(2, at: time(day: 2))
        second.key = DeliveryKey(maildir: "/var/mail/bounces", unique: Array("copy".utf8))
        try fresh.commit([
            report(1, address: "Bob@dest.example", at: time(day: 0)), softReport(2, at: time(day: 1)), second,
            softReport(4, address: "ann@dest.example", at: time(day: 1)),
        ])
        for (table, rows) in try fresh.dump() where !["rule_hit", "captured"].contains(table) {
            #expect(try ledger.dump()[table] == rows, "\(table)")
        }
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.commit([softReport(2, at: time(day: 1)), second]) == [.alreadyKnown, .alreadyKnown])
        #expect(try ledger.read { try $0.integer("SELECT count(*) FROM suppressed") } == 1)
        #expect(shell("sqlite3 -readonly '\(folder.file)' 'PRAGMA integrity_check'") == "ok\n")
    }

    @Test("A migrated ledger has the very tables of a new one")
    func sameSchema() throws {
        let folder = try TemporaryFolder()
        sql(folder, Self.version1)
        let migrated = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        let fresh = try LedgerStore(inMemory: Policy.byDays)
        func schema(_ ledger: LedgerStore) throws -> [String] {
            try ledger.read { connection in
                let query = try connection.prepare("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
                var rows = [String]()
                while try query.step() {
                    // Without comments and layout.
                    let lines = query.text(2).split(separator: "\n").map { line in
                        line.range(of: "--").map { String(line[..<$0.lowerBound]) } ?? String(line)
                    }
                    rows.append(query.text(1) + ":" + lines.joined().filter { !$0.isWhitespace })
                }
                return rows
            }
        }
        #expect(try schema(migrated) == schema(fresh))
    }
}
