"""Somebody else is at work at the same time: other scans, with and without a lock that holds, mail servers, readers."""

import concurrent.futures
import errno
import os
import shutil
import threading
import time

from station import (CHANGING, MAILS, Reference, Station, expect, expect_failure, expect_quiet, require, side_by_side,
                     spread)

# flock(2) says yes to everybody, as on a file system where each host has locks of its own.
NO_LOCK = ["fail", "flock", "*", "1", "1000000", "0"]
# flock(2) of a folder does not work, as on NFS.
NO_FOLDER_LOCK = ["fail", "flock", "*/Maildir", "1", "1000000", str(errno.EBADF)]
BUSY = "another run is at work"
QUICK_MEETINGS = 5
# How long the second scan may take before it is clear that it waits for the first.
PATIENCE = 1


def at_once(lab, station, number, expected, specs=None):
    """Starts so many scans; returns how many of them found the Maildir taken."""
    def scan(_):
        if specs:
            return lab.program.meddled(specs, *station.scan_arguments())[0]
        return lab.program.run(*station.scan_arguments())

    busy = 0
    for result in side_by_side(scan, range(number), number):
        expect("a run's status", (result.status, result.err if result.status else b""), (0, b""))
        if not specs and result.lines:
            expect_failure(result, 0, BUSY)
            busy += 1
        else:
            expect("a run's standard error", result.err, b"")
    expected.expect(lab.program, station)
    return busy


def several(lab):
    numbers, busy = (2, 8) if lab.is_quick else (2, 4, 8) * 10, 0
    station = Station(lab.folder() / "station")
    station.fill(300)
    expected = Reference(lab.program, station)
    for number in numbers:
        station.reset()
        station.fill(300)
        busy += at_once(lab, station, number, expected)
    require(busy > 0, "no run met another")
    return f"{sum(numbers)} runs, {busy} of them found the Maildir taken"


def several_without_lock(lab, place):
    numbers = (2, 8) if lab.is_quick else (2, 4, 8) * 10
    station = Station(lab.folder() / "station", lab.archive(place))
    station.fill(60)
    expected = Reference(lab.program, station)
    for number in numbers:
        station.reset()
        station.fill(60)
        at_once(lab, station, number, expected, NO_LOCK)
    return f"{sum(numbers)} runs"


