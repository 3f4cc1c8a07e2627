"""System calls that fail: each of a scan in turn, once or from there on; then a plain run must put everything right."""

import errno
import threading

from station import CHANGING, Failure, Reference, archived, expect, require, side_by_side, spread

CALLS = CHANGING + ",read,pread64,getdents64,fstat,newfstatat,flock,faccessat"
# What a scan works on, here and on the other disk.
WORK = "*/maildir-bounce-faults.*/*"
FAULTS = [
    ("fails once with EIO", errno.EIO, 1),
    ("fails once with ENOSPC", errno.ENOSPC, 1),
    ("fails once with EACCES", errno.EACCES, 1),
    ("fails once with EMFILE", errno.EMFILE, 1),
    ("fails with EIO, and so does every later one", errno.EIO, 1_000_000),
]
QUICK_FAULTS = 3
# And only these faults.
QUICK_ERRORS = (errno.EIO, errno.ENOSPC)
# What a scan may end with: 0 where the call did not matter, or told of one message that had to be left.
STATUSES = {0, 66, 73, 74, 75}


class Faults:
    def __init__(self, lab, place, error, number):
        self.program, self.is_quick, self.seed = lab.program, lab.is_quick, lab.seed
        self.root, self.make = lab.folder(), archived(lab, place)
        self.error, self.number = error, number
        self.lock = threading.Lock()
        self.seen, self.statuses = set(), {}

    def station(self, number):
        return self.make(self.root / f"worker{number}")

    def run(self):
        self.reference = Reference(self.program, self.station("reference"))
        result, total = self.program.meddled(["fail", CALLS, WORK, 0, 0, 0], *self.station("counted").scan_arguments())
        expect("the status of a run under meddle", (result.status, result.err), (0, b""))
        require(total > 100, f"only {total} calls were seen")
        numbers = iter(spread(QUICK_FAULTS, total, self.seed + self.error + self.number) if self.is_quick
                       else range(1, total + 1))

        def work(number):
            station = self.station(number)
            while True:
                with self.lock:
                    at = next(numbers, None)
                if at is None:
                    return
                try:
                    self.fail(station, at)
                except Failure as failure:
                    raise Failure(f"call {at} of {total}: {failure}") from failure

        side_by_side(work, range(2))
        told = ", ".join(f"{number} × {status}" for status, number in sorted(self.statuses.items()))
        return f"{sum(self.statuses.values())} runs, exit statuses {told}"

    def fail(self, station, at):
        station.reset()
        result, _ = self.program.meddled(["fail", CALLS, WORK, at, self.number, self.error], *station.scan_arguments())
        require(result.status in STATUSES, f"exit status {result.status}: {result.err!r}")
        limit = 1 if result.status == 0 else None
        require(len(result.lines) == 1 or (limit and not result.lines),
                f"exit status {result.status} and {len(result.lines)} lines: {result.err!r}")
        require(all(line.startswith("maildir-bounce: ") for line in result.lines), f"not our line: {result.err!r}")
        state = station.state()
        with self.lock:
            self.statuses[result.status] = self.statuses.get(result.status, 0) + 1
            if state in self.seen:
                return
            self.seen.add(state)
        self.reference.expect_after_run(self.program, station)


def checks(lab):
    which = "one" if lab.is_quick else "each in turn"
    for way, place in lab.ways():
        for title, error, number in FAULTS:
            if lab.is_quick and error not in QUICK_ERRORS:
                continue
            yield (f"a scan {way} of which a system call ({which}) {title}",
                   lambda place=place, error=error, number=number: Faults(lab, place, error, number).run())
