"""What the checks share: the program, a server, and Maildirs whose reports count in one database."""

import csv
import importlib.machinery
import io
import json
import os
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "faults"))

from proxy import Proxy
from server import Server
from station import (TABLES, Failure, Program, Result, Station, dump, expect, expect_failure, expect_quiet,
                     expect_same_ledger, require, shorten, side_by_side)

varied = importlib.machinery.SourceFileLoader("varied", str(REPOSITORY / "Benchmarks" / "varied")).load_module()

# The promise of docs/interface.md: what other programs read.
VIEWS = {
    "counters": "address, hard, soft, delayed, delivered, complaint, auto_reply, other, streak, first_seen, last_seen, suppressed",
    "suppressed": "address, reason, since, until",
}
# Few, so that scanners meet at each of them.
ADDRESSES = [f"reader{number}@dest{number % 3}.example" for number in range(12)]
# Which of them are asked for one by one.
ASKED = ["bob@dest.example", "dave@slow.example", *ADDRESSES[:3]]
# Moments of a scan, each a system call before which it stands still, and whether its batch is committed then.
MOMENTS = [("openat", "*/new/17*", 5, False), ("renameat2", "*/cur/*", 3, True), ("fsync", "*/new", 1, True)]
# The exit status of a scan that was stopped in good order: try again later.
AWAY = 75


class Lab:
    def __init__(self, options):
        self.root, self.is_quick, self.seed = options.root, options.quick, options.seed
        self.program = Program(options.binary, options.meddle)
        self.is_root = os.geteuid() == 0
        self.number, self.lock = 0, threading.Lock()
        self.servers = []
        self._server = None

    def folder(self):
        """A new folder."""
        with self.lock:
            self.number += 1
            path = self.root / f"check{self.number}"
        path.mkdir()
        path.chmod(0o711)
        return path

    def make_server(self, **options):
        """A server of the check's own. A kill of its processes loses nothing that the kernel holds: no fsync."""
        server = Server(self.folder() / "pg")
        self.servers.append(server)
        return server.start(fsync=False, **options)

    @property
    def server(self):
        """The one that the checks have in common. It runs, whatever the last of them did."""
        if not self._server:
            self._server = self.make_server()
        return self._server.start()

    def make_standby(self, primary):
        """One that has all that the primary says was committed."""
        standby = self.make_server(standby_of=primary.folder)
        primary.set("synchronous_standby_names", "*")
        primary.set("synchronous_commit", "remote_apply")
        return standby

    def close(self):
        for server in self.servers:
            if server.folder.exists():
                server.remove()


def is_commit_of_batch(data):
    """Whether a scan asks the server in these bytes to commit reports. Alone, COMMIT ends what is about the run."""
    return b"COMMIT" in data and any(table in data for table in (b"address", b"change", b"tally", b"rule_hit"))


def check_list(lab, ledger, text):
    """check --batch of a list."""
    done = subprocess.run([lab.program.binary, "check", "--batch", "--ledger", ledger], input=text.encode(), capture_output=True)
    return Result(done.returncode, done.stdout, done.stderr)


def reports(number, seed):
    """So many contents, of all forms that the classifier's tests have, about few addresses."""
    templates = [varied.Template(path.read_bytes()) for path in sorted(pathlib.Path(varied.FIXTURES).rglob("*.eml"))]
    chance = random.Random(seed)
    for index in range(number):
        address = chance.choice(ADDRESSES).encode()
        content = chance.choice(templates).message(address, b"%d.%d" % (seed, index), 0)
        # Days on which soft bounces add up.
        yield re.sub(rb"\b23 Nov 2026", b"%02d Nov 2026" % chance.randint(1, 23), content)


