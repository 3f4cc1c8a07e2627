"""The unit tests of the ledger, each with its ledger on a server."""

import os
import re
import subprocess

import ports
import server
from lab import REPOSITORY, Failure, expect, require
from station import Skipped

SECONDS = 1800


def conformance(lab):
    bundles = list((REPOSITORY / ".build" / "debug").glob("*PackageTests.xctest"))
    if not bundles and os.environ.get("CI") != "true":
        raise Skipped("the tests are not built: swift build --build-tests")
    before = int(lab.server.sql("SELECT pg_current_xact_id()"))
    done = subprocess.run(["swift", "test", "--skip-build", "--filter", "LedgerTests"], cwd=REPOSITORY, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS,
                          env=os.environ | {"MAILDIR_BOUNCE_TEST_POSTGRESQL": lab.server.uri()})
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if "error:" in line or "✘" in line] or done.stdout.splitlines()
        raise Failure(f"swift test ended with {done.returncode}:\n  # " + "\n  # ".join(said[-20:]))
    made = int(lab.server.sql("SELECT pg_current_xact_id()")) - before
    # A suite that knows nothing of the variable would pass, too.
    require(made > 100, f"the tests made {made} transactions on the server")
    counted = re.findall(r"(\d+) tests?\b", done.stdout)
    return f"{max(map(int, counted), default=0)} tests, {made} transactions"


def taken_port(lab):
    """A port that another program took while it was thought to be free."""
    thief = ports.listener()
    number, free_port = thief.getsockname()[1], server.free_port
    answers = [number]
    server.free_port = lambda: answers.pop() if answers else free_port()
    try:
        mine = lab.make_server()
        require(not answers and mine.port != number, f"it is at {mine.port}, and {number} is taken")
        expect("what it answers", mine.sql("SELECT 1"), "1\n")
    finally:
        server.free_port = free_port
        thief.close()


def checks(lab):
    yield "a server whose port another program took is at another one", lambda: taken_port(lab)
    yield "the unit tests of the ledger, on PostgreSQL", lambda: conformance(lab)
