"""SIGKILL at random moments: whatever is killed, the mirrors end up with what the ledger suppresses."""

import datetime
import os
import pathlib
import random
import signal
import subprocess
import threading
import sys
import time

from lab import ADDRESSES, REPOSITORY, VIEWS, Place, check, missing
from mirrors import ROWS, SQLiteMirror, kinds

sys.path.insert(0, str(REPOSITORY / "Tests" / "postgresql"))
import server as postgresql  # noqa: E402

PEOPLE = ADDRESSES + [f"user{number}@dest{number % 3}.example" for number in range(20)]
DOMAINS = ["evil.example", ".evil.example", "bücher.example", "dest1.example"]
STREAMS = ["news.example", "it's;\"news\".example", "'); DROP TABLE feed; --"]
# A brake holds what so many addresses of a domain bring.
WAVE = 22
# Statuses of a command where there is nothing to do, or where it cannot be done: 75 of release, since the domain is
# suppressed; of scan, since another one is at work.
ALLOWED = {"scan": (0, 75), "brake": (0, 65), "release": (0, 65, 75), "forget": (0, 65)}


class Killer(threading.Thread):
    """Runs hooks one after the other, and kills the run or its program at random moments."""

    def __init__(self, place, seed):
        super().__init__(daemon=True)
        self.place, self.random = place, random.Random(seed)
        self.runs, self.kills, self.is_over, self.wrong = 0, {"hook run": 0, "its program": 0}, False, []

    def run(self):
        while not self.is_over:
            child = subprocess.Popen(self.place.arguments("hook", "run"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            what = self.random.choice(["hook run", "its program", "its program"] * 4 + [None])
            if what == "hook run":
                time.sleep(self.random.uniform(0, 0.15))
                self.kills[what] += self.kill(child.pid) if child.poll() is None else 0
            elif what:
                self.kills[what] += self.kill_program(child)
            err = child.communicate(timeout=120)[1]
            self.runs += 1
            # 78: on a server, between the new configuration and the rebuild.
            if child.returncode not in (0, 75, -9) and b"another policy" not in err:
                self.wrong.append(f"hook run: status {child.returncode}: {err.decode()}")

    def kill_program(self, child):
        """Kills the program that the run has started, if it starts one."""
        children = pathlib.Path(f"/proc/{child.pid}/task/{child.pid}/children")
        while child.poll() is None:
            try:
                if pids := children.read_text().split():
                    time.sleep(self.random.uniform(0, 0.1))
                    return self.kill(int(pids[0]))
            except OSError:
                return 0
            time.sleep(0.002)
        return 0

    @staticmethod
    def kill(pid):
        try:
            # A process that has ended and that nobody has asked for its status is killed no more.
            if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return 0
            os.kill(pid, signal.SIGKILL)
            return 1
        except OSError:
            return 0

    def end(self):
        self.is_over = True
        self.join()


class Storm:
    """Operations in a random order on one ledger, with mirrors that follow."""

    def __init__(self, title, place, mirrors, suppressed, seed):
        self.title, self.place, self.mirrors, self.suppressed, self.random = title, place, mirrors, suppressed, random.Random(seed)
        self.seed, self.kills, self.waves, self.latest_end, self.compared = seed, {"scan": 0}, 0, 0, 0
        self.policies = ["", "[policy.hard]\ndays = 2\n"]
        self.hooks = [{"name": f"mirror{number}", "command": mirror.command, "rows": 3} for number, mirror in enumerate(mirrors)]
        place.configure(*self.hooks)

    def scan(self):
        for _ in range(self.random.randint(0, 5)):
            sample, old = self.random.choice([("01-*", "bob@dest.example"), ("01-*", "bob@dest.example"), ("09-*", "ivan@provider.example")])
            self.place.deliver(sample, old, self.random.choice(PEOPLE[-20:]))
        if self.random.random() < 0.2:
            return self.place.do("scan", allowed=ALLOWED["scan"])
        child = subprocess.Popen(self.place.arguments("scan"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(self.random.uniform(0, 0.12))
        self.kills["scan"] += Killer.kill(child.pid) if child.poll() is None else 0
        child.communicate(timeout=120)

    def wave(self):
        self.waves += 1
        for number in range(WAVE):
            self.place.deliver("01-*", "bob@dest.example", f"user{number}@big{self.waves}.example")
        self.place.do("scan", allowed=ALLOWED["scan"])

    def decide(self):
        if self.waves:
            self.place.do("brake", self.random.choice(["release", "confirm"]), f"big{self.random.randint(1, self.waves)}.example",
                          allowed=ALLOWED["brake"])

    def suppress(self):
        more = []
        if self.random.random() < 0.3:
            self.latest_end = int(time.time()) + 2
            more = ["--until", datetime.datetime.fromtimestamp(self.latest_end, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")]
        self.place.do("suppress", *self.random.sample(PEOPLE, 4), "--reason", "by hand", *more)

    def release(self):
        self.place.do("release", *self.random.sample(PEOPLE, 3), allowed=ALLOWED["release"])

    def domain(self):
        self.place.do(self.random.choice(["suppress", "release"]), "--domain", self.random.choice(DOMAINS), allowed=ALLOWED["release"])

    def stream(self):
        verb, stream = self.random.choice(["suppress", "release"]), self.random.choice(STREAMS)
        more = ["--reason", "x"] if verb == "suppress" else []
        self.place.do(verb, self.random.choice(PEOPLE), "--stream", stream, *more, allowed=ALLOWED["release"])

    def forget(self):
        self.place.do("forget", self.random.choice(PEOPLE), allowed=ALLOWED["forget"])

    def rebuild(self):
        """Under another policy, so that states change and a new epoch begins."""
        self.policies.reverse()
        self.place.configure(more=self.policies[0])
        self.place.do("reprocess", "--rebuild", "--yes")

    def begin_epoch(self):
        self.place.do("changes", "--new-epoch")

    def compare(self):
        """After one run of everything that nobody kills, all are equal."""
        time.sleep(max(0, self.latest_end + 1 - time.time()))
        self.place.do("scan")
        self.place.do("hook", "run")
        expected = self.suppressed()
        self.compared += 1
        for mirror in self.mirrors:
            held = {(name, stream): cause for name, stream, cause in mirror.query(ROWS)}
            if held != expected:
                raise AssertionError(f"{mirror.name}, comparison {self.compared}: only in the mirror {held.items() - expected.items()}, "
                                     f"only in the ledger {expected.items() - held.items()}")
        return len(expected)

    def run(self, kills, each):
        operations = [self.scan] * 5 + [self.suppress] * 4 + [self.release] * 3 + [self.domain, self.stream, self.stream, self.wave,
                                                                                  self.decide, self.forget, self.rebuild]
        rare = [self.begin_epoch, self.rebuild]
        done, largest = 0, 0
        self.place.do("scan")
        # So many at least, and each kind often enough to be no accident.
        while sum(self.kills.values()) < kills or min(self.kills.values()) < kills // 10:
            killer = Killer(self.place, self.seed + done)
            killer.start()
            try:
                for _ in range(each):
                    self.random.choice(operations)()
                    done += 1
            finally:
                killer.end()
            if killer.wrong:
                raise AssertionError(killer.wrong[0])
            for what, count in killer.kills.items():
                self.kills[what] = self.kills.get(what, 0) + count
            largest = max(largest, self.compare())
            self.random.choice(rare)()
        self.compare()
        return f"{done} operations, " + ", ".join(f"{count} kills of {what}" for what, count in self.kills.items()) \
            + f", {self.compared} comparisons of up to {largest} rows"


def weather(storm, kills, each):
    title, said = f"{storm.title}: after kills at random moments the mirrors are equal to the ledger", ""
    try:
        said = storm.run(kills, each)
    except Exception as failure:  # Whatever it is, it is the check's.
        check(f"{title} (seed {storm.seed})", False, f"{type(failure).__name__}: {failure}")
    else:
        check(f"{title}: {said}", True)


def on_postgresql(folder, program, seed):
    try:
        postgresql.programs()
    except postgresql.ServerError:
        return missing("PostgreSQL's server")
    server = postgresql.Server(folder / "pg").start(fsync=False)
    try:
        place = Place(folder / "shared", program, ledger=server.database("bounces"))

        def suppressed():
            found = {}
            for query in VIEWS:
                hexed = query.replace(", ", " AS b, ", 1).replace(", cause", " AS c, cause AS d").replace("SELECT ", "SELECT ", 1)
                for line in server.sql(
                        f"SELECT encode(convert_to(b, 'UTF8'), 'hex') || ',' || encode(convert_to(c, 'UTF8'), 'hex') || ',' || d"
                        f" FROM ({hexed}) AS v", "bounces").splitlines():
                    name, stream, cause = line.split(",")
                    found[bytes.fromhex(name).decode(), bytes.fromhex(stream).decode()] = cause
            return found

        weather(Storm("a ledger on PostgreSQL", place, [SQLiteMirror(folder, "mirror.py")], suppressed, seed), 15, 12)
    finally:
        server.remove()


def run(program, folder, seed):
    place = Place(folder / "place", program)
    mirrors = kinds(folder)
    try:
        weather(Storm("a ledger in SQLite", place, mirrors, place.suppressed, seed), 60, 40)
    finally:
        for mirror in mirrors:
            mirror.close()
    on_postgresql(folder, program, seed)
