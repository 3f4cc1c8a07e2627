#!/usr/bin/env python3
"""How long `check` takes: one address, and a list of a million, against a ledger of many.

    Benchmarks/check.py [--addresses 10000000] [--list 1000000] [--runs 1000] [--folder DIR]

Makes the ledger (kept in the folder for the next time), then measures. Needs a release build (make build), and for ten
million addresses 4 GB of disk. Each figure of `check ADDRESS` is a whole process, from its start to its end.
"""

import argparse
import os
import pathlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / ".build/release/maildir-bounce"


def address(number):
    return f"u{number:08d}@d{number % 5000}.example"


def make_ledger(path, count):
    """One address imported by the program, and as many more like it, each with its action, written as SQL."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    subprocess.run([PROGRAM, "import", "--ledger", part], input=b"first@dest.example\n", check=True)
    ledger = sqlite3.connect(part)
    ledger.executescript(
        f"""
        PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; PRAGMA temp_store = MEMORY;
        BEGIN;
        CREATE TEMP TABLE model AS SELECT * FROM address;
        CREATE TEMP TABLE deed AS SELECT * FROM action;
        CREATE TEMP TABLE number AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1)
            SELECT i FROM n;
        INSERT INTO address (id, address, hard, soft, delayed, delivered, complaint, auto_reply, other, last_action,
                streak, streaks, cause, reason, since, days)
            SELECT i + 2, printf('u%08d@d%d.example', i, i % 5000), hard, soft, delayed, delivered, complaint, auto_reply,
                other, last_action, streak, streaks, cause, reason, since, days FROM number, model;
        INSERT INTO action (id, address, at, kind, reason, author)
            SELECT i + 2, i + 2, at, kind, reason, author FROM number, deed;
        COMMIT;
        """
    )
    ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    ledger.close()
    part.rename(path)


def run(arguments, source=None):
    """Seconds, seconds of processor time, and the most memory of the process in MiB."""
    started = time.perf_counter()
    process = subprocess.Popen([PROGRAM, *arguments], stdin=source or subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{arguments[0]} ended with {process.returncode}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def report(name, runs):
    times = sorted(1000 * elapsed for elapsed, _, _ in runs)
    processor = statistics.median(1000 * used for _, used, _ in runs)
    print(
        f"{name}: median {statistics.median(times):.1f} ms, 99 % {times[len(times) * 99 // 100]:.1f} ms, "
        f"longest {times[-1]:.1f} ms of {len(times)} runs; processor {processor:.1f} ms",
        flush=True,
    )


def write_list(path, numbers):
    with open(path, "w") as file:
        file.writelines(address(number) + "\n" for number in numbers)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--addresses", type=int, default=10_000_000)
    parser.add_argument("--list", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()))
    options = parser.parse_args()
    if not PROGRAM.exists():
        sys.exit(f"{PROGRAM} is missing: make build")
    ledger = options.folder / f"check-{options.addresses}.sqlite"
    source = options.folder / "check-list.txt"
    if not ledger.exists():
        make_ledger(ledger, options.addresses)
    print(f"ledger: {ledger.stat().st_size / 2**20:.0f} MiB", flush=True)

    generator = random.Random(6)
    known = [address(generator.randrange(options.addresses)) for _ in range(options.runs)]
    unknown = [address(options.addresses + generator.randrange(options.addresses)) for _ in range(options.runs)]
    report("--version (no ledger)", [run(["--version"]) for _ in range(options.runs)])
    report("check, suppressed", [run(["check", one, "--ledger", str(ledger)]) for one in known])
    report("check, not known", [run(["check", one, "--ledger", str(ledger)]) for one in unknown])

    # Half of them known; scattered, then in order.
    numbers = [generator.randrange(2 * options.addresses) for _ in range(options.list)]
    for order in ("scattered", "sorted"):
        write_list(source, numbers)
        with open(source) as file:
            seconds, used, memory = run(["check", "--batch", "--ledger", str(ledger)], file)
        print(
            f"check --batch of {options.list}, {order}: {seconds:.1f} s, processor {used:.1f} s, {memory:.0f} MiB",
            flush=True,
        )
        numbers.sort()
    source.unlink()


if __name__ == "__main__":
    main()
