"""A Maildir with a few reports, a ledger and an archive; the program that works on them; and what they hold."""

import collections
import concurrent.futures
import dataclasses
import hashlib
import io
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tarfile

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "Examples" / "sample-maildir"


def mails():
    """name -> content: a message of each kind, one report twice, and bytes that are no mail."""
    samples = sorted(SAMPLES.glob("*.eml"))
    found = {f"{1_700_000_000 + number}.M{number}.host": path.read_bytes() for number, path in enumerate(samples)}
    require(len(found) > 10, f"no samples in {SAMPLES}")
    found["1700000900.copy.host"] = found["1700000000.M0.host"]
    found["1700000901.junk.host"] = bytes(range(256)) * 4
    return found


# Calls that can change what is on a disk, or make a change last.
CHANGING = "write,pwrite64,fsync,fdatasync,ftruncate,fallocate,openat,open,renameat2,rename,linkat,link,unlinkat," \
           "unlink,mkdirat,mkdir,fchmod,fchown,utimensat"
# Longer than the half minute that a scan waits for a ledger which another program has locked.
RUN_SECONDS = 120


class Failure(Exception):
    """A check that did not hold; its text says what was expected and what was found."""


class Skipped(Exception):
    """The check cannot be made here; its text says why."""


def expect(what, found, expected):
    if found != expected:
        raise Failure(f"{what}: expected {shorten(expected)}, found {shorten(found)}")


def require(condition, what):
    if not condition:
        raise Failure(what)


def shorten(value):
    text = repr(value)
    return text if len(text) < 600 else text[:600] + "…"


def spread(count, total, seed):
    """About so many of the numbers 1 … total, evenly spread, the first of them by chance."""
    step = max(1, total // count)
    return range(random.Random(seed).randint(1, step), total + 1, step)


@dataclasses.dataclass
class Result:
    status: int
    out: bytes
    err: bytes

    @property
    def lines(self):
        return self.err.decode(errors="replace").splitlines()


class Program:
    """The program under test, on its own or under meddle. `prefix` is a command that starts what stands behind it."""

    def __init__(self, binary, meddle):
        self.binary, self.meddle = str(binary), str(meddle)

    def run(self, *arguments, **options):
        """Runs to the end."""
        return finish(self.start(*arguments, **options))

    def start(self, *arguments, prefix=(), **options):
        return started([*prefix, self.binary, *map(str, arguments)], **options)

    def meddled(self, specs, *arguments, prefix=(), **options):
        """Runs under meddle. Returns the result and the number of calls that the first of the specs was about."""
        reader, writer = os.pipe()
        try:
            command = [*prefix, self.meddle, str(writer), *map(str, specs), "--", self.binary, *map(str, arguments)]
            child = started(command, pass_fds=[writer], **options)
            os.close(writer)
            writer = -1
            result = finish(child)
            report = dict(line.split() for line in os.read(reader, 4096).decode().splitlines() if " " in line)
        finally:
            os.close(reader)
            if writer >= 0:
                os.close(writer)
        if result.status == 125:
            raise Failure(f"the program could not be traced: {result.err!r}")
        return result, int(report.get("met", 0))

    def held(self, calls, path, nth, change, *arguments, specs=(), prefix=(), **options):
        """Stops the program before its nth such call, calls `change`, and lets it go on. Returns its result and whether
        there was such a call."""
        reader, writer = os.pipe()
        control_reader, control_writer = os.pipe()
        command = [*prefix, self.meddle, str(writer), "hold", calls, str(path), str(nth), str(control_reader), *specs,
                   "--", self.binary, *map(str, arguments)]
        child = started(command, pass_fds=[writer, control_reader], **options)
        os.close(writer)
        os.close(control_reader)
        try:
            was_held = os.read(reader, 5) == b"held\n"
            if was_held:
                change()
        finally:
            os.close(control_writer)  # the end of the file lets it go on
            result = finish(child)
            os.close(reader)
        return result, was_held


def started(command, **options):
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=options.pop("stdout", subprocess.PIPE),
                            stderr=subprocess.PIPE, **options)


