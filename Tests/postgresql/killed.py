"""SIGKILL for scanners that share one ledger, again and again; then plain runs must put everything right."""

import random
import threading

from lab import Failure, Fleet, Proxy, expect, require, side_by_side
from station import CHANGING, spread

# Calls by which a scan moves what was committed, reads what was not, or does anything at all: the network, too.
CALLS = ["*", "*", CHANGING, "renameat2", "openat", "fsync"]
QUICK_TRIALS, TRIALS, ROUNDS = 2, 30, 6
QUICK_KILLS = 4


def totals(fleet, calls):
    """How many of these calls a scan makes."""
    fleet.reset()
    result, total = fleet.lab.program.meddled(["kill", calls, 0], *fleet.scan())
    expect("the status of a run under meddle", (result.status, result.err), (0, b""))
    require(total > 0, f"a scan makes no call {calls}")
    return total


def three_scanners(lab):
    """Each round starts all three, kills each somewhere, and so goes on with what the round before has left."""
    fleet = Fleet(lab, 3, own=40)
    total = {calls: totals(fleet, calls) for calls in set(CALLS)}
    chance = random.Random(lab.seed)
    kills = runs = 0
    for trial in range(QUICK_TRIALS if lab.is_quick else TRIALS):
        fleet.reset()
        for _ in range(ROUNDS):
            orders = []
            for station in fleet.stations:
                calls = chance.choice(CALLS)
                limit = ["--limit", chance.randint(1, 40)] if chance.random() < 0.7 else []
                orders.append((station, calls, chance.randint(1, total[calls]), limit))

            def scan(order):
                station, calls, at, limit = order
                result, _ = lab.program.meddled(["kill", calls, at], *fleet.scan(station, None, *limit))
                require(result.status in (0, 137), f"status {result.status}, killed at call {at} of {calls}: {result.err!r}")
                return result.status

            statuses = side_by_side(scan, orders, 3)
            kills += statuses.count(137)
            runs += 3
        try:
            fleet.expect_after_run()
        except Failure as failure:
            raise Failure(f"trial {trial} of seed {lab.seed}: {failure}") from failure
        fleet.expect_no_deadlock()
    require(kills > runs // 4, f"only {kills} kills in {runs} runs")
    return f"{kills} kills in {runs} runs"


def any_time(lab):
    """Without a tracer, which makes a program slow: a kill comes when it comes."""
    fleet = Fleet(lab, 3, own=300 if lab.is_quick else 3000)
    chance = random.Random(lab.seed)
    kills = 0
    for trial in range(1 if lab.is_quick else 5):
        fleet.reset()
        for _ in range(ROUNDS):
            children = [lab.program.start(*fleet.scan(station)) for station in fleet.stations]
            timers = [threading.Timer(chance.uniform(0.01, 0.6), child.kill) for child in children]
            for timer in timers:
                timer.start()
            for child, timer in zip(children, timers):
                _, err = child.communicate()
                timer.cancel()
                require(child.returncode in (0, -9), f"status {child.returncode}: {err!r}")
                kills += child.returncode == -9
        try:
            fleet.expect_after_run()
        except Failure as failure:
            raise Failure(f"trial {trial} of seed {lab.seed}: {failure}") from failure
        fleet.expect_no_deadlock()
    require(kills > 0, "nothing was killed")
    return f"{kills} kills"


def at_messages(lab):
    """One scanner is killed when it says something to the server: the server hears it, or does not."""
    fleet = Fleet(lab)
    proxy = Proxy("127.0.0.1", lab.server.port)
    proxy.when(lambda data: False, None)
    expect("the status", fleet.run(None, fleet.uri(port=proxy.port)).status, 0)
    fleet.expect_said()
    total, kills = proxy.sent, 0
    for number in spread(QUICK_KILLS, total, lab.seed) if lab.is_quick else range(1, total + 1):
        for is_answered in (False, True):
            fleet.reset()
            count = iter(range(1, 10 * total))
            proxy.when(lambda data: next(count) == number, lambda: child.kill(), is_answered)
            child = lab.program.start(*fleet.scan(None, fleet.uri(port=proxy.port)))
            _, err = child.communicate(timeout=120)
            require(child.returncode in (0, -9), f"status {child.returncode}: {err!r}")
            kills += child.returncode == -9
            try:
                fleet.expect_after_run()
            except Failure as failure:
                when = "answered" if is_answered else "sent"
                raise Failure(f"killed when message {number} of {total} was {when}: {failure}") from failure
    proxy.refuse()
    require(kills > total // 2 or lab.is_quick and kills, f"only {kills} kills")
    return f"{kills} kills, {total} messages in a scan"


def checks(lab):
    yield "three scanners of three Maildirs, killed at system calls, lose and double nothing", lambda: three_scanners(lab)
    yield "three scanners of three Maildirs, killed at any time, lose and double nothing", lambda: any_time(lab)
    which = "some messages" if lab.is_quick else "each message"
    yield f"a scanner killed at {which} to the server, before it arrives and before the answer does", lambda: at_messages(lab)
