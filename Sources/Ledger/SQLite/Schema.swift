import Verdict

/// The tables of the ledger and the migrations from each released version to the current one.
package enum Schema {
    /// `PRAGMA application_id`: the bytes `MDBN`. Distinguishes a ledger from another program's database.
    package static let applicationID: Int64 = 0x4D44_424E
    /// `PRAGMA user_version`: the number of the last migration.
    package static let version: Int64 = 3
    /// The last number of a deleted delivery.
    package static let lastDeliverySetting = "last-delivery"

    /// The migration from each version to the next. No table has an enforced foreign key: whole reports are written and
    /// erased in one transaction.
    private static let migrations = [
        version1, version2,
        version3(
            now: "CAST(strftime('%s', 'now') AS INTEGER)", newView: "DROP VIEW suppressed; CREATE VIEW",
            firstBlank: { "instr(\($0), ' ')" }, time: { "strftime('%Y-%m-%dT%H:%M:%SZ', \($0), 'unixepoch')" },
            hex: { "lower(hex(\($0)))" }, text: "TEXT", bytes: "BLOB", number: "INTEGER PRIMARY KEY",
            end: "WITHOUT ROWID")
            // The table of versions of earlier programs.
            + "\nDROP TABLE IF EXISTS grdb_migrations; PRAGMA user_version = 3;",
    ]

    /// Migrates a database to the current version, each step in its own transaction.
    package static func migrate(_ database: SQLiteDatabase) throws {
        while case let version = try database.version(), version < Schema.version {
            _ = try database.transaction(.immediate) {
                // Another program may have been faster.
                guard try database.version() == version else { return }
                try database.run(migrations[Int(version)])
                if version + 1 == Schema.version { try Feed.setUp(SQLiteConnection(database)) }
            }
        }
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

    /// The columns of a state.
    private static let state = """
            spelling TEXT,
            hard INTEGER NOT NULL,
            soft INTEGER NOT NULL,
            delayed INTEGER NOT NULL,
            delivered INTEGER NOT NULL,
            complaint INTEGER NOT NULL,
            auto_reply INTEGER NOT NULL,
            other INTEGER NOT NULL,
            first_seen INTEGER,
            last_seen INTEGER,
            last_action INTEGER,
            streak INTEGER NOT NULL,
            streaks BLOB,
            cause INTEGER,                -- NULL: may be mailed; 1 soft, 2 hard, 3 complaint, 4 by hand, 5 relay
            reason INTEGER,               -- term
            since INTEGER,
            until INTEGER,
            days INTEGER,
            held_since INTEGER,           -- a hard bounce that the brake holds back
            held_reason INTEGER           -- term
        """

    /// Actions by hand, the brake, erasing and pruning.
    private static let version2 = """
        DROP VIEW suppressed;
        DROP INDEX address_suppressed;

        -- Now also for an address that no report has named, and with what the brake holds back.
        CREATE TABLE address_new (
            id INTEGER PRIMARY KEY,
            address TEXT NOT NULL UNIQUE,
        \(state)
        );
        INSERT INTO address_new (id, address, spelling, hard, soft, delayed, delivered, complaint, auto_reply, other,
            first_seen, last_seen, streak, streaks, cause, reason, since, until, days)
        SELECT id, address, spelling, hard, soft, delayed, delivered, complaint, auto_reply, other,
            first_seen, last_seen, streak, streaks, cause, reason, since, until, days FROM address;
        DROP TABLE address;
        ALTER TABLE address_new RENAME TO address;
        CREATE INDEX address_suppressed ON address (address) WHERE cause IS NOT NULL;

        -- Suppressions and releases by hand, in the order in which they were taken.
        CREATE TABLE action (
            id INTEGER PRIMARY KEY,
            address INTEGER NOT NULL,
            at INTEGER NOT NULL,
            kind INTEGER NOT NULL,        -- 1 suppress, 2 release
            reason INTEGER NOT NULL,      -- term
            until INTEGER,
            author INTEGER,               -- term
            note TEXT
        );
        CREATE UNIQUE INDEX action_event ON action (address, at, kind, reason);

        -- The state of an address after the events that were pruned; the rest of its state follows from it.
        CREATE TABLE base (
            address INTEGER PRIMARY KEY,
        \(state)
        );

        -- A report that has lost outcomes, by pruning or erasing, keeps its place among its copies for good.
        ALTER TABLE delivery ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;

        -- The reports that were pruned: that they were counted is not forgotten.
        CREATE TABLE pruned (
            fingerprint BLOB NOT NULL PRIMARY KEY
        ) WITHOUT ROWID;
        CREATE TABLE tally_pruned (
            hour INTEGER NOT NULL,
            class INTEGER NOT NULL,
            origin INTEGER NOT NULL,
            counted INTEGER NOT NULL,
            duplicates INTEGER NOT NULL,
            PRIMARY KEY (hour, class, origin)
        ) WITHOUT ROWID;

        -- Suppressed addresses whose history was erased, each as a keyed hash.
        CREATE TABLE forgotten (
            hash BLOB NOT NULL PRIMARY KEY,
            cause INTEGER NOT NULL,
            reason INTEGER NOT NULL,      -- term
            since INTEGER NOT NULL,
            until INTEGER,
            days INTEGER NOT NULL
        ) WITHOUT ROWID;

        -- The brake: which addresses of a domain had a hard or soft bounce for a reason in an hour.
        CREATE TABLE brake_member (
            provider INTEGER NOT NULL,    -- term: a domain
            reason INTEGER NOT NULL,      -- term
            hour INTEGER NOT NULL,        -- hours since 1970 UTC
            address INTEGER NOT NULL,
            PRIMARY KEY (provider, reason, hour, address)
        ) WITHOUT ROWID;
        CREATE TABLE brake_hour (
            provider INTEGER NOT NULL,
            reason INTEGER NOT NULL,
            hour INTEGER NOT NULL,
            addresses INTEGER NOT NULL,
            folded INTEGER NOT NULL DEFAULT 0,    -- how many of these have no member row any more
            status INTEGER NOT NULL DEFAULT 0,    -- 0 normal, 1 held, 2 confirmed, 3 released
            PRIMARY KEY (provider, reason, hour)
        ) WITHOUT ROWID;
        CREATE INDEX brake_large ON brake_hour (provider, reason, hour) WHERE addresses >= \(BrakeTimeline.floor);
        CREATE INDEX brake_status ON brake_hour (provider, reason, hour) WHERE status <> 0;
        CREATE TABLE brake_decision (
            id INTEGER PRIMARY KEY,
            provider INTEGER NOT NULL,
            reason INTEGER NOT NULL,
            first_hour INTEGER NOT NULL,
            last_hour INTEGER NOT NULL,
            verdict INTEGER NOT NULL,     -- 2 confirmed, 3 released
            at INTEGER NOT NULL,
            author INTEGER,               -- term
            note TEXT
        );

        -- All states are derived anew when the ledger is opened next: the brake has counted nothing yet.
        DELETE FROM setting WHERE name = 'policy';

        CREATE VIEW suppressed (address, reason, since, until) AS
        SELECT address.address, term.text,
            strftime('%Y-%m-%dT%H:%M:%SZ', address.since, 'unixepoch'),
            strftime('%Y-%m-%dT%H:%M:%SZ', address.until, 'unixepoch')
        FROM address LEFT JOIN term ON term.id = address.reason
        WHERE address.cause IS NOT NULL
            AND (address.until IS NULL OR address.until > CAST(strftime('%s', 'now') AS INTEGER));

        -- The other promise: what each address has had.
        CREATE VIEW counters (address, hard, soft, delayed, delivered, complaint, auto_reply, other, streak,
            first_seen, last_seen, suppressed) AS
        SELECT address, hard, soft, delayed, delivered, complaint, auto_reply, other, streak,
            strftime('%Y-%m-%dT%H:%M:%SZ', first_seen, 'unixepoch'),
            strftime('%Y-%m-%dT%H:%M:%SZ', last_seen, 'unixepoch'),
            cause IS NOT NULL AND (until IS NULL OR until > CAST(strftime('%s', 'now') AS INTEGER))
        FROM address;

        PRAGMA user_version = 2;
        """

    /// Adds what a release overrides, the fingerprints of version 0.1.0, and further columns of outcomes and reports.
    /// SQL for both engines.
    ///
    /// - Parameters:
    ///   - now: the current second since 1970 UTC.
    ///   - newView: the words that create a view in place of another.
    ///   - firstBlank: where the first blank of a text is, 0 if it has none.
    ///   - time: a second since 1970 UTC in ISO 8601.
    ///   - hex: bytes in hexadecimal digits.
    ///   - text: the type of texts, which sort by their bytes.
    ///   - bytes: the type of bytes.
    ///   - number: the type of a key that numbers its rows itself.
    ///   - end: what ends the definition of a table without row numbers.
    package static func version3(
        now: String, newView: String, firstBlank: (String) -> String, time: (String) -> String,
        hex: (String) -> String, text: String, bytes: String, number: String, end: String
    ) -> String {
        // Where the cause is a relay's list, the relay stands after the reason's token.
        func reason(_ cause: String) -> String {
            let (relay, blank) = (Suppression.Cause.relay.rawValue, firstBlank("term.text"))
            return """
                CASE WHEN \(cause) = \(relay) AND \(blank) > 0 THEN substr(term.text, 1, \(blank) - 1) ELSE term.text END
                """
        }
        return """
            -- Of a release: the last delivery that the ledger had seen.
            ALTER TABLE action ADD COLUMN known BIGINT;
            -- A term: the only stream that it is about; 0: all.
            ALTER TABLE action ADD COLUMN stream BIGINT NOT NULL DEFAULT 0;
            -- Of a suppression: for what, as in `address`; of a release it says nothing.
            ALTER TABLE action ADD COLUMN cause BIGINT NOT NULL DEFAULT \(Suppression.Cause.manual.rawValue);
            DROP INDEX action_event;
            CREATE UNIQUE INDEX action_event ON action (address, at, kind, reason, stream, cause);
            -- When a report was first seen, where that was before the date of an action that had been taken already: a clock
            -- went back.
            ALTER TABLE delivery ADD COLUMN seen BIGINT;
            -- When it was first seen, whatever else happened.
            ALTER TABLE delivery ADD COLUMN first_seen BIGINT;
            -- A term: the mailing that it answers.
            ALTER TABLE delivery ADD COLUMN stream BIGINT;
            ALTER TABLE delivery ADD COLUMN delivered_to \(text);
            -- The day on which the mail was sent that it answers, in days since 1970, and whether that was a mailing's: one
            -- of many alike.
            ALTER TABLE delivery ADD COLUMN mailed BIGINT;
            ALTER TABLE delivery ADD COLUMN bulk BIGINT;
            -- Whether somebody trusted vouches for what it says: our own server, a relay of ours, a signature.
            -- What version 0.1.0 has counted stays as it is.
            ALTER TABLE delivery ADD COLUMN vouched BIGINT DEFAULT 1;
            -- Whether it names more addresses than a report from outside may, and how many addresses share its one vote, if
            -- these are more than one.
            ALTER TABLE delivery ADD COLUMN held BIGINT;
            ALTER TABLE delivery ADD COLUMN sharers BIGINT;
            -- Whether outcomes of it did not count, since it lacked the proof that was required.
            ALTER TABLE delivery ADD COLUMN withheld BIGINT;
            -- 1 the recipient's fault, 2 the sender's, 3 a system's.
            ALTER TABLE outcome ADD COLUMN party BIGINT;
            -- For what it may suppress, as in `address`.
            ALTER TABLE outcome ADD COLUMN cause BIGINT;
            CREATE INDEX delivery_stream ON delivery (stream, mailed) WHERE stream IS NOT NULL AND duplicate_of IS NULL;
            CREATE INDEX outcome_sender ON outcome (id) WHERE party = \(Party.sender.number);
            CREATE INDEX delivery_held ON delivery (id) WHERE held IS NOT NULL;
            -- Whose fault the failure was that suppressed it.
            ALTER TABLE address ADD COLUMN party BIGINT;
            ALTER TABLE base ADD COLUMN party BIGINT;
            -- Whether somebody trusted vouches for what the brake holds back.
            ALTER TABLE address ADD COLUMN held_vouched BIGINT;
            ALTER TABLE base ADD COLUMN held_vouched BIGINT;
            ALTER TABLE forgotten ADD COLUMN party BIGINT;
            -- What Postfix asks for, if that is not the address.
            ALTER TABLE address ADD COLUMN access_key \(text);
            CREATE INDEX address_access_key ON address (access_key) WHERE access_key IS NOT NULL;
            -- An address's share of a vote, and the votes of the hour, in millionths: a report from outside has one vote.
            ALTER TABLE brake_member ADD COLUMN weight BIGINT NOT NULL DEFAULT \(BrakeTimeline.vouchedVote);
            ALTER TABLE brake_hour ADD COLUMN votes BIGINT NOT NULL DEFAULT 0;
            ALTER TABLE brake_hour ADD COLUMN folded_votes BIGINT NOT NULL DEFAULT 0;
            -- How many of the addresses vouched reports name.
            ALTER TABLE brake_hour ADD COLUMN vouched BIGINT NOT NULL DEFAULT 0;
            ALTER TABLE brake_hour ADD COLUMN folded_vouched BIGINT NOT NULL DEFAULT 0;
            UPDATE brake_hour SET votes = addresses * \(BrakeTimeline.vouchedVote),
                folded_votes = folded * \(BrakeTimeline.vouchedVote), vouched = addresses, folded_vouched = folded;

            INSERT INTO setting (name, value) SELECT '\(ReportIndex.formerSetting)', CAST(\(now) AS TEXT)
            WHERE EXISTS (SELECT 1 FROM delivery) OR EXISTS (SELECT 1 FROM pruned);

            -- No mail arrives after it is first seen.
            UPDATE delivery SET arrival = \(now) WHERE arrival > \(now);
            \(outcomesOfVersion2)

            -- What was read of the mail that came back, by the report that counts; forgotten after a time.
            CREATE TABLE captured (
                delivery BIGINT NOT NULL,
                name BIGINT NOT NULL,           -- term
                value \(text) NOT NULL,
                arrival BIGINT NOT NULL,
                PRIMARY KEY (delivery, name)
            ) \(end);
            CREATE INDEX captured_arrival ON captured (arrival);
            -- Who became suppressed or free, in the order of the commits. Numbers of addresses may be given again, texts not.
            CREATE TABLE change (
                number BIGINT NOT NULL PRIMARY KEY,
                at BIGINT NOT NULL,
                change BIGINT NOT NULL,         -- 1 suppressed, 2 released, 3 held, 4 lapsed, 5 erased
                address \(text),                 -- or a whole domain; neither where the address was erased
                domain \(text),
                hash \(bytes),                   -- of the address, keyed
                cause BIGINT,
                reason BIGINT,                  -- term
                stream BIGINT,                  -- term
                delivery BIGINT                 -- the report that brought it about
            ) \(end);
            CREATE INDEX change_address ON change (address) WHERE address IS NOT NULL;
            CREATE INDEX address_until ON address (until) WHERE until IS NOT NULL;
            -- How far each hook has got in the changes.
            CREATE TABLE hook (
                name \(text) NOT NULL PRIMARY KEY,
                epoch \(text),
                number BIGINT NOT NULL,
                tried BIGINT,                   -- when it was last run
                done BIGINT,                    -- when it last succeeded
                failures BIGINT NOT NULL,       -- how often it failed since
                failure \(text),
                lease BIGINT,                   -- until when a run of it may last, and which
                holder \(text)
            ) \(end);
            -- The last decision by hand about each domain of which nobody may be mailed, or might not be.
            CREATE TABLE domain (
                id \(number),
                domain \(text) NOT NULL UNIQUE,
                cause BIGINT NOT NULL,
                reason BIGINT NOT NULL,         -- term
                since BIGINT NOT NULL,
                until BIGINT,
                author BIGINT,                  -- term
                note \(text),
                released BIGINT,                -- when; author and note are then the release's
                access_key \(text)             -- as in `address`
            );
            CREATE INDEX domain_access_key ON domain (access_key) WHERE access_key IS NOT NULL;
            -- A second index, as address_suppressed is for addresses: a damaged page must not hide a row.
            CREATE INDEX domain_cause ON domain (domain, cause);
            -- Who may have no mail of one stream.
            CREATE TABLE stream_suppression (
                address BIGINT NOT NULL,
                stream BIGINT NOT NULL,         -- term
                cause BIGINT NOT NULL,
                reason BIGINT NOT NULL,         -- term
                since BIGINT NOT NULL,
                until BIGINT,
                days BIGINT NOT NULL,
                PRIMARY KEY (address, stream)
            ) \(end);
            -- Days on which a stream was mailed, as it was told.
            CREATE TABLE sent (
                stream BIGINT NOT NULL,         -- term
                day BIGINT NOT NULL,            -- days since 1970
                count BIGINT,
                PRIMARY KEY (stream, day)
            ) \(end);

            -- Days from which reports about mails of a stream came: the lowest and the highest number of an address that
            -- they were about. If these differ, or it is folded, the stream was mailed on that day.
            CREATE TABLE mailing_day (
                stream BIGINT NOT NULL,         -- term
                day BIGINT NOT NULL,            -- days since 1970
                low BIGINT NOT NULL,
                high BIGINT NOT NULL,
                folded BIGINT NOT NULL DEFAULT 0,
                PRIMARY KEY (stream, day)
            ) \(end);
            -- What was decided about reports that are held.
            CREATE TABLE report_decision (
                id \(number),
                fingerprint \(bytes) NOT NULL UNIQUE,
                verdict BIGINT NOT NULL,        -- 2 confirmed, 3 released
                at BIGINT NOT NULL,
                author BIGINT,                  -- term
                note \(text)
            );
            -- Mails to addresses that refuse, which show whether reports come back, and the first report about each.
            CREATE TABLE canary (
                token \(text) NOT NULL PRIMARY KEY,
                kind \(text) NOT NULL,          -- local, remote
                target \(text) NOT NULL,        -- as the configuration names it
                recipient \(text) NOT NULL,
                sender \(text) NOT NULL,        -- its return path
                tagged BIGINT NOT NULL,         -- whether that has a tag
                sent BIGINT NOT NULL,
                due BIGINT NOT NULL,
                failure \(text),                -- why it was not sent
                delayed BIGINT,                 -- when a notice came that it is delayed
                answered BIGINT,
                origin \(text),
                dialect \(text),
                status \(text),
                has_tag BIGINT                  -- whether the answer came to the tag
            ) \(end);
            CREATE INDEX canary_target ON canary (kind, target, sent);

            -- A ledger keeps the policy of the version that has made it.
            INSERT INTO setting (name, value) SELECT '\(LedgerStore.editionSetting)',
                CASE WHEN EXISTS (SELECT 1 FROM delivery) OR EXISTS (SELECT 1 FROM action) OR EXISTS (SELECT 1 FROM pruned)
                THEN '\(Policy.Edition.first.rawValue)' ELSE '\(Policy.Edition.current.rawValue)' END;

            -- All states are derived anew when the ledger is opened next.
            DELETE FROM setting WHERE name = 'policy';

            \(newView) suppressed (address, reason, since, until, cause, party) AS
            SELECT address.address, \(reason("address.cause")),
                \(time("address.since")), \(time("address.until")), \(causeName("address.cause")),
                \(partyName("address.party"))
            FROM address LEFT JOIN term ON term.id = address.reason
            WHERE address.cause IS NOT NULL AND (address.until IS NULL OR address.until > \(now));

            -- Domains of which nobody may be mailed.
            CREATE VIEW suppressed_domain (domain, reason, since, until, cause) AS
            SELECT domain.domain, term.text, \(time("domain.since")), \(time("domain.until")), \(causeName("domain.cause"))
            FROM domain LEFT JOIN term ON term.id = domain.reason
            WHERE domain.released IS NULL AND (domain.until IS NULL OR domain.until > \(now));

            -- Who may have no mail of one stream, and may of others.
            CREATE VIEW suppressed_stream (address, stream, reason, since, until, cause) AS
            SELECT address.address, s.text, r.text, \(time("one.since")), \(time("one.until")), \(causeName("one.cause"))
            FROM stream_suppression AS one JOIN address ON address.id = one.address
            JOIN term AS s ON s.id = one.stream LEFT JOIN term AS r ON r.id = one.reason
            WHERE one.until IS NULL OR one.until > \(now);

            -- Who became suppressed or free, in the order of the commits (docs/interface.md).
            CREATE VIEW changes (number, at, change, address, domain, stream, cause, reason, key, epoch) AS
            SELECT change.number, \(time("change.at")),
                \(choice("change.change", LedgerChange.Kind.allCases.map { ($0.rawValue, $0.name) })),
                change.address, change.domain, s.text, \(causeName("change.cause")), \(reason("change.cause")),
                \(hex("change.hash")), setting.value
            FROM change LEFT JOIN term ON term.id = change.reason LEFT JOIN term AS s ON s.id = change.stream
            LEFT JOIN setting ON setting.name = '\(Feed.epochSetting)';

            \(postfixAccess(now: now, firstBlank: firstBlank, time: time))
            """
    }

    /// What Postfix looks up in a table of its types sqlite and pgsql: the key that it asks for, the text of a refusal, the
    /// cause, and the only stream that it is about, empty for all mail.
    ///
    /// One indexed search in each part of the union finds a key. No text is from a mail, nor one that a person wrote.
    private static func postfixAccess(
        now: String, firstBlank: (String) -> String, time: (String) -> String
    ) -> String {
        func part(
            _ key: String, _ table: String, _ isHeld: String, stream: String = "''", joins: String = ""
        ) -> String {
            """
            SELECT \(key) AS key, \(table).cause, \(table).reason, \(table).since, \(table).until, \(stream) AS stream
            FROM \(table)\(joins) WHERE \(key) IS NOT NULL AND \(isHeld)
            """
        }
        let streams = """
             JOIN address ON address.id = stream_suppression.address
            JOIN term AS stream ON stream.id = stream_suppression.stream
            """
        let parts =
            ["address.address", "address.access_key"].map { part($0, "address", "address.cause IS NOT NULL") }
            + ["domain.domain", "domain.access_key"].map { part($0, "domain", "domain.released IS NULL") }
            + ["address.address", "address.access_key"].map {
                part($0, "stream_suppression", "stream.text <> ''", stream: "stream.text", joins: streams)
            }
        let (cause, blank) = (causeName("one.cause"), firstBlank("term.text"))
        let token = "CASE WHEN \(blank) > 0 THEN substr(term.text, 1, \(blank) - 1) ELSE term.text END"
        let tokens = Reason.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        return """
            CREATE VIEW postfix_access (key, text, cause, stream) AS
            SELECT one.key, '\(RefusalText.beginning)' || \(time("one.since")) || coalesce(' until ' || \(time("one.until")), '')
                || ': ' || CASE WHEN one.cause <> \(Suppression.Cause.manual.rawValue) AND \(token) IN (\(tokens))
                    THEN \(token) ELSE \(cause) END,
                \(cause), one.stream
            FROM (\(parts.joined(separator: "\nUNION ALL "))) AS one LEFT JOIN term ON term.id = one.reason
            WHERE one.until IS NULL OR one.until > \(now);
            """
    }

    /// The names of causes and parties, as an expression over their number.
    private static func causeName(_ column: String) -> String {
        choice(column, Suppression.Cause.allCases.map { ($0.rawValue, $0.name) })
    }

    private static func partyName(_ column: String) -> String {
        choice(column, Party.allCases.map { ($0.number, $0.rawValue) })
    }

    private static func choice(_ column: String, _ names: [(Int64, String)]) -> String {
        "CASE \(column) " + names.map { "WHEN \($0.0) THEN '\($0.1)'" }.joined(separator: " ") + " END"
    }

    /// Gives the outcomes of version 0.1.0 their party and cause, which follow from what it stored.
    private static var outcomesOfVersion2: String {
        func terms(_ texts: some Sequence<String>) -> String {
            "(SELECT id FROM term WHERE text IN (" + texts.map { "'\($0)'" }.joined(separator: ", ") + "))"
        }
        let failures = terms([OutcomeKind.hard.rawValue, OutcomeKind.soft.rawValue])
        func deliveries(_ classes: [MessageClass]) -> String {
            "id >> \(LedgerLimits.ordinalBits) IN (SELECT id FROM delivery WHERE class IN \(terms(classes.map(\.rawValue))))"
        }
        let parties = Party.allCases.map { party in
            let reasons = Reason.allCases.filter { $0.party == party }.map(\.rawValue)
            return
                "UPDATE outcome SET party = \(party.number) WHERE reason IN \(terms(reasons));"
        }
        let (soft, hard) = (Suppression.Cause.soft.rawValue, Suppression.Cause.hard.rawValue)
        return parties.joined(separator: "\n") + """

            UPDATE outcome SET cause = CASE WHEN kind IN \(terms([OutcomeKind.hard.rawValue]))
                    AND substr(coalesce(reply_code, status, ''), 1, 1) <> '4' THEN \(hard) ELSE \(soft) END
            WHERE kind IN \(failures) AND \(deliveries([.hardBounce, .softBounce]));
            UPDATE outcome SET cause = \(Suppression.Cause.complaint.rawValue) WHERE \(deliveries([.complaint]));
            """
    }
}

extension Party {
    /// The number that the ledger stores.
    var number: Int64 {
        switch self {
        case .recipient: 1
        case .sender: 2
        case .system: 3
        }
    }

    init?(number: Int64) {
        guard let party = Party.allCases.first(where: { $0.number == number }) else { return nil }
        self = party
    }
}