def finish(child):
    """Waits for the end."""
    try:
        out, err = child.communicate(timeout=RUN_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise Failure(f"the program was still at work after {RUN_SECONDS} s") from None
    return Result(child.returncode, out or b"", err)


class Station:
    """A folder with a Maildir that holds each sample, one of them twice under two names, and one mail that is none."""

    def __init__(self, root, archive=None):
        self.root = pathlib.Path(root)
        self.maildir = self.root / "Maildir"
        self.ledger = self.root / "state" / "ledger.sqlite"
        self.archive = pathlib.Path(archive) if archive else None
        self.names = {str(self.root): "ROOT"} | ({str(self.archive): "ARCHIVE"} if archive else {})
        self.sent = {}
        self.reset()

    def reset(self):
        for folder in [self.root] + ([self.archive] if self.archive else []):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in ("new", "cur", "tmp"):
            (self.maildir / folder).mkdir(parents=True)
        self.ledger.parent.mkdir()
        self.sent.clear()
        for name, content in MAILS.items():
            self.deliver(name, content)

    def deliver(self, name, content, folder="new"):
        name = os.fsencode(name)
        path = os.path.join(os.fsencode(self.maildir), os.fsencode(folder), name)
        with open(path, "wb") as file:
            file.write(content)
        # The same date in every trial.
        os.utime(path, (1_700_000_000, 1_700_000_000))
        self.sent[name] = hashlib.sha256(content).hexdigest()

    def fill(self, count):
        """Reports about so many addresses more."""
        sample = MAILS["1700000000.M0.host"]
        for number in range(count):
            domain = b"dest%d.example" % (number % 50)
            content = sample.replace(b"dest.example", domain).replace(b"bob@", b"user%d@" % number)
            content = content.replace(b"Message-Id: <", b"Message-Id: <%d." % number)
            self.deliver(f"{1_700_001_000 + number}.F{number}.host", content)

    def prepare(self, program):
        """What is done after reset() and before the work that a check is about."""

    def clear(self):
        """An empty Maildir."""
        for path in (self.maildir / "new").iterdir():
            path.unlink()
        self.sent.clear()

    def scan_arguments(self, *more):
        arguments = ["scan", "--maildir", self.maildir, "--ledger", self.ledger, *more]
        return arguments + (["--archive", self.archive] if self.archive else [])

    def folders(self):
        """The folders in which a message can stand."""
        folders = [self.maildir / "new", self.maildir / "cur"]
        if self.archive and self.archive.exists():
            folders += sorted(self.archive.glob("*/new")) + sorted(self.archive.glob("*/cur"))
        return folders

    def messages(self):
        """place -> digest, over all places where a message can stand; tmp/ is none."""
        found = {}
        for folder in self.folders():
            place = replaced(os.fsencode(folder), self.names)
            for name in os.listdir(os.fsencode(folder)):
                path = os.path.join(os.fsencode(folder), name)
                if os.path.isfile(path) and not os.path.islink(path):
                    found[place + b"/" + name] = digest(path)
        return found

    def expect_all(self):
        """Each message that was ever delivered stands somewhere, once, with its bytes."""
        expected = collections.Counter(self.sent.values())
        expect("messages by content", collections.Counter(self.messages().values()), expected)

    def expect_done(self):
        """What an undisturbed run leaves."""
        self.expect_all()
        require(not os.listdir(self.maildir / "new"), "the undisturbed run left something in new/")
        expect("deliveries in the ledger", len(self.dump()["delivery"]), len(self.sent))

    def dump(self):
        return dump(self.ledger, self.names)

    def answers(self, program):
        """What the commands that ask the ledger say."""
        answers = []
        for question in (["suppressed", "--format", "csv"], ["address", "bob@dest.example"],
                         ["address", "dave@slow.example"]):
            result = program.run(*question, "--ledger", self.ledger)
            expect(f"the end of {question}", (result.status, result.err), (0, b""))
            require(result.out, f"no answer to {question}")
            answers.append(replaced(result.out, self.names))
        return answers

    def state(self):
        """All that a later run can see: every file of the station, by name and content."""
        found = []
        for top in [self.root] + ([self.archive] if self.archive else []):
            for folder, _, names in os.walk(top):
                found += [(folder, name, digest(os.path.join(folder, name))) for name in sorted(names)]
        return hashlib.sha256(repr(sorted(found)).encode()).hexdigest()


def archived(lab, place):
    """Makes stations whose scan moves into an archive there, each into its own, or into cur/."""
    archive = lab.archive(place)
    return lambda root: Station(root, archive and archive + root.name)


class Backlog(Station):
    """A station whose Maildir is reprocessed where it stands, with an mbox and a packed tar archive of other reports."""

    def reset(self):
        super().reset()
        others = [content.replace(b"Message-Id: <", b"Message-Id: <other.").replace(b"bob@", b"robert@")
                  for content in MAILS.values() if b"Message-Id: <" in content]
        self.others = len(set(others))
        half = len(others) // 2
        with open(self.root / "old.mbox", "wb") as mbox:
            for content in others[:half]:
                mbox.write(b"From MAILER-DAEMON Tue Nov 14 22:13:20 2023\n" + content.replace(b"\nFrom ", b"\n>From ") + b"\n")
        with tarfile.open(self.root / "old.tar.gz", "w:gz") as archive:
            for number, content in enumerate(others[half:]):
                member = tarfile.TarInfo(f"Maildir/cur/{1_700_000_000 + number}.T{number}.host:2,S")
                member.size, member.mtime = len(content), 1_700_000_000
                archive.addfile(member, io.BytesIO(content))

    def scan_arguments(self, *more):
        return ["reprocess", self.maildir, self.root / "old.mbox", self.root / "old.tar.gz", "--ledger", self.ledger, *more]

    def expect_done(self):
        self.expect_all()
        expect("messages in new/", len(os.listdir(self.maildir / "new")), len(self.sent))
        expect("deliveries in the ledger", len(self.dump()["delivery"]), len(self.sent) + self.others)


class Derived(Station):
    """A station that was scanned, and whose ledger is then derived anew."""

    def __init__(self, root, option):
        self.option = option
        super().__init__(root)

    def prepare(self, program):
        expect_quiet(program.run(*super().scan_arguments()), "the scan before")

    def scan_arguments(self, *more):
        sources = [self.maildir] if self.option == "--reclassify" else []
        return ["reprocess", self.option, *sources, "--yes", "--ledger", self.ledger, *more]


class Reference:
    """What an undisturbed scan makes of a station."""

    def __init__(self, program, station, *more):
        station.prepare(program)
        expect_quiet(program.run(*station.scan_arguments(*more)))
        station.expect_done()
        self.files, self.ledger, self.answers = station.messages(), station.dump(), station.answers(program)

    def expect(self, program, station):
        """The same files, and the same ledger, in this station."""
        station.expect_all()
        expect("the files", station.messages(), self.files)
        expect_same_ledger(station.dump(), self.ledger)
        expect("the program's answers", station.answers(program), self.answers)

    def expect_after_run(self, program, station, *more):
        """The same, when a plain run has put right what was left."""
        expect_quiet(program.run(*station.scan_arguments(*more)), "the next run")
        self.expect(program, station)


def expect_quiet(result, what="the run"):
    expect(f"{what}'s status and standard error", (result.status, result.err), (0, b""))


def digest(path):
    hash = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            hash.update(chunk)
    return hash.hexdigest()


# Tables that a set of mails determines, and the columns of theirs that hold a row number of `term`. Left out are
# `run` and `run_count`, which tell when the program ran.
TABLES = {
    "delivery": {"maildir", "class", "origin", "dialect", "reporting_mta", "folder", "stream"},
    "outcome": {"kind", "reason", "remote_mta"},
    "address": {"reason", "held_reason"},
    "action": {"reason", "author"}, "base": {"reason", "held_reason"}, "pruned": set(), "forgotten": {"reason"},
    "tally": {"class", "origin"}, "tally_pruned": {"class", "origin"}, "rule_hit": {"rule"},
    "brake_member": {"provider", "reason"}, "brake_hour": {"provider", "reason"},
    "brake_decision": {"provider", "reason", "author"},
}


def dump(ledger, names=None):
    """What a ledger says, without row numbers and without the record of runs: table -> sorted rows."""
    # Not mode=ro: what a killed writer left in the WAL counts.
    with sqlite3.connect(ledger) as database:
        database.text_factory = bytes
        expect("the ledger's integrity", database.execute("PRAGMA integrity_check").fetchall(), [(b"ok",)])
        terms = dict(database.execute("SELECT id, text FROM term"))
        deliveries = dict(database.execute("SELECT id, name FROM delivery"))
        addresses = dict(database.execute("SELECT id, address FROM address"))
        content = {}
        for table, term_columns in TABLES.items():
            columns = [row[1].decode() for row in database.execute(f"PRAGMA table_info({table})")]
            require(columns, f"the ledger has no table {table}")
            rows = []
            for row in database.execute(f"SELECT * FROM {table}"):
                values = dict(zip(columns, row))
                for column in term_columns:
                    values[column] = terms.get(values[column])
                number = values.pop("id", None)
                if table == "delivery":
                    # When a run first saw it: the present.
                    values.pop("first_seen", None)
                    values["duplicate_of"] = deliveries.get(values["duplicate_of"])
                if table == "outcome":
                    values["delivery"], values["place"] = deliveries.get(number >> 20), number & (1 << 20) - 1
                if table in ("outcome", "action", "base", "brake_member"):
                    values["address"] = addresses.get(values["address"])
                rows.append(tuple(replaced(values[column], names or {}) for column in sorted(values)))
            content[table] = sorted(rows, key=repr)
    database.close()
    return content


def replaced(value, names):
    if isinstance(value, bytes):
        for old, new in names.items():
            value = value.replace(old.encode(), new.encode())
    return value


def expect_same_ledger(found, expected):
    for table, rows in expected.items():
        if found[table] != rows:
            missing = [row for row in rows if row not in found[table]]
            extra = [row for row in found[table] if row not in rows]
            raise Failure(f"the ledger's {table}: missing {shorten(missing[:2])}, too much {shorten(extra[:2])}, "
                          f"{len(found[table])} rows of {len(rows)}")


def expect_failure(result, status, *words):
    """This exit status, or one of these, and exactly one line on standard error, which holds each of the words."""
    allowed = status if isinstance(status, tuple) else (status,)
    require(result.status in allowed, f"exit status {result.status} instead of {allowed}: {shorten(result.err)}")
    require(len(result.lines) == 1, f"not one line on standard error: {shorten(result.err)}")
    for word in words:
        require(word in result.lines[0], f"no {word!r} in the line {result.lines[0]!r}")


def side_by_side(work, items, workers=2):
    """Does the work on each item, some at a time; the first failure ends it."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(work, item) for item in items]
        try:
            return [job.result() for job in jobs]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


MAILS = mails()
