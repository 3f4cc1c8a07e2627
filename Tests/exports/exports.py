#!/usr/bin/env python3
"""Loads what `export --format sql` writes into real databases, and compares what they then hold, and asks Postfix for what is
in `export --format postfix`; see run.sh.

    exports.py PROGRAM FOLDER
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "postgresql"))
import server as postgresql  # noqa: E402

COLUMNS = ("cause", "reason", "since", "until")
# Each table and the column that is its key.
TABLES = (("maildir_bounce_suppressed", "address"), ("maildir_bounce_suppressed_domain", "domain"))
IN_CI = os.environ.get("CI") == "true"
SECONDS = 60
# Far more than the statements of one export, and more bytes than a small max_allowed_packet.
MANY = 6_000

# Texts that one database or another could take for the end of a string, for an escape, a comment or a command of its client.
REASONS = [
    "plain", "it's", "''", "\\", "\\\\", "\\'", "'\\", "\\'); DROP TABLE canary; -- ", "'); DROP TABLE canary; -- ", "~0\\~1\\~2",
    "\\n\\t\\0\\x41\\u0041", "/*! DROP TABLE canary */", "*/; DROP TABLE canary; /*", "-- x", "# x", ".quit", "\\q", "\\! touch x",
    ":name :'name' ?", "$1 $$ $x$", "%s %d", "delimiter //", "source x", "`x`", '"x"', "'\u0301\\\u0301", "пользователь \\ 宛先不明 😀",
    "a;\\b", "E'\\'", "{\"a\":\"\\\"\"}", "C:\\new\\table", "\\_\\%", "REPLACE('~0', '~0', '\\')", "\\" * 500, "'" * 500, "\x1b]0;\\\x07'",
]
ADDRESSES = [
    "o'hara@dest.example", "\"a\\\"b\\\\c, d\"@dest.example", "\"\\\\\"@dest.example", "back`tick@dest.example", "jörg@dest.example",
    "jorg@dest.example", "{x}%_$#@dest.example", "😀@dest.example", "straße@dest.example", "strasse@dest.example",
    "x" * 64 + "@" + ".".join(["y" * 60] * 4) + ".example",
]

DOMAINS = ["evil.example", ".evil.example", "b\u00fccher.example", "a_b.example", "[192.0.2.1]", "." + ".".join(["y" * 63] * 3 + ["x" * 63])]

passed = failed = skipped = 0


def check(title, holds, why=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
    print(f"{'ok' if holds else 'not ok'} {passed + failed} - {title}", flush=True)
    if not holds:
        for line in str(why).strip().splitlines()[-12:]:
            print(f"  # {line[:400]}")


def run(command, text=None, **options):
    return subprocess.run([str(word) for word in command], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=SECONDS, **options)


def escaped(text):
    """As a terminal may show it: what the program does to a reason."""
    return "".join(f"\\x{ord(c):02X}" if ord(c) < 0x20 or ord(c) == 0x7F else c for c in text)


class List:
    """A ledger with a list, what is exported of it, and the rows that a database must then hold."""

    def __init__(self, program, folder, name, entries):
        ledger = folder / f"{name}.sqlite"
        lines = "".join(json.dumps(entry) + "\n" for entry in entries)
        done = run([program, "import", "--format", "jsonl", "--ledger", ledger], lines.encode())
        if done.returncode:
            sys.exit(f"exports.py: import: {done.stderr.decode()}")

        def export(form, *options):
            done = run([program, "export", "--format", form, *options, "--ledger", ledger])
            if done.returncode:
                sys.exit(f"exports.py: export: {done.stderr.decode()}")
            return done.stdout

        def held(key, *options):
            rows = [json.loads(line) for line in export("jsonl", *options).splitlines()]
            assert len(rows) == len({entry[key] for entry in entries if key in entry})
            return sorted((row[key], row["cause"], escaped(row["reason"]), row["since"], row.get("until")) for row in rows)

        self.sql = export("sql")
        self.csv = export("csv")
        self.postfix = export("postfix")
        self.rows = [held("address"), held("domain", "--domains")]


def rows(text):
    """Of lines of hexadecimal fields."""
    found = [tuple(None if field in ("NULL", "-") else bytes.fromhex(field).decode() for field in line.split("|"))
             for line in text.decode().splitlines()]
    return sorted(found, key=lambda row: row[0])


class MariaDB:
    name = "MariaDB"
    # As MySQL 5.6 has it, the least of those that are about.
    packet = 1 << 20

    def __init__(self, folder):
        self.folder = folder / "mariadb"
        self.folder.mkdir()
        self.socket = self.folder / "s"
        self.server = None

    @staticmethod
    def is_there():
        return all(map(shutil.which, ("mariadbd", "mariadb-install-db", "mariadb")))

    def start(self):
        base = ["--no-defaults", f"--datadir={self.folder / 'data'}", *(["--user=root"] if os.geteuid() == 0 else [])]
        made = run(["mariadb-install-db", *base, "--auth-root-authentication-method=normal", "--skip-test-db"], cwd="/")
        if made.returncode:
            return made.stdout.decode() + made.stderr.decode()
        log = open(self.folder / "log", "wb")
        self.server = subprocess.Popen(
            ["mariadbd", *base, f"--socket={self.socket}", "--skip-networking", f"--pid-file={self.folder / 'pid'}",
             f"--max-allowed-packet={self.packet}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
        deadline = time.monotonic() + SECONDS
        while self.server.poll() is None and time.monotonic() < deadline:
            if run([*self.client(), "-e", "CREATE DATABASE IF NOT EXISTS test"]).returncode == 0:
                return None
            time.sleep(0.05)
        return (self.folder / "log").read_text(errors="replace")

    def client(self, *options):
        return ["mariadb", "--no-defaults", f"--socket={self.socket}", "-u", "root", "-N", "-B", *options]

    def query(self, sql, *options):
        return run(self.client("test", *options), sql.encode())

    def load(self, sql, *options):
        return run(self.client("test", *options), sql)

    def held(self, table, key):
        fields = ", '|', ".join(f"COALESCE(HEX(CONVERT({column} USING utf8mb4)), '-')" for column in (key, *COLUMNS))
        return rows(self.query(f"SELECT CONCAT({fields}) FROM {table}").stdout)

    # The modes that change what a string or a name is, and those that MySQL 8 and old MySQL have by default.
    WAYS = [
        ("as installed", [], ""), ("a client of latin1", ["--default-character-set=latin1"], ""),
        ("MySQL 8's own mode", [], "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
                                   "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"),
        ("no mode at all", [], "NONE"), ("ANSI", [], "ANSI"), ("ANSI_QUOTES", [], "ANSI_QUOTES"),
        ("NO_BACKSLASH_ESCAPES", [], "NO_BACKSLASH_ESCAPES"), ("TRADITIONAL", [], "TRADITIONAL,PIPES_AS_CONCAT,IGNORE_SPACE"),
    ]

    def ways(self):
        for title, options, mode in self.WAYS:
            yield title, lambda sql, options=options, mode=mode: (self.set_mode(mode), self.load(sql, *options))[1]
        self.set_mode("")

    def set_mode(self, mode):
        value = "DEFAULT" if not mode else "''" if mode == "NONE" else f"'{mode}'"
        done = self.query(f"SET GLOBAL sql_mode = {value}")
        assert done.returncode == 0, done.stderr

    def stop(self):
        if self.server:
            self.server.kill()
            self.server.wait()


class PostgreSQL:
    name = "PostgreSQL"

    def __init__(self, folder):
        self.server = postgresql.Server(folder / "pg")

    @staticmethod
    def is_there():
        try:
            return bool(postgresql.programs())
        except postgresql.ServerError:
            return False

    def start(self):
        try:
            self.server.start(fsync=False)
        except postgresql.ServerError as failure:
            return str(failure)
        return None

    def load(self, sql, *settings):
        options = " ".join(f"-c {setting}" for setting in settings)
        return run(self.server.psql("postgres"), sql, env={**postgresql.ENVIRONMENT, "PGOPTIONS": options}, cwd="/")

    def query(self, sql):
        return self.load(sql.encode())

    def held(self, table, key):
        fields = " || '|' || ".join(f"COALESCE(encode(convert_to({column}, 'UTF8'), 'hex'), '-')" for column in (key, *COLUMNS))
        return rows(self.query(f"SELECT {fields} FROM {table}").stdout)

    def ways(self):
        yield "as installed", self.load
        yield "standard_conforming_strings off", lambda sql: self.load(sql, "standard_conforming_strings=off")

    def stop(self):
        self.server.remove()


class SQLite:
    name = "SQLite"

    def __init__(self, folder):
        self.file = folder / "application.db"

    @staticmethod
    def is_there():
        return bool(shutil.which("sqlite3"))

    def start(self):
        return None

    def load(self, sql):
        return run(["sqlite3", "-bail", self.file], sql)

    def query(self, sql):
        return self.load(sql.encode())

    def held(self, table, key):
        fields = " || '|' || ".join(f"CASE WHEN {column} IS NULL THEN '-' ELSE hex({column}) END" for column in (key, *COLUMNS))
        return rows(self.query(f"SELECT {fields} FROM {table};").stdout)

    def ways(self):
        yield "as installed", self.load

    def stop(self):
        pass


def try_database(database, hostile, many):
    def holds():
        return [database.held(*table) for table in TABLES]

    def loads(title, load, wanted):
        done = load(wanted.sql)
        check(f"{database.name}, {title}: it loads", done.returncode == 0 and not done.stderr.strip().startswith(b"ERROR"),
              done.stderr.decode(errors="replace"))
        held = holds()
        different = [pair for here, there in zip(held, wanted.rows) for pair in zip(here, there) if pair[0] != pair[1]][:3]
        counts = " and ".join(str(len(rows)) for rows in wanted.rows)
        check(f"{database.name}, {title}: it holds the same {counts} rows", held == wanted.rows,
              f"{[len(rows) for rows in held]} rows\n" + "\n".join(map(repr, different)))

    database.query("CREATE TABLE canary (x INTEGER);")
    for title, load in database.ways():
        loads(title, load, hostile)
    loads("again", database.load, hostile)
    loads("a long list in its place", database.load, many)
    # As a pipe that breaks leaves it: no row more, no row less than before.
    for name, cut in (("in a row", many.sql[:len(many.sql) // 2]), ("before the end", many.sql.rpartition(b"COMMIT;")[0])):
        database.load(cut)
        check(f"{database.name}, cut off {name}: what was there stays", holds() == many.rows)
    loads("the first list again", database.load, hostile)
    check(f"{database.name}: nothing else was touched",
          database.query("SELECT COUNT(*) FROM canary;").stdout.strip() == b"0")


def try_join(database):
    """Whom an application must not mail, as docs/interface.md asks: by the address, or by the domain."""
    database.query("CREATE TABLE mailing (address VARCHAR(320));")
    asked = {"ann@evil.example": 1, "ann@a.evil.example": 1, "ann@notevil.example": 0, "ann@xn--bcher-kva.example": 1, "ann@aXb.example": 0,
             "jorg@dest.example": 1, "free@dest.example": 0}
    database.query("INSERT INTO mailing VALUES " + ", ".join(f"('{address}')" for address in asked) + ";")
    # What is after the at sign; none of these has two.
    domain = "substr(m.address, {}(m.address, '@') + 1)".format("strpos" if database.name == "PostgreSQL" else "instr")
    answer = database.query(f"""SELECT m.address FROM mailing AS m
        WHERE EXISTS (SELECT 1 FROM {TABLES[0][0]} AS s WHERE s.address = m.address)
        OR EXISTS (SELECT 1 FROM {TABLES[1][0]} AS d WHERE d.domain = {domain}
            OR substr(d.domain, 1, 1) = '.' AND substr({domain}, length({domain}) - length(d.domain) + 1) = d.domain
               AND length({domain}) > length(d.domain))
        ORDER BY 1;""")
    check(f"{database.name}: a join leaves out whoever is suppressed, and whose domain is",
          answer.stdout.decode().split() == sorted(address for address in asked if asked[address]), answer.stdout + answer.stderr)


def try_load_data(database, folder, lists):
    """The recipe of docs/policy.md for LOAD DATA, as it is written there."""
    text = (HERE.parent.parent / "docs" / "policy.md").read_text(encoding="utf-8")
    recipe = next(block for block in text.split("```")[1::2] if "LOAD DATA" in block).partition("\n")[2]
    file = folder / "suppressed.csv"
    for title, given in lists:
        file.write_bytes(given.csv)
        done = database.query(recipe.replace("/tmp/suppressed.csv", str(file)), "--local-infile", "--show-warnings")
        check(f"LOAD DATA, {title}: it loads without a warning", done.returncode == 0 and b"Warning" not in done.stdout,
              done.stdout + done.stderr)
        held = database.held("suppressed", "address")
        # A table for spreadsheets is for people: control characters are escaped in it, as here.
        check(f"LOAD DATA, {title}: it holds the same {len(given.rows[0])} rows", held == given.rows[0],
              "\n".join(repr(pair) for pair in zip(held, given.rows[0]) if pair[0] != pair[1])[:2_000])


def try_postfix(folder, hostile):
    """Each key of the map, as Postfix itself looks it up; how it goes from an address to keys is Tests/postfix's matter."""
    config = folder / "postfix"
    config.mkdir()
    (config / "main.cf").write_text("compatibility_level = 3.6\n")
    (config / "suppressed").write_bytes(hostile.postfix)
    types = run(["postconf", "-c", config, "-m"]).stdout.decode().split()
    kind = next(kind for kind in ("lmdb", "hash", "cdb") if kind in types)
    made = run(["postmap", "-c", config, f"{kind}:{config / 'suppressed'}"])
    # It folds a sharp s to two, and says that the list has both.
    said = [line for line in made.stderr.decode().splitlines() if "duplicate entry: \"strasse@" not in line]
    check("postmap takes the map", made.returncode == 0 and not made.stdout and not said, said)
    for key in ("evil.example", ".evil.example", "xn--bcher-kva.example", "b\u00fccher.example", "[192.0.2.1]", "o'hara@dest.example"):
        answer = run(["postmap", "-c", config, "-q", key, f"{kind}:{config / 'suppressed'}"]).stdout.decode()
        check(f"Postfix finds {key}", answer.startswith("REJECT 5.7.1 suppressed [maildir-bounce] since "), answer)
    for key in ("free.example", "example", "notevil.example", "#"):
        done = run(["postmap", "-c", config, "-q", key, f"{kind}:{config / 'suppressed'}"])
        check(f"Postfix does not find {key}", done.returncode == 1 and not done.stdout, done.stdout.decode())


