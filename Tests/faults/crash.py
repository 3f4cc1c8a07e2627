"""SIGKILL at every system call of a run, one after the other; then a plain run must put everything right. Whoever
reads the feed of changes before and after it misses nothing."""

import threading

from feed import Follower
from station import (CHANGING, Backlog, Derived, Failure, Reference, archived, expect, require, side_by_side,
                     spread)

# In the quick subset: so many kills for each way to scan, at calls that can change a disk.
QUICK_KILLS = 6


class Crashes:
    """One kind of run, killed at its system calls. `station` makes the station for a worker."""

    def __init__(self, lab, station):
        self.program, self.is_quick, self.seed = lab.program, lab.is_quick, lab.seed
        self.root, self.make = lab.folder(), station
        self.lock = threading.Lock()
        self.seen = set()
        self.kills = 0

    def station(self, number):
        return self.make(self.root / f"worker{number}")

    def run(self):
        self.reference = Reference(self.program, self.station("reference"))
        calls = CHANGING if self.is_quick else "*"
        counted = self.station("counted")
        counted.prepare(self.program)
        result, total = self.program.meddled(["kill", calls, 0], *counted.scan_arguments())
        expect("the status of a run under meddle", (result.status, result.err), (0, b""))
        self.reference.expect(self.program, counted)
        # Threads make more calls in one run than in another: the full sweep ends where a run was not killed any more.
        numbers = iter(spread(QUICK_KILLS, total, self.seed) if self.is_quick else range(1, 10 * total))

        def work(number):
            station = self.station(number)
            while True:
                with self.lock:
                    at = next(numbers, None)
                if at is None or not self.kill(station, calls, at):
                    return

        side_by_side(work, range(2))
        require(self.kills >= (QUICK_KILLS if self.is_quick else total) * 3 // 4, f"only {self.kills} kills of {total}")
        return f"{self.kills} kills, {len(self.seen)} different states after them"

    def kill(self, station, calls, at):
        """Whether there was a call to be killed at."""
        station.reset()
        station.prepare(self.program)
        follower = Follower()
        follower.look(station.ledger)
        result, _ = self.program.meddled(["kill", calls, at], *station.scan_arguments())
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
        try:
            follower.look(station.ledger)
            # Not expect_all: between copy and removal a message may stand in two places.
            self.reference.expect_after_run(self.program, station)
            follower.look(station.ledger)
            require(follower.held, "nobody is suppressed, so the feed was not put to the test")
        except Failure as failure:
            raise Failure(f"killed at call {at} of {calls}: {failure}") from failure
        return True


def checks(lab):
    which = "some" if lab.is_quick else "every"
    kinds = [(f"a scan {title}", archived(lab, place)) for title, place in lab.ways()] + [
        ("a backlog, reprocessed", Backlog),
        ("a ledger, reclassified", lambda root: Derived(root, "--reclassify")),
        ("a ledger, rebuilt", lambda root: Derived(root, "--rebuild")),
    ]
    for title, station in kinds:
        yield (f"{title}, killed at {which} system call, loses and doubles nothing",
               lambda station=station: Crashes(lab, station).run())
