"""Several scanners, and other sessions, at one ledger at the same time."""

import concurrent.futures
import json
import threading

from lab import Fleet, expect, expect_quiet, require, side_by_side


def four_writers(lab):
    """Each Maildir has reports about the same addresses, in another order: the writers wait for each other, none for good."""
    trials = 1 if lab.is_quick else 10
    fleet = Fleet(lab, 4, own=200 if lab.is_quick else 1500)
    for _ in range(trials):
        fleet.reset()
        fleet.expect_after_run()
        fleet.expect_no_deadlock()
    return f"{4 * trials} runs"


def first_scans(lab):
    """Nobody has made the tables, and everybody wants to."""
    fleet = Fleet(lab, 4)
    trials = 2 if lab.is_quick else 20
    for _ in range(trials):
        fleet.reset()
        fleet.expect_after_run()
    return f"{4 * trials} runs"


def small_portions(lab):
    """Many small transactions in turn, and a reader between them."""
    fleet = Fleet(lab, 3, own=60)
    expect_quiet(fleet.run(None, None, "--limit", 1))
    is_over = threading.Event()

    def ask():
        seen = []
        while not is_over.is_set():
            result = lab.program.run("report", "--format", "jsonl", "--ledger", fleet.uri())
            expect("the reader's end", (result.status, result.err), (0, b""))
            lines = [json.loads(line) for line in result.out.splitlines()]
            total = lines[0]["reports"]
            expect("reports by class", sum(line["reports"] for line in lines if line["by"] == "class"), total)
            seen.append(total)
        return seen

    def scan(station):
        while any((station.maildir / "new").iterdir()):
            expect_quiet(fleet.run(station, None, "--limit", 20))

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        reader = pool.submit(ask)
        try:
            side_by_side(scan, fleet.stations, 3)
        finally:
            is_over.set()
        seen = reader.result()
    require(seen == sorted(seen), f"the reports grew fewer: {seen}")
    fleet.expect_said()
    fleet.expect_no_deadlock()
    return f"asked {len(seen)} times"


def checks(lab):
    yield "four writers about the same addresses: no deadlock, nothing lost or doubled", lambda: four_writers(lab)
    yield "four first scans at once make one set of tables", lambda: first_scans(lab)
    yield "three writers in small portions, and a reader who sees whole states", lambda: small_portions(lab)