def main():
    global skipped
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    since = "2021-01-02T03:04:05Z"
    entries = [{"address": f"u{n}@dest.example", "reason": reason, "since": since} for n, reason in enumerate(REASONS)]
    entries += [{"address": address, "since": since} for address in ADDRESSES]
    entries += [{"domain": domain, "reason": REASONS[n], "since": since} for n, domain in enumerate(DOMAINS)]
    entries += [{"domain": f"d{n}.example", "reason": reason, "since": since} for n, reason in enumerate(REASONS)]
    entries[0]["until"] = entries[-1]["until"] = "9999-12-31"
    hostile = List(program, folder, "hostile", entries)
    many = List(program, folder, "many", [
        {key: text, "reason": "\\'" * 120, "since": since}
        for n in range(MANY) for key, text in (("address", f"user.{n}@dest.example"), ("domain", f"d{n}.example"))])
    if all(map(shutil.which, ("postmap", "postconf"))):
        try_postfix(folder, hostile)
    elif IN_CI:
        check("Postfix is installed", False, "scripts/install-deps.sh test installs it")
    else:
        skipped += 1
        print("Postfix is skipped: it is not installed; scripts/install-deps.sh test installs it")
    for kind in (SQLite, MariaDB, PostgreSQL):
        if not kind.is_there():
            if IN_CI:
                check(f"{kind.name} is installed", False, "scripts/install-deps.sh test installs it")
            else:
                skipped += 1
                print(f"{kind.name} is skipped: it is not installed; scripts/install-deps.sh test installs it")
            continue
        database = kind(folder)
        try:
            problem = database.start()
            if problem:
                check(f"{kind.name} starts", False, problem)
            else:
                try_database(database, hostile, many)
                try_join(database)
                if kind is MariaDB:
                    try_load_data(database, folder, [("a hostile list", hostile), ("another in its place", many)])
        finally:
            database.stop()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
