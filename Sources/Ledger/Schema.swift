import GRDB

/// The tables of the ledger and the way from each released version to the present one.
enum Schema {
    /// `PRAGMA application_id`: the bytes `MDBN`. Tells a ledger from another program's database.
    static let applicationID: Int64 = 0x4D44_424E
    /// `PRAGMA user_version`: the number of the last migration.
    static let version: Int64 = 1

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        // No table has an enforced foreign key: whole reports are written and erased in one transaction.
        migrator = migrator.disablingDeferredForeignKeyChecks()
        migrator.registerMigration("1") { database in
            try database.execute(sql: version1)
        }
        return migrator
    }

    /// Times are seconds since 1970 UTC. Texts that repeat are stored once in `term`.
    private static let version1 = """
        CREATE TABLE setting (
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE term (
            id INTEGER PRIMARY KEY,
            text TEXT NOT NULL UNIQUE
        );

        -- One row for each file seen. Of the files that hold the same report, the one that arrived first counts; the
        -- others name its row in duplicate_of.
        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            duplicate_of INTEGER,
            maildir INTEGER NOT NULL,     -- term
            name BLOB NOT NULL,           -- the unique part of the file's name
            fingerprint BLOB NOT NULL,
            arrival INTEGER NOT NULL,
            class INTEGER NOT NULL,       -- term
            origin INTEGER,               -- term
            dialect INTEGER,              -- term
            reporting_mta INTEGER,        -- term
            folder INTEGER,               -- term: where the file went
            file TEXT,                    -- its name there, where that is not the unique name and ":2,S"
            message_id TEXT
        );
        CREATE UNIQUE INDEX delivery_key ON delivery (maildir, name);
        CREATE UNIQUE INDEX delivery_event ON delivery (fingerprint) WHERE duplicate_of IS NULL;

        -- One row for each recipient of a report that counts: id is the delivery's id * 2^20 + the place in the report.
        CREATE TABLE outcome (
            id INTEGER PRIMARY KEY,
            address INTEGER,              -- NULL where the report names no valid address
            kind INTEGER NOT NULL,        -- term
            reason INTEGER NOT NULL,      -- term
            status TEXT,
            reply_code TEXT,
            action TEXT,
            diagnostic TEXT,
            remote_mta INTEGER,           -- term
            command TEXT,
            spelling TEXT                 -- as the report writes it, where that is not the canonical form
        );
        CREATE INDEX outcome_address ON outcome (address) WHERE address IS NOT NULL;

        -- A function of deliveries, outcomes and policy; never written by hand.
        CREATE TABLE address (
            id INTEGER PRIMARY KEY,
            address TEXT NOT NULL UNIQUE, -- canonical
            spelling TEXT,
            hard INTEGER NOT NULL,
            soft INTEGER NOT NULL,
            delayed INTEGER NOT NULL,
            delivered INTEGER NOT NULL,
            complaint INTEGER NOT NULL,
            auto_reply INTEGER NOT NULL,
            other INTEGER NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            streak INTEGER NOT NULL,      -- distinct days of the longest running streak
            streaks BLOB,
            cause INTEGER,                -- NULL: may be mailed; 1 soft, 2 hard, 3 complaint
            reason INTEGER,               -- term
            since INTEGER,
            until INTEGER,
            days INTEGER                  -- on how many days the events fell that suppressed it
        );
        CREATE INDEX address_suppressed ON address (address) WHERE cause IS NOT NULL;

        -- How many reports arrived in each hour. Kept for good: it holds no address.
        CREATE TABLE tally (
            hour INTEGER NOT NULL,        -- hours since 1970 UTC
            class INTEGER NOT NULL,       -- term
            origin INTEGER NOT NULL,      -- term, 0 for none
            counted INTEGER NOT NULL,
            duplicates INTEGER NOT NULL,
            PRIMARY KEY (hour, class, origin)
        ) WITHOUT ROWID;

        CREATE TABLE rule_hit (
            rule INTEGER PRIMARY KEY,     -- term
            hits INTEGER NOT NULL,
            last_seen INTEGER NOT NULL    -- the latest arrival of a message that it hit
        );

        CREATE TABLE run (
            id INTEGER PRIMARY KEY,
            maildir INTEGER,              -- term
            started INTEGER NOT NULL,
            ended INTEGER NOT NULL
        );
        CREATE TABLE run_count (
            run INTEGER NOT NULL,
            name INTEGER NOT NULL,        -- term
            count INTEGER NOT NULL,
            PRIMARY KEY (run, name)
        ) WITHOUT ROWID;

        -- The promise to other programs: who must be left out now. Times are ISO 8601 UTC.
        CREATE VIEW suppressed (address, reason, since, until) AS
        SELECT address.address, term.text,
            strftime('%Y-%m-%dT%H:%M:%SZ', address.since, 'unixepoch'),
            strftime('%Y-%m-%dT%H:%M:%SZ', address.until, 'unixepoch')
        FROM address LEFT JOIN term ON term.id = address.reason
        WHERE address.cause IS NOT NULL
            AND (address.until IS NULL OR address.until > CAST(strftime('%s', 'now') AS INTEGER));

        PRAGMA user_version = 1;
        """
}
