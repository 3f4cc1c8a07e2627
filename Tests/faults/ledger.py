"""The ledger cannot be written, is in use by another program, or is none."""

import os
import shutil
import sqlite3
import threading
import time

from station import Reference, Skipped, Station, expect, expect_failure, expect_quiet, require

# As in LedgerStore.defaultBusySeconds.
BUSY_SECONDS = 30


def prepared(lab):
    """A station and what a scan of it gives; the ledger is there and knows nothing yet."""
    station = Station(lab.folder() / "station")
    expected = Reference(lab.program, station)
    station.reset()
    make_empty_ledger(lab, station)
    return station, expected


def make_empty_ledger(lab, station):
    empty = station.root / "empty"
    for folder in ("new", "cur", "tmp"):
        (empty / folder).mkdir(parents=True)
    expect_quiet(lab.program.run("scan", "--maildir", empty, "--ledger", station.ledger))
    shutil.rmtree(empty)


def expect_refused(lab, station, status, *words, **options):
    """The scan ends with this status and one line, and moves nothing."""
    before = station.messages()
    expect_failure(lab.program.run(*station.scan_arguments(), **options), status, *words)
    expect("the files", station.messages(), before)


def read_only(lab):
    for what in ("ledger", "folder", "both"):
        station, expected = prepared(lab)
        lab.give(station.root)
        if what != "folder":
            station.ledger.chmod(0o444)
        if what != "ledger":
            station.ledger.parent.chmod(0o555)
        expect_refused(lab, station, 73, "cannot", "ledger", prefix=lab.as_user)
        station.ledger.parent.chmod(0o755)
        station.ledger.chmod(0o640)
        expect_quiet(lab.program.run(*station.scan_arguments(), prefix=lab.as_user))
        expected.expect(lab.program, station)
    # A ledger that is still to be made, in a folder that may not be written.
    station, expected = prepared(lab)
    station.reset()
    lab.give(station.root)
    station.ledger.parent.chmod(0o555)
    expect_refused(lab, station, 73, "cannot make or write the ledger", prefix=lab.as_user)
    station.ledger.parent.chmod(0o755)
    expected.expect_after_run(lab.program, station)


def locked_for_a_moment(lab):
    station, expected = prepared(lab)
    for statement in ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"):
        station.reset()
        make_empty_ledger(lab, station)
        other = sqlite3.connect(station.ledger, isolation_level=None, check_same_thread=False)
        other.execute(statement)
        timer = threading.Timer(2, other.rollback)
        timer.start()
        started = time.monotonic()
        expect_quiet(lab.program.run(*station.scan_arguments()))
        require(time.monotonic() - started > 1, "the run did not wait")
        timer.join()
        other.close()
        expected.expect(lab.program, station)


def locked_for_a_minute(lab):
    if lab.is_quick:
        raise Skipped("takes a minute; make test-faults waits for it")
    station, expected = prepared(lab)
    other = sqlite3.connect(station.ledger, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        expect_refused(lab, station, 75, f"locked by another program for {BUSY_SECONDS} s")
    other.rollback()
    other.close()
    expected.expect_after_run(lab.program, station)


def read_meanwhile(lab):
    """Another program keeps one state of the ledger open, and a third asks all the time."""
    station = Station(lab.folder() / "station")
    station.fill(600)
    expected = Reference(lab.program, station)
    station.reset()
    station.fill(600)
    make_empty_ledger(lab, station)
    keeper = sqlite3.connect(f"file:{station.ledger}?mode=ro", uri=True, isolation_level=None)
    keeper.execute("BEGIN")
    expect("suppressed before", keeper.execute("SELECT count(*) FROM suppressed").fetchone(), (0,))
    child = lab.program.start(*station.scan_arguments())
    seen = []
    while child.poll() is None:
        with sqlite3.connect(f"file:{station.ledger}?mode=ro", uri=True) as asker:
            seen.append(asker.execute("SELECT count(*) FROM suppressed").fetchone()[0])
        asker.close()
    out, err = child.communicate()
    expect("the run", (child.returncode, err), (0, b""))
    expect("suppressed for the one that keeps its state", keeper.execute("SELECT count(*) FROM suppressed").fetchone(), (0,))
    keeper.close()
    require(seen == sorted(seen), f"the list grew shorter: {seen}")
    expected.expect(lab.program, station)
    return f"asked {len(seen)} times"


def no_ledger(lab):
    station, expected = prepared(lab)
    ledger = station.ledger

    def text():
        ledger.write_bytes(b"this is no database\n" * 100)

    def other_program():
        with sqlite3.connect(ledger) as database:
            database.execute("CREATE TABLE notes (text)")
        database.close()

    def later_version():
        shutil.copy(station.root / "good", ledger)
        with sqlite3.connect(ledger) as database:
            database.execute("PRAGMA user_version = 9999")
        database.close()

    def damaged():
        content = bytearray((station.root / "good").read_bytes())
        content[4096:] = b"\xa5" * (len(content) - 4096)
        ledger.write_bytes(content)

    def folder():
        ledger.mkdir()

    def fifo():
        os.mkfifo(ledger)

    shutil.copy(ledger, station.root / "good")
    def empty():
        ledger.touch()

    def cut():
        ledger.write_bytes((station.root / "good").read_bytes()[:-1])

    for make, status in [(text, 74), (other_program, 74), (later_version, 66), (damaged, 74), (empty, 74), (cut, 74),
                         (folder, 73), (fifo, 73)]:
        ledger.unlink()
        make()
        before = ledger.read_bytes() if ledger.is_file() else b""
        expect_refused(lab, station, status, "ledger" if make is not text else "not a ledger")
        expect(f"the file ({make.__name__})", ledger.read_bytes() if ledger.is_file() else b"", before)
        if make is folder:
            ledger.rmdir()
            ledger.touch()
    ledger.unlink()
    expected.expect_after_run(lab.program, station)


def without_shared_memory(lab):
    """A killed scan leaves ledger, -wal and -shm; a copy that lacks the last is mended by the next scan."""
    station = Station(lab.folder() / "station")
    expected = Reference(lab.program, station)
    station.reset()
    result, _ = lab.program.meddled(["kill", "renameat2", 3], *station.scan_arguments())
    expect("the status of a run that was killed", result.status, 137)
    os.unlink(f"{station.ledger}-shm")
    require(os.path.getsize(f"{station.ledger}-wal") > 0, "there is nothing in the WAL")
    expected.expect_after_run(lab.program, station)


def checks(lab):
    yield "a ledger, or its folder, that may not be written", lambda: read_only(lab)
    yield "a ledger that another program locks for two seconds is waited for", lambda: locked_for_a_moment(lab)
    yield "a ledger that another program locks for a minute", lambda: locked_for_a_minute(lab)
    yield "readers of the ledger during a scan disturb nothing and see whole states", lambda: read_meanwhile(lab)
    yield "what is no ledger, or a damaged one, is left as it is", lambda: no_ledger(lab)
    yield "a ledger that was copied with its -wal and without its -shm", lambda: without_shared_memory(lab)
