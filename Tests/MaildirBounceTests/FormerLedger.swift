import Foundation
import Testing

/// A ledger as version 0.1.0 has left it, and the mails that it has counted.
enum FormerLedger {
    /// By the unique names of their files. Of the two that arrived on 1 November the ledger has only the fingerprints: it
    /// was pruned.
    static let mails = [
        "1.V1.host": Mail.bounce("bob@dest.example", id: "F1"),
        "2.V2.host": nameless(Mail.softBounce("carol@dest.example", id: "F2")),
        "3.V3.host": onFirst(Mail.bounce("dan@dest.example", id: "F3")),
        "4.V4.host": onFirst(nameless(Mail.softBounce("eve@dest.example", id: "F4"))),
    ]

    /// The report of carol's full mailbox, two days later in the same words.
    static let later = nameless(Mail.softBounce("carol@dest.example", id: "F2"))
        .replacing("Tue, 24 Nov 2026 10:00:05", with: "Thu, 26 Nov 2026 10:00:05")

    private static func nameless(_ mail: String) -> String {
        mail.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("Message-Id:") }
            .joined(separator: "\n")
    }

    private static func onFirst(_ mail: String) -> String {
        mail.replacing("Tue, 24 Nov 2026", with: "Sun, 1 Nov 2026")
    }

    /// Makes the ledger.
    static func make(_ path: String) throws {
        let script = path + ".sql"
        try sql.write(toFile: script, atomically: true, encoding: .utf8)
        let run = try Program.command(["/bin/sh", "-c", "exec sqlite3 '\(path)' < '\(script)'"])
        #expect(run.status == 0 && run.errors.isEmpty)
    }

    /// Written by version 0.1.0 (commit ef367ab) and sqlite3's .dump.
    private static let sql = """
        PRAGMA foreign_keys=OFF;
        BEGIN TRANSACTION;
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES('1');
        INSERT INTO grdb_migrations VALUES('2');
        CREATE TABLE setting ( name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL ) WITHOUT ROWID;
        INSERT INTO setting
            VALUES('policy','hard 1/30/30/- soft 5/30/30/- complaint 1/30/30/- lift true brake 2 50/5/1/14/3');
        CREATE TABLE term ( id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE );
        INSERT INTO term VALUES(1,'/var/mail/bounces');
        INSERT INTO term VALUES(2,'hard-bounce');
        INSERT INTO term VALUES(3,'local');
        INSERT INTO term VALUES(4,'postfix');
        INSERT INTO term VALUES(5,'mail.lists.example.com');
        INSERT INTO term VALUES(6,'/var/mail/bounces/cur');
        INSERT INTO term VALUES(7,'userunknown');
        INSERT INTO term VALUES(8,'dest.example');
        INSERT INTO term VALUES(9,'hard');
        INSERT INTO term VALUES(10,'mx.dest.example');
        INSERT INTO term VALUES(11,'userunknown/user');
        INSERT INTO term VALUES(12,'soft-bounce');
        INSERT INTO term VALUES(13,'mailboxfull');
        INSERT INTO term VALUES(14,'soft');
        INSERT INTO term VALUES(15,'mailboxfull/quota');
        INSERT INTO term VALUES(16,'counted');
        CREATE TABLE delivery ( id INTEGER PRIMARY KEY, duplicate_of INTEGER, maildir INTEGER NOT NULL, name BLOB NOT
            NULL, fingerprint BLOB NOT NULL, arrival INTEGER NOT NULL, class INTEGER NOT NULL, origin INTEGER, dialect
            INTEGER, reporting_mta INTEGER, folder INTEGER, file TEXT, message_id TEXT
        , folded INTEGER NOT NULL DEFAULT 0);
        INSERT INTO delivery
            VALUES(1,NULL,1,X'312e56312e686f7374',X'bb3085a32d21ae1c3d11e800a54a2d89',1795514405,2,3,4,5,6,NULL,'20261124100005.F1@mail.lists.example.com',0);
        INSERT INTO delivery
            VALUES(2,NULL,1,X'322e56322e686f7374',X'fe56b7732fbcc531e778686db7bf6a4f',1795514405,12,3,4,5,6,NULL,NULL,0);
        CREATE TABLE outcome ( id INTEGER PRIMARY KEY, address INTEGER, kind INTEGER NOT NULL, reason INTEGER NOT NULL,
            status TEXT, reply_code TEXT, action TEXT, diagnostic TEXT, remote_mta INTEGER, command TEXT, spelling TEXT
            );
        INSERT INTO outcome
            VALUES(1048576,3,9,7,'5.1.1','550','failed','550 5.1.1 <bob@dest.example>: Recipient address rejected: User unknown',10,'RCPT',NULL);
        INSERT INTO outcome
            VALUES(2097152,4,14,13,'5.2.2','552','failed','552 5.2.2 <carol@dest.example>: Mailbox full, over quota',10,'RCPT',NULL);
        CREATE TABLE tally ( hour INTEGER NOT NULL, class INTEGER NOT NULL, origin INTEGER NOT NULL, counted INTEGER
            NOT NULL, duplicates INTEGER NOT NULL, PRIMARY KEY (hour, class, origin) ) WITHOUT ROWID;
        INSERT INTO tally VALUES(498202,2,3,1,0);
        INSERT INTO tally VALUES(498202,12,3,1,0);
        INSERT INTO tally VALUES(498754,2,3,1,0);
        INSERT INTO tally VALUES(498754,12,3,1,0);
        CREATE TABLE rule_hit ( rule INTEGER PRIMARY KEY, hits INTEGER NOT NULL, last_seen INTEGER NOT NULL );
        INSERT INTO rule_hit VALUES(11,2,1795514405);
        INSERT INTO rule_hit VALUES(15,2,1795514405);
        CREATE TABLE run ( id INTEGER PRIMARY KEY, maildir INTEGER, started INTEGER NOT NULL, ended INTEGER NOT NULL );
        INSERT INTO run VALUES(1,1,1795902661,1795902662);
        INSERT INTO run VALUES(2,1,1795902662,1795902662);
        CREATE TABLE run_count ( run INTEGER NOT NULL, name INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (run,
            name) ) WITHOUT ROWID;
        INSERT INTO run_count VALUES(1,2,1);
        INSERT INTO run_count VALUES(1,12,1);
        INSERT INTO run_count VALUES(1,16,2);
        INSERT INTO run_count VALUES(2,2,1);
        INSERT INTO run_count VALUES(2,12,1);
        INSERT INTO run_count VALUES(2,16,2);
        CREATE TABLE IF NOT EXISTS "address" ( id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, spelling TEXT,
            hard INTEGER NOT NULL, soft INTEGER NOT NULL, delayed INTEGER NOT NULL, delivered INTEGER NOT NULL,
            complaint INTEGER NOT NULL, auto_reply INTEGER NOT NULL, other INTEGER NOT NULL, first_seen INTEGER,
            last_seen INTEGER, last_action INTEGER, streak INTEGER NOT NULL, streaks BLOB, cause INTEGER, reason
            INTEGER, since INTEGER, until INTEGER, days INTEGER, held_since INTEGER, held_reason INTEGER );
        INSERT INTO address
            VALUES(1,'dan@dest.example',NULL,1,0,0,0,0,0,0,1793527205,1793527205,NULL,0,NULL,2,7,1793527205,NULL,1,NULL,NULL);
        INSERT INTO address
            VALUES(2,'eve@dest.example',NULL,0,1,0,0,0,0,0,1793527205,1793527205,NULL,1,X'04736f66740196a201',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
        INSERT INTO address
            VALUES(3,'bob@dest.example',NULL,1,0,0,0,0,0,0,1795514405,1795514405,NULL,0,NULL,2,7,1795514405,NULL,1,NULL,NULL);
        INSERT INTO address
            VALUES(4,'carol@dest.example',NULL,0,1,0,0,0,0,0,1795514405,1795514405,NULL,1,X'04736f667401ada201',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
        CREATE TABLE action ( id INTEGER PRIMARY KEY, address INTEGER NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT
            NULL, reason INTEGER NOT NULL, until INTEGER, author INTEGER, note TEXT );
        CREATE TABLE base ( address INTEGER PRIMARY KEY, spelling TEXT, hard INTEGER NOT NULL, soft INTEGER NOT NULL,
            delayed INTEGER NOT NULL, delivered INTEGER NOT NULL, complaint INTEGER NOT NULL, auto_reply INTEGER NOT
            NULL, other INTEGER NOT NULL, first_seen INTEGER, last_seen INTEGER, last_action INTEGER, streak INTEGER
            NOT NULL, streaks BLOB, cause INTEGER, reason INTEGER, since INTEGER, until INTEGER, days INTEGER,
            held_since INTEGER, held_reason INTEGER );
        INSERT INTO base VALUES(1,NULL,1,0,0,0,0,0,0,1793527205,1793527205,NULL,0,NULL,2,7,1793527205,NULL,1,NULL,NULL);
        INSERT INTO base
            VALUES(2,NULL,0,1,0,0,0,0,0,1793527205,1793527205,NULL,1,X'04736f66740196a201',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
        CREATE TABLE pruned ( fingerprint BLOB NOT NULL PRIMARY KEY ) WITHOUT ROWID;
        INSERT INTO pruned VALUES(X'13483a7108ccb0a0fcfd56849b9715ee');
        INSERT INTO pruned VALUES(X'a1a543b12fd3198fc4d4d6b39ecf0f4c');
        CREATE TABLE tally_pruned ( hour INTEGER NOT NULL, class INTEGER NOT NULL, origin INTEGER NOT NULL, counted
            INTEGER NOT NULL, duplicates INTEGER NOT NULL, PRIMARY KEY (hour, class, origin) ) WITHOUT ROWID;
        INSERT INTO tally_pruned VALUES(498202,2,3,1,0);
        INSERT INTO tally_pruned VALUES(498202,12,3,1,0);
        CREATE TABLE forgotten ( hash BLOB NOT NULL PRIMARY KEY, cause INTEGER NOT NULL, reason INTEGER NOT NULL, since
            INTEGER NOT NULL, until INTEGER, days INTEGER NOT NULL ) WITHOUT ROWID;
        CREATE TABLE brake_member ( provider INTEGER NOT NULL, reason INTEGER NOT NULL, hour INTEGER NOT NULL, address
            INTEGER NOT NULL, PRIMARY KEY (provider, reason, hour, address) ) WITHOUT ROWID;
        INSERT INTO brake_member VALUES(8,7,498754,3);
        INSERT INTO brake_member VALUES(8,13,498754,4);
        CREATE TABLE brake_hour ( provider INTEGER NOT NULL, reason INTEGER NOT NULL, hour INTEGER NOT NULL, addresses
            INTEGER NOT NULL, folded INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 0, PRIMARY KEY
            (provider, reason, hour) ) WITHOUT ROWID;
        INSERT INTO brake_hour VALUES(8,7,498202,1,1,0);
        INSERT INTO brake_hour VALUES(8,7,498754,1,0,0);
        INSERT INTO brake_hour VALUES(8,13,498202,1,1,0);
        INSERT INTO brake_hour VALUES(8,13,498754,1,0,0);
        CREATE TABLE brake_decision ( id INTEGER PRIMARY KEY, provider INTEGER NOT NULL, reason INTEGER NOT NULL,
            first_hour INTEGER NOT NULL, last_hour INTEGER NOT NULL, verdict INTEGER NOT NULL, at INTEGER NOT NULL,
            author INTEGER, note TEXT );
        CREATE UNIQUE INDEX delivery_key ON delivery (maildir, name);
        CREATE UNIQUE INDEX delivery_event ON delivery (fingerprint) WHERE duplicate_of IS NULL;
        CREATE INDEX outcome_address ON outcome (address) WHERE address IS NOT NULL;
        CREATE INDEX address_suppressed ON address (address) WHERE cause IS NOT NULL;
        CREATE UNIQUE INDEX action_event ON action (address, at, kind, reason);
        CREATE INDEX brake_large ON brake_hour (provider, reason, hour) WHERE addresses >= 3;
        CREATE INDEX brake_status ON brake_hour (provider, reason, hour) WHERE status <> 0;
        CREATE VIEW suppressed (address, reason, since, until) AS
        SELECT address.address, term.text, strftime('%Y-%m-%dT%H:%M:%SZ', address.since, 'unixepoch'),
            strftime('%Y-%m-%dT%H:%M:%SZ', address.until, 'unixepoch')
        FROM address LEFT JOIN term ON term.id = address.reason
        WHERE address.cause IS NOT NULL AND (address.until IS NULL OR address.until > CAST(strftime('%s', 'now') AS
            INTEGER));
        CREATE VIEW counters (address, hard, soft, delayed, delivered, complaint, auto_reply, other, streak,
            first_seen, last_seen, suppressed) AS
        SELECT address, hard, soft, delayed, delivered, complaint, auto_reply, other, streak,
            strftime('%Y-%m-%dT%H:%M:%SZ', first_seen, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%SZ', last_seen,
            'unixepoch'), cause IS NOT NULL AND (until IS NULL OR until > CAST(strftime('%s', 'now') AS INTEGER))
        FROM address;
        COMMIT;
        PRAGMA user_version = 2;
        PRAGMA application_id = 1296319054;
        PRAGMA journal_mode = WAL;
        """
}
