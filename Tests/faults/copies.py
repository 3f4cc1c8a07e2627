"""The same report more than once: under two names, out of a backup, and as a delay notice with its end."""

import os
import shutil
import sqlite3
import subprocess

from station import MAILS, Reference, Station, expect, expect_quiet, require

HARD, DELAY, END = "1700000000.M0.host", "1700000002.M2.host", "1700000003.M3.host"


def empty_station(lab):
    station = Station(lab.folder() / "station")
    station.clear()
    return station


def counters(station, address):
    """The counters of an address, and how many reports of the ledger count and how many are copies."""
    with sqlite3.connect(station.ledger) as database:
        columns = "hard, soft, delayed, delivered, complaint, auto_reply, other, streak"
        row = database.execute(f"SELECT {columns} FROM counters WHERE address = ?", [address]).fetchone()
        heads, copies = database.execute("SELECT count(*) - count(duplicate_of), count(duplicate_of) FROM delivery").fetchone()
    database.close()
    return dict(zip(columns.split(", "), row)) | {"reports": heads, "copies": copies}


def scan(lab, station):
    expect_quiet(lab.program.run(*station.scan_arguments()))
    station.expect_all()
    expect("files in new/", os.listdir(station.maildir / "new"), [])


def two_names(lab):
    first = MAILS[HARD]
    # As two relays deliver it: other header lines in front, or other line ends.
    copies = (first, b"Received: by relay.example; Tue, 11 Nov 2025 10:00:09 +0000\n" + first,
              first.replace(b"\n", b"\r\n"))
    for copy in copies[1:] if lab.is_quick else copies:
        for apart in (False, True):
            for names in ((HARD, "1700009000.X.host"), ("1700009000.X.host", HARD)):
                station = empty_station(lab)
                station.deliver(names[0], first)
                if apart:
                    scan(lab, station)
                station.deliver(names[1], copy)
                scan(lab, station)
                found = counters(station, "bob@dest.example")
                expect("the counters", (found["hard"], found["reports"], found["copies"]), (1, 1, 1))


def other_report(lab):
    """Not so careful that another report about the same address would be taken for a copy."""
    station = empty_station(lab)
    station.deliver(HARD, MAILS[HARD])
    station.deliver("1700009000.X.host", MAILS[HARD].replace(b"Message-Id: <", b"Message-Id: <2."))
    scan(lab, station)
    found = counters(station, "bob@dest.example")
    expect("the counters", (found["hard"], found["reports"], found["copies"]), (2, 2, 0))


def restored(lab, place, is_moved_away):
    """All of new/ is put back from a backup after the scan; then the next scan only moves it."""
    station = Station(lab.folder() / "station", lab.archive(place))
    expected = Reference(lab.program, station)
    if is_moved_away:
        # Somebody has read the mails meanwhile, and thrown them away.
        for folder in station.folders():
            for path in folder.iterdir():
                path.unlink()
    for name, content in MAILS.items():
        station.deliver(name, content)
    expect_quiet(lab.program.run(*station.scan_arguments()))
    expect("the ledger", station.dump(), expected.ledger)
    expect("the answers", station.answers(lab.program), expected.answers)
    found = sorted(set(station.messages().values()))
    expect("contents", found, sorted(set(station.sent.values())))
    expect("files in new/", os.listdir(station.maildir / "new"), [])


def ledger_restored(lab):
    """The ledger comes back from a backup that is older than the Maildir: what it does not know is put back in new/."""
    station = Station(lab.folder() / "station")
    expected = Reference(lab.program, station)
    station.reset()
    expect_quiet(lab.program.run(*station.scan_arguments("--limit", 7)))
    backup = station.root / "backup.sqlite"
    with sqlite3.connect(station.ledger) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    source.close()
    target.close()
    expect_quiet(lab.program.run(*station.scan_arguments()))
    # As in docs/operations.md, "Backup and restore".
    for suffix in ("-wal", "-shm"):
        if os.path.exists(f"{station.ledger}{suffix}"):
            os.unlink(f"{station.ledger}{suffix}")
    shutil.copy(backup, station.ledger)
    back = """find cur -type f -exec sh -c '
  for f; do n=${f#cur/}; mv -n "$f" "new/${n%%:2,*}"; done' sh {} +"""
    subprocess.run(back, shell=True, check=True, cwd=station.maildir)
    expected.expect_after_run(lab.program, station)


def delay_and_end(lab):
    """A delay notice never counts against an address; its end does, once, in whatever order the two come."""
    for order in ((DELAY, END), (END, DELAY)):
        for apart in (False, True):
            station = empty_station(lab)
            for name in order:
                station.deliver(name, MAILS[name])
                if apart:
                    scan(lab, station)
            # A second notice about the same mail, hours later.
            station.deliver("1700009000.X.host", MAILS[DELAY].replace(b"Message-Id: <", b"Message-Id: <2."))
            scan(lab, station)
            expect("the counters", counters(station, "dave@slow.example"), {
                "hard": 0, "soft": 1, "delayed": 2, "delivered": 0, "complaint": 0, "auto_reply": 0, "other": 0,
                "streak": 1, "reports": 3, "copies": 0})
            result = lab.program.run("suppressed", "--ledger", station.ledger)
            expect("who is suppressed", (result.status, b"dave" in result.out), (0, False))


def checks(lab):
    yield "one report under two names counts once, with other headers and line ends, too", lambda: two_names(lab)
    yield "another report about the same address counts", lambda: other_report(lab)
    for way, place in lab.ways():
        for is_moved_away, when in ((False, "which still has them"), (True, "from which they were removed")):
            yield (f"mails that were moved {way}, {when}, come back from a backup and count no more",
                   lambda place=place, is_moved_away=is_moved_away: restored(lab, place, is_moved_away))
    yield "a ledger from an older backup, brought up to date from cur/", lambda: ledger_restored(lab)
    yield "delay notices and the final report about one mail: one soft bounce", lambda: delay_and_end(lab)
