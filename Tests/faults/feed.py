"""A reader of the feed of changes, which looks at a ledger now and then and keeps a list of its own."""

import pathlib
import shutil
import sqlite3
import tempfile

from station import expect, require

SUPPRESSED = ["SELECT address, '', cause FROM suppressed", "SELECT domain, '', cause FROM suppressed_domain",
              "SELECT address, stream, cause FROM suppressed_stream"]


class Follower:
    """Reads on by number, in whatever state a ledger was left, and without touching it: a copy is looked at."""

    def __init__(self):
        # What it holds: (address or domain, stream) -> cause; and each row that it has read.
        self.epoch, self.number, self.held, self.rows = None, 0, {}, {}

    def look(self, ledger):
        """Takes what is new. Afterwards it holds what is suppressed, and nothing that it had read has changed."""
        if not ledger.exists():
            return
        with tempfile.TemporaryDirectory() as folder:
            # SQLite makes the -shm of the -wal.
            for suffix in ("", "-wal"):
                if (path := pathlib.Path(f"{ledger}{suffix}")).exists():
                    shutil.copy(path, f"{folder}/ledger{suffix}")
            database = sqlite3.connect(f"{folder}/ledger")
            try:
                self.read(database)
            finally:
                database.close()

    def read(self, database):
        suppressed = {(name, stream): cause for query in SUPPRESSED for name, stream, cause in database.execute(query)}
        settings = dict(database.execute("SELECT name, value FROM setting WHERE name LIKE 'feed-%'"))
        rows = database.execute("SELECT number, epoch, change, address, domain, stream, cause FROM changes").fetchall()
        numbers = [row[0] for row in rows]
        require(len(numbers) == len(set(numbers)), f"a number is there twice: {numbers}")
        epoch, first = settings["feed-epoch"], int(settings["feed-first"])
        if epoch != self.epoch:
            require(self.epoch or first == 0, "the feed of a new ledger does not begin with its first row")
            # In a new ledger with nothing; in a new epoch with everything.
            self.held, self.number = ({}, 0) if not self.epoch else (suppressed, max([first, *numbers]))
            self.epoch, self.rows = epoch, {row[0]: row for row in rows if row[0] <= self.number}
        require(first <= self.number, f"the feed leaves out rows after {self.number}")
        known = {row[0]: row for row in rows if row[0] <= self.number}
        expect("the rows that were read before", known, self.rows)
        for row in sorted(row for row in rows if row[0] > self.number):
            self.take(row)
        expect("what a reader of the feed holds", self.held, suppressed)

    def take(self, row):
        self.number, _, change, address, domain, stream, cause = row
        self.rows[self.number] = row
        name = address or domain, stream or ""
        if change == "suppressed":
            self.held[name] = cause
        else:
            self.held.pop(name, None)
