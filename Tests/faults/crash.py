"""SIGKILL at every system call of a scan, one after the other; then a plain run must put everything right."""

import os
import threading

from station import CHANGING, Failure, Station, expect, expect_same_ledger, require, side_by_side

# In the quick subset: every so many of the calls that can change a disk.
QUICK_STEP = 6


class Crashes:
    """One way to scan, killed at each of its system calls."""

    def __init__(self, program, root, archive=None, more=()):
        self.program, self.more = program, more
        self.root, self.archive = root, archive
        self.lock = threading.Lock()
        self.seen = set()
        self.kills = self.reruns = self.strays = 0

    def station(self, number):
        return Station(self.root / f"worker{number}", self.archive and f"{self.archive}{number}")

    def run(self, calls="*", step=1, workers=2):
        reference = self.station("reference")
        result, total = self.program.meddled(["kill", calls, 0], *reference.scan_arguments(*self.more))
        expect("an undisturbed run's status", (result.status, result.err), (0, b""))
        require(total > 0, "no call was seen")
        self.files, self.ledger = reference.messages(), reference.dump()
        reference.expect_all()
        self.next = 1

        def work(number):
            station = self.station(number)
            while True:
                with self.lock:
                    at, self.next = self.next, self.next + step
                if not self.kill(station, calls, at):
                    return

        side_by_side(work, range(workers), workers)
        return f"{self.kills} kills, {self.reruns} different states after them"

    def kill(self, station, calls, at):
        """Whether there was a call to be killed at."""
        station.reset()
        result, _ = self.program.meddled(["kill", calls, at], *station.scan_arguments(*self.more))
        if result.status == 0:
            return False
        expect(f"the status of a run that was killed at call {at}", result.status, 128 + 9)
        state = station.state()
        with self.lock:
            self.kills += 1
            # A run is a function of what it finds.
            if state in self.seen:
                return True
            self.seen.add(state)
            self.reruns += 1
        try:
            result = self.program.run(*station.scan_arguments(*self.more))
            expect("the next run's status", (result.status, result.err), (0, b""))
            station.expect_all()
            expect("the files", station.messages(), self.files)
            expect_same_ledger(station.dump(), self.ledger)
        except Failure as failure:
            raise Failure(f"killed at call {at} of {calls}: {failure}") from failure
        return True


def checks(lab):
    ways = [("into cur/", None), ("into an archive", str(lab.root / "archive"))]
    if lab.other_disk:
        ways.append(("into an archive on another file system", str(lab.other_disk / "archive")))
    for title, archive in ways:
        def check(archive=archive):
            name = os.path.basename(archive or "cur")
            crashes = Crashes(lab.program, lab.root / f"crash-{name}-{len(archive or '')}", archive)
            if lab.is_quick:
                return crashes.run(CHANGING, QUICK_STEP)
            return crashes.run()
        yield f"a scan {title}, killed at {'some' if lab.is_quick else 'every'} system call, loses and doubles nothing", check