class Fleet:
    """Some Maildirs and one ledger. Each Maildir has the samples, reports of its own, and half as many that came to the
    next one, too. Knows what a scan of them all into an SQLite ledger says."""

    def __init__(self, lab, number=1, own=0, server=None):
        self.lab, self.own, self.server = lab, own, server or lab.server
        root = lab.folder()
        self.stations = [Station(root / f"mail{place}") for place in range(number)]
        self.deliver()
        reference = root / "reference.sqlite"
        for station in self.stations:
            expect_quiet(lab.program.run(*self.scan(station, reference)))
        self.files = [station.messages() for station in self.stations]
        self.expected, self.ledger = self.said(str(reference), views_of_file(reference)), dump(reference)
        self.reset()

    def deliver(self):
        count = len(self.stations)
        for place, station in enumerate(self.stations):
            for index, content in enumerate(reports(self.own, place)):
                station.deliver(f"{1_700_001_000 + index}.O{place}P{index}.host", content)
            for index, content in enumerate(reports(self.own // 2 if count > 1 else 0, 1000 + place)):
                for other in (station, self.stations[(place + 1) % count]):
                    other.deliver(f"{1_700_002_000 + index}.C{place}P{index}.host", content)

    def reset(self, has_database=True):
        """All messages in new/, and an empty database."""
        for station in self.stations:
            station.reset()
        self.deliver()
        self.waiting = [station.messages() for station in self.stations]
        if has_database:
            self.name = f"fleet{self.stations[0].root.parent.name}"
            self.server.database(self.name)

    def uri(self, **parameters):
        return self.server.uri(self.name, **parameters)

    def scan(self, station=None, ledger=None, *more):
        return ["scan", "--maildir", (station or self.stations[0]).maildir, "--ledger", ledger or self.uri(), *more]

    def said(self, ledger, views):
        """All that the ledger says, by the program and by SQL; not when it ran."""
        answers = dict(views)
        for question in [["suppressed", "--format", "csv"], ["report", "--format", "jsonl"], ["status", "--format", "json"],
                         *(["address", address, "--format", "jsonl"] for address in ASKED)]:
            result = self.lab.program.run(*question, "--ledger", ledger)
            expect(f"the end of {question}", (result.status, result.err), (0, b""))
            answers[" ".join(question)] = result.out.decode().splitlines()
        status = json.loads("".join(answers["status --format json"]))
        answers["status --format json"] = sorted((name, value) for name, value in status.items()
                                                 if name not in ("ledger", "now", "runs", "last_run", "feed"))
        return answers

    def run(self, station=None, ledger=None, *more, **options):
        return self.lab.program.run(*self.scan(station, ledger, *more), **options)

    def held(self, moment, change, uri=None):
        """A scan that stands still at the moment until `change` is done."""
        calls, path, nth, _ = moment
        result, was_held = self.lab.program.held(calls, path, nth, change, *self.scan(None, uri))
        require(was_held, f"no {calls} of {path}")
        return result

    def run_all(self):
        """All scanners at once, undisturbed."""
        def scan(station):
            expect_quiet(self.run(station), "the undisturbed run")

        side_by_side(scan, self.stations, len(self.stations))

    def expect_away(self, result, is_committed=False):
        """The run says in one line that it could not go on, and nothing that does not count has moved."""
        expect_failure(result, AWAY)
        for station in self.stations:
            station.expect_all()
        if not is_committed:
            self.expect_waiting()

    def expect_waiting(self):
        """Each file is still in new/."""
        expect("the files", [station.messages() for station in self.stations], self.waiting)

    def expect_said(self):
        """The files where they belong, and a ledger that says what the SQLite one said."""
        for station, files in zip(self.stations, self.files):
            station.expect_all()
            expect("the files", station.messages(), files)
        found = self.said(self.uri(), views_of_database(self.server, self.name))
        for question, answer in self.expected.items():
            expect_same(question, found[question], answer)
        shadow = self.stations[0].root.parent / "shadow.sqlite"
        copy_tables(self.server, self.name, shadow)
        expect_same_ledger(dump(shadow), self.ledger)
        result = self.lab.program.run("ledger", "verify", "--ledger", self.uri())
        expect("the end of verify", (result.status, result.err), (0, b""))
        require(result.out, "verify said nothing")

    def expect_no_deadlock(self):
        lines = self.server.log_text().splitlines()
        found = [at for at, line in enumerate(lines) if f" {self.name}: ERROR:  deadlock detected" in line]
        require(not found, f"{len(found)} deadlocks: " + " ".join(line for at in found[:1] for line in lines[at + 1:at + 30]))

    def expect_after_run(self):
        """The same, when undisturbed runs have put right what was left."""
        self.run_all()
        self.expect_said()


def expect_same(question, found, expected):
    if found != expected:
        missing = [row for row in expected if row not in found]
        extra = [row for row in found if row not in expected]
        raise Failure(f"{question}: missing {shorten(missing[:2])}, too much {shorten(extra[:2])}, "
                      f"{len(found)} rows of {len(expected)}")


def views_of_file(path):
    with sqlite3.connect(path) as database:
        views = {view: sorted(["" if value is None else str(value) for value in row]
                              for row in database.execute(f"SELECT {columns} FROM {view}"))
                 for view, columns in VIEWS.items()}
    database.close()
    require(all(views.values()), "the ledger says nothing")
    return views


def views_of_database(server, name):
    views = {}
    for view, columns in VIEWS.items():
        text = server.sql(f"COPY (SELECT {columns} FROM {view}) TO STDOUT (FORMAT csv)", name)
        views[view] = sorted(csv.reader(io.StringIO(text)))
    return views


def copy_tables(server, name, path):
    """The tables of the ledger, as they are, in an SQLite file: what the fault tests can compare."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as file:
        for table in ["term", *TABLES]:
            kinds = dict(line.split("|") for line in server.sql(
                f"SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0",
                name).splitlines())
            file.execute(f"CREATE TABLE {table} ({', '.join(kinds)})")
            for line in server.sql(f"SELECT row_to_json(whole) FROM {table} AS whole", name).splitlines():
                row = json.loads(line)
                values = [bytes.fromhex(row[column][2:]) if kind == "bytea" and row[column] is not None else row[column]
                          for column, kind in kinds.items()]
                file.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
    file.close()