def one_within_another(lab, place):
    """Wherever the first scan stands, a second one comes and does all that is left; then the first goes on."""
    root, archive = lab.folder(), lab.archive(place)

    def station_of(number):
        return Station(root / f"worker{number}", archive and f"{archive}{number}")

    expected = Reference(lab.program, station_of("reference"))
    counted = station_of("counted")
    _, total = lab.program.meddled(["fail", CHANGING, "*/maildir-bounce-faults.*/*", 0, 0, 0], *counted.scan_arguments())
    numbers = iter(spread(QUICK_MEETINGS, total, lab.seed) if lab.is_quick else range(1, 10 * total))
    lock = threading.Lock()
    met, waited = [], []

    def work(number):
        station = station_of(number)
        while True:
            with lock:
                at = next(numbers, None)
            if at is None:
                return
            station.reset()
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                def second():
                    job = pool.submit(lab.program.meddled, NO_LOCK, *station.scan_arguments())
                    # The first may hold the ledger: then the second waits for it.
                    if not concurrent.futures.wait([job], timeout=PATIENCE).done:
                        waited.append(at)
                    jobs.append(job)

                jobs = []
                first, was_held = lab.program.held(CHANGING, "*/maildir-bounce-faults.*/*", at, second,
                                                   *station.scan_arguments(), specs=NO_LOCK)
                if not was_held:
                    return
                expect_quiet(first, f"the first run, held at call {at},")
                expect_quiet(jobs[0].result()[0], f"the second run, with the first held at call {at},")
            expected.expect(lab.program, station)
            met.append(at)

    side_by_side(work, range(2))
    require(len(met) >= (QUICK_MEETINGS if lab.is_quick else total) * 3 // 4, f"only {len(met)} meetings of {total}")
    return f"{len(met)} meetings, in {len(waited)} of them the second waited for the ledger"


def lock_file(lab):
    station = Station(lab.folder() / "station")
    expected = Reference(lab.program, station)
    station.reset()

    def second():
        before = station.messages()
        result, _ = lab.program.meddled(NO_FOLDER_LOCK, *station.scan_arguments())
        expect_failure(result, 0, BUSY)
        expect("the files", station.messages(), before)

    first, was_held = lab.program.held("renameat2", "*/cur/*", 3, second, *station.scan_arguments(),
                                       specs=NO_FOLDER_LOCK)
    require(was_held, "no message was moved")
    expect_quiet(first)
    require((station.maildir / ".maildir-bounce.lock").is_file(), "there is no lock file")
    expected.expect(lab.program, station)


def one_ledger(lab):
    """Several Maildirs and one ledger: each report counts once, and a report that came to all of them once, too."""
    trials = 1 if lab.is_quick else 10
    for trial in range(trials):
        root = lab.folder()
        stations = [Station(root / str(number)) for number in range(4)]
        for station in stations:
            station.fill(100)
            station.ledger = root / "ledger.sqlite"
        alone = Station(root / "alone")
        alone.fill(100)
        expected = Reference(lab.program, alone)
        for result in side_by_side(lambda station: lab.program.run(*station.scan_arguments()), stations, 4):
            expect_quiet(result)
        for station in stations:
            station.expect_all()
        found = stations[0].dump()
        expect("deliveries", len(found["delivery"]), 4 * len(expected.ledger["delivery"]))
        for table in ("outcome", "address"):
            expect(f"rows in {table}", len(found[table]), len(expected.ledger[table]))
        expect("the program's answers", [stations[0].answers(lab.program)[0]], [expected.answers[0]])
    return f"{4 * trials} runs"


def delivered_meanwhile(lab):
    station = Station(lab.folder() / "station")
    late = "1700009999.late.host"
    content = MAILS["1700000000.M0.host"].replace(b"bob@", b"late@").replace(b"Message-Id: <", b"Message-Id: <L")
    station.deliver(late, content)
    expected = Reference(lab.program, station)
    tried = 0
    for calls, path in [("getdents64", "*/Maildir/new"), ("openat", "*/new/17*"), ("renameat2", "*/cur/*"),
                        ("fsync", "*/cur"), ("fsync", "*/new")]:
        station.reset()
        result, was_held = lab.program.held(calls, path, 1, lambda: station.deliver(late, content),
                                            *station.scan_arguments())
        require(was_held, f"no {calls} of {path}")
        expect_quiet(result)
        waits = os.path.exists(station.maildir / "new" / late)
        require(waits or calls == "getdents64", f"delivered at {calls}, it is not in new/ any more")
        expected.expect_after_run(lab.program, station)
        tried += 1
    return f"at {tried} moments"


def vanished(lab):
    """A mail reader takes a message to cur/ under our hands: before it is opened, or when it has been read."""
    name = "1700000005.M5.host"
    for calls, path, is_counted in [("openat", f"*/new/{name}", False), ("renameat2", f"*/new/{name}", True)]:
        for is_removed in (False, True):
            station = Station(lab.folder() / "station")
            file = station.maildir / "new" / name

            def take():
                if is_removed:
                    file.unlink()
                    del station.sent[name.encode()]
                else:
                    file.rename(station.maildir / "cur" / f"{name}:2,RS")

            result, was_held = lab.program.held(calls, path, 1, take, *station.scan_arguments())
            require(was_held, f"no {calls} of {path}")
            expect_quiet(result)
            station.expect_all()
            expect("files left in new/", os.listdir(station.maildir / "new"), [])
            names = [value for row in station.dump()["delivery"] for value in row if value == name.encode()]
            expect("the message in the ledger", len(names), 1 if is_counted else 0)
            expect("deliveries", len(station.dump()["delivery"]), len(MAILS) - (0 if is_counted else 1))


def permission_lost(lab):
    """The Maildir is taken from us while we move: the run says so, and counts nothing twice when it may go on."""
    told = []
    moments = [("renameat2", "*/cur/*"), ("openat", "*/new/17*"), ("fdatasync,fsync", "*-wal")]
    for folder in ("cur", "new", "state"):
        for calls, path in moments[:1] if lab.is_quick else moments:
            station = Station(lab.folder() / "station")
            expected = Reference(lab.program, station)
            station.reset()
            lab.give(station.root)
            place = station.root / folder if folder == "state" else station.maildir / folder
            result, was_held = lab.program.held(calls, path, 2 if calls == "renameat2" else 1,
                                                lambda: place.chmod(0o500), *station.scan_arguments(),
                                                prefix=lab.as_user)
            place.chmod(0o700)
            require(was_held, f"no {calls} of {path}")
            if folder == "state":
                # What is open stays open.
                require(result.status in (0, 73), f"status {result.status}: {result.err!r}")
            else:
                expect_failure(result, 73, "Permission denied")
            told.append(result.status)
            expect_quiet(lab.program.run(*station.scan_arguments(), prefix=lab.as_user), "the next run")
            expected.expect(lab.program, station)
    return f"{len(told)} runs"


def checks(lab):
    yield "2, 4 and 8 scans started at once: one works, the others leave with one line", lambda: several(lab)
    for way, place in lab.ways():
        yield (f"2, 4 and 8 scans {way} at once, with a lock that holds nobody back",
               lambda place=place: several_without_lock(lab, place))
        which = "some calls" if lab.is_quick else "each call"
        yield (f"a scan {way} within another, at {which} that can change a disk, with such a lock",
               lambda place=place: one_within_another(lab, place))
    yield "where folders cannot be locked, as on NFS, a file is, and the second scan leaves", lambda: lock_file(lab)
    yield "four Maildirs scanned at once into one ledger, with the same reports", lambda: one_ledger(lab)
    yield "a message that is delivered during a scan waits for the next", lambda: delivered_meanwhile(lab)
    yield "a message that a reader takes away during a scan", lambda: vanished(lab)
    yield "the right to write is lost in the middle of a scan", lambda: permission_lost(lab)
