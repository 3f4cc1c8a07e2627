"""What makes no difference: a dry run, the order and the portions of the mails, the number of threads, the clock."""

import errno
import os
import random
import sqlite3

from station import MAILS, Reference, Station, digest, expect, expect_quiet, require

# Calls by which a file or folder is changed, or made to last.
WRITING = "write,pwrite64,fsync,fdatasync,ftruncate,fallocate,renameat2,rename,linkat,link,unlinkat,unlink,mkdirat," \
          "mkdir,fchmod,fchown,utimensat,flock"
WORK = "*/maildir-bounce-faults.*/lab/*"
TRIALS, QUICK_TRIALS = 200, 4

# For clock.c: the first time that is told, and how the clock goes on from there.
CLOCKS = [(1_800_000_000, -3600), (0, 0), (1_800_000_000, 0), (1_800_000_000, 86_400 * 365), (5, -1),
          (4_102_444_800, -86_400), (2**31 - 1, 1)]


def tree(top):
    """Every file and folder, by name: kind, mode, owner, size, times of change, and content."""
    found = {}
    for folder, folders, names in os.walk(top):
        for name in [".", *folders, *names]:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            content = digest(path) if os.path.isfile(path) else None
            found[path] = (status.st_mode, status.st_uid, status.st_size if content else 0, status.st_mtime_ns,
                           status.st_ctime_ns, status.st_ino, content)
    return found


def dry_run(lab):
    """Nothing at all changes, for a user who may only read, whatever state the ledger is in."""
    def nothing(station):
        pass

    def scanned(station):
        expect_quiet(lab.program.run(*station.scan_arguments("--limit", 5)))

    def killed(station):
        result, _ = lab.program.meddled(["kill", "renameat2", 4], *station.scan_arguments())
        expect("the status of a run that was killed", result.status, 137)
        require(os.path.getsize(f"{station.ledger}-wal") > 0, "there is nothing in the WAL")

    def in_use(station):
        scanned(station)
        writer = sqlite3.connect(station.ledger, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO setting VALUES ('x', 'y')")
        return writer

    runs = 0
    for place in [None] if lab.is_quick else [None, lab.root]:
        for prepare in (nothing, killed) if lab.is_quick else (nothing, scanned, killed, in_use):
            station = Station(lab.folder() / "station", lab.archive(place))
            writer = prepare(station)
            for folder, _, names in os.walk(station.root):
                os.chmod(folder, 0o555)
                for name in names:
                    os.chmod(os.path.join(folder, name), 0o444)
            before = tree(station.root)
            questions = [["address", "bob@dest.example"], ["suppressed"], ["check", "bob@dest.example"]]
            commands = [station.scan_arguments("--dry-run", *more)
                        for more in ([], ["--format", "jsonl"], ["--format", "csv"])]
            commands.append(["classify", station.maildir])
            if prepare is not nothing:
                commands += [[*question, "--ledger", station.ledger] for question in questions]
            for command in commands:
                result = lab.program.run(*command, prefix=lab.as_user)
                require(result.status in (0, 1) and result.out, f"{command}: {result}")
                expect("standard error", result.err, b"")
                expect(f"the files after {command}", tree(station.root), before)
                _, writes = lab.program.meddled(["fail", WRITING, WORK, 1, 1_000_000, errno.EROFS], *command,
                                                prefix=lab.as_user)
                expect(f"calls of {command} that write", writes, 0)
                expect(f"the files after {command}", tree(station.root), before)
                runs += 2
            require(prepare is not nothing or not station.archive or not station.archive.exists(), "there is an archive")
            if writer:
                writer.close()
            # Whoever clears up may not be root.
            for folder, _, _ in os.walk(station.root):
                os.chmod(folder, 0o755)
    return f"{runs} runs"


def foretells(lab):
    """The verdicts of a dry run are those of the scan."""
    for _, place in lab.ways():
        station = Station(lab.folder() / "station", lab.archive(place))
        dry = lab.program.run(*station.scan_arguments("--dry-run", "--format", "jsonl"))
        wet = lab.program.run(*station.scan_arguments("--format", "jsonl"))
        expect_quiet(dry)
        expect_quiet(wet)
        require(len(wet.out.splitlines()) == len(MAILS), "not a line for each mail")
        expect("the lines", dry.out, wet.out)


def any_order(lab):
    """The mails come in any order and are scanned in any portions: the ledger is the same."""
    station = Station(lab.folder() / "station")
    expected = Reference(lab.program, station)
    chance = random.Random(lab.seed)
    runs = 0
    trials = QUICK_TRIALS if lab.is_quick else TRIALS
    for trial in range(trials):
        station.reset()
        station.clear()
        names = list(MAILS)
        chance.shuffle(names)
        portion = [1, 2, 1000, None][trial % 4]
        while names:
            for _ in range(min(len(names), chance.randint(1, 6))):
                station.deliver(names[0], MAILS[names.pop(0)])
            more = ["--limit", portion] if portion else []
            expect_quiet(lab.program.run(*station.scan_arguments(*more)))
            runs += 1
        while os.listdir(station.maildir / "new"):
            expect_quiet(lab.program.run(*station.scan_arguments(*(["--limit", portion] if portion else []))))
            runs += 1
        expected.expect(lab.program, station)
    return f"{trials} orders, {runs} runs"


def fewer_threads(lab):
    """The system has no thread to give, or only one, when the two that read mails are wanted."""
    station = Station(lab.folder() / "station")
    expected = Reference(lab.program, station)
    for first, number in ((1, 2), (2, 1), (1, 1)):
        station.reset()
        result, met = lab.program.meddled(["fail", "clone3", "*", first, number, errno.EAGAIN],
                                          *station.scan_arguments())
        expect_quiet(result)
        require(met >= 2, f"{met} threads were wanted")
        expected.expect(lab.program, station)


def clock(lab):
    """The clock goes backwards, stands still, leaps, or is decades off."""
    with_clock = dict(os.environ, LD_PRELOAD=str(lab.clock))
    runs = 0
    for place in {None, lab.other_disk}:
        station = Station(lab.folder() / "station", lab.archive(place))
        expected = Reference(lab.program, station)
        for start, step in CLOCKS[:2] if lab.is_quick else CLOCKS:
            station.reset()
            environment = with_clock | {"CLOCK_START": str(start), "CLOCK_STEP": str(step)}
            for more in (["--limit", 7], []):
                expect_quiet(lab.program.run(*station.scan_arguments(*more), env=environment))
                runs += 1
            expected.expect(lab.program, station)
            with sqlite3.connect(station.ledger) as database:
                for started, ended in database.execute("SELECT started, ended FROM run"):
                    direction = (ended > started) - (ended < started)
                    expect("the way that the clock went", direction, (step > 0) - (step < 0))
            database.close()
    return f"{runs} runs"


def checks(lab):
    yield "a dry run, and whoever asks, changes not a byte, as a user who may only read", lambda: dry_run(lab)
    yield "a dry run's verdicts are those of the scan that follows", lambda: foretells(lab)
    yield "any order of arrival and any portions give the same ledger", lambda: any_order(lab)
    yield "no thread, or one, in place of two gives the same ledger", lambda: fewer_threads(lab)
    yield "a clock that goes backwards, stands still, leaps or is decades off", lambda: clock(lab)
