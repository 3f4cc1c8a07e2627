#!/usr/bin/env python3
"""May these addresses be mailed? Asks the ledger of maildir-bounce, also while a scan writes it.

    may_mail.py LEDGER ADDRESS…        or one address a line on standard input

Prints "ADDRESS<tab>yes" or "ADDRESS<tab>no<tab>REASON<tab>SINCE". Exit status: 0 all may be mailed, 1 some may not, 65
something is no address, 66 there is no ledger or no right to read it, 75 try again later. docs/interface.md describes what is
read. Another script may import this one for its functions (Examples/integrations/bounce.py).

Addresses with quotes, with letters beyond ASCII or at an IP address have to be brought into their one form by
maildir-bounce itself: for these `maildir-bounce check` is run (MAILDIR_BOUNCE says where it is).
"""

import hashlib
import hmac
import os
import pathlib
import re
import sqlite3
import subprocess
import sys

PLAIN = re.compile(r"([a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,256})@((?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63})\.?", re.ASCII)
BUSY_SECONDS = 10
DOMAIN = """
    SELECT reason, since FROM suppressed_domain WHERE domain = :domain OR (substr(domain, 1, 1) = '.'
    AND length(:domain) > length(domain) AND substr(:domain, length(:domain) - length(domain) + 1) = domain)"""


class NotAnAddress(Exception):
    pass


class NoLedger(Exception):
    pass


def open_ledger(path):
    """Read-only; waits where another program writes."""
    for file in (path, f"{path}-wal", f"{path}-shm"):
        try:
            open(file, "rb").close()
        except PermissionError:
            raise NoLedger(f"no right to read {file}: put this user into the group of the ledger (adduser www-data bounce), and start"
                           " its programs again") from None
        except FileNotFoundError:
            if file == path:
                raise NoLedger(f"there is no ledger {path}") from None
    return sqlite3.connect(pathlib.Path(path).resolve().as_uri() + "?mode=ro", uri=True, timeout=BUSY_SECONDS)


def canonical(address):
    """The form under which the ledger keeps an address; None where maildir-bounce has to be asked."""
    address = address.strip(" \t\r\n\v\f")
    if address.startswith("<") and address.endswith(">"):
        address = address[1:-1]
    if not address.isascii() or '"' in address or "[" in address:
        return None
    match = PLAIN.fullmatch(address.lower())
    if not match or len(match[2]) > 255 or len(match[1]) + 1 + len(match[2]) > 320:
        raise NotAnAddress(f"{address!r} is no mail address")
    return f"{match[1]}@{match[2]}"


def suppression(ledger, path, address):
    """Why an address must be left out, as (reason, since); None where it may be mailed."""
    form = canonical(address)
    if form is None:
        return ask(path, address)
    row = ledger.execute("SELECT reason, since FROM suppressed WHERE address = ?", (form,)).fetchone()
    # Domains that are suppressed as a whole.
    row = row or ledger.execute(DOMAIN, {"domain": form.rpartition("@")[2]}).fetchone()
    if row:
        return row
    # Suppressed addresses whose history was erased: only a keyed hash of each is left.
    key = ledger.execute("SELECT value FROM setting WHERE name = 'forget-key'").fetchone()
    if not key:
        return None
    digest = hmac.new(key[0].encode(), form.encode(), hashlib.sha256).digest()
    return ledger.execute(
        "SELECT term.text, strftime('%Y-%m-%dT%H:%M:%SZ', since, 'unixepoch') FROM forgotten"
        " JOIN term ON term.id = reason"
        " WHERE hash = ? AND (until IS NULL OR until > CAST(strftime('%s', 'now') AS INTEGER))",
        (digest,),
    ).fetchone()


def ask(path, address):
    program = os.environ.get("MAILDIR_BOUNCE", "maildir-bounce")
    run = subprocess.run([program, "check", "--ledger", path, "--", address], capture_output=True, text=True)
    if run.returncode == 0:
        return None
    if run.returncode == 1:
        return (run.stdout.strip(), "")
    if run.returncode == 65:
        raise NotAnAddress(run.stderr.strip())
    raise OSError(run.stderr.strip())


def main(path, *addresses):
    status = 0
    try:
        ledger = open_ledger(path)
        for address in addresses or (line.rstrip("\r\n") for line in sys.stdin):
            try:
                found = suppression(ledger, path, address)
            except NotAnAddress as problem:
                print(problem, file=sys.stderr)
                status = 65
                continue
            print(address, *(["no", *found] if found else ["yes"]), sep="\t")
            if found and status == 0:
                status = 1
    except NoLedger as problem:
        print(problem, file=sys.stderr)
        return 66
    except (sqlite3.DatabaseError, OSError) as problem:
        print(f"the ledger cannot be read now: {problem}", file=sys.stderr)
        return 75
    return status


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
