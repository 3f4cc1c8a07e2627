#!/usr/bin/env python3
"""Keeps a table of an SQLite database equal to what the ledger suppresses: mirror.py DATABASE

    [[hook]]
    name = "shop"
    command = ["/usr/local/lib/maildir-bounce/mirror.py", "/var/lib/maildir-bounce-hook/shop.sqlite"]

In the table suppressed, name is an address or a domain (.evil.example: every domain below it), and stream is the only
mailing that the row is about, or ''. The rows and the number of the last change are committed together: each change
counts once, whatever is killed and whenever. If anything is wrong, nothing is committed and the status is not 0.
"""

import json
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
# Before the first line is read, so that a mirror that is still at work commits first.
database.execute("BEGIN IMMEDIATE")
database.execute("CREATE TABLE IF NOT EXISTS suppressed"
                 " (name TEXT, stream TEXT, cause TEXT, reason TEXT, address_key TEXT, PRIMARY KEY (name, stream))")
database.execute("CREATE INDEX IF NOT EXISTS suppressed_key ON suppressed (address_key)")
database.execute("CREATE TABLE IF NOT EXISTS feed (epoch TEXT, number INTEGER)")
epoch, number = database.execute("SELECT epoch, number FROM feed").fetchone() or ("", 0)
in_snapshot = False
for line in sys.stdin.buffer:
    if not line.endswith(b"\n"):
        sys.exit("the last line is cut")
    row = json.loads(line)
    change, name, stream = row["change"], row.get("address") or row.get("domain"), row.get("stream", "")
    if change == "begin":
        in_snapshot = True
        database.execute("DELETE FROM suppressed")
        continue
    if not in_snapshot and row["epoch"] != epoch:
        sys.exit("the feed has a new epoch: begin again with maildir-bounce hook reset NAME")
    if change == "complete":
        if row["epoch"] == epoch and row["number"] < number:
            sys.exit("the table is newer; after a backup was restored: maildir-bounce changes --new-epoch")
        in_snapshot, epoch = False, row["epoch"]
    elif not in_snapshot and row["number"] <= number:
        continue
    elif change == "suppressed":
        database.execute("REPLACE INTO suppressed VALUES (?, ?, ?, ?, ?)",
                         (name, stream, row.get("cause"), row.get("reason"), row.get("key")))
    elif change == "erased":
        database.execute("DELETE FROM suppressed WHERE address_key = ?", (row["key"],))
    else:  # released, lapsed, held
        database.execute("DELETE FROM suppressed WHERE name = ? AND stream = ?", (name, stream))
    number = row.get("number", number)
if in_snapshot:
    sys.exit("the snapshot is not complete")
database.execute("DELETE FROM feed")
database.execute("INSERT INTO feed VALUES (?, ?)", (epoch, number))
database.execute("COMMIT")
