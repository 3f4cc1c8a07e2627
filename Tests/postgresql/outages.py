"""The server, or the way to it, fails in the middle of a scan and comes back: the scan goes on, or the next one does."""

import ctypes
import subprocess
import threading

import disk
from lab import AWAY, MOMENTS, Fleet, Proxy, is_commit_of_batch, expect, expect_failure, expect_quiet, require
from station import Skipped, spread

QUICK_CUTS = 4
CLONE_NEWNET = 0x40000000


def some(lab, moments):
    return moments[:2] if lab.is_quick else moments


def is_started_anew(lab):
    """Away for a moment, or for two seconds: the same run goes on."""
    fleet = Fleet(lab)
    for moment in MOMENTS:
        for seconds in (0,) if lab.is_quick else (0, 2):
            fleet.reset()
            server = lab.server
            timer = threading.Timer(seconds, server.start)

            def change():
                server.kill()
                timer.start()
                if not seconds:
                    timer.join()

            result = fleet.held(moment, change)
            timer.join()
            expect_quiet(result)
            fleet.expect_said()


def is_terminated(lab):
    """An administrator ends all sessions, once: the same run goes on."""
    fleet = Fleet(lab)
    for moment in some(lab, MOMENTS):
        fleet.reset()
        ended = []

        def change():
            ended.append(lab.server.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                                        f"WHERE datname = '{fleet.name}'"))

        expect_quiet(fleet.held(moment, change))
        require(int(ended[0]) > 0, "there was no session")
        fleet.expect_said()


def cut(lab):
    """The connection breaks at a message to the server, before it arrives and before its answer does."""
    fleet = Fleet(lab)
    proxy = Proxy("127.0.0.1", lab.server.port)
    proxy.when(lambda data: False, None)
    expect_quiet(fleet.run(None, fleet.uri(port=proxy.port)))
    fleet.expect_said()
    total, stopped, cuts = proxy.sent, 0, 0
    for number in spread(QUICK_CUTS, total, lab.seed) if lab.is_quick else range(1, total + 1):
        for is_answered in (False, True):
            fleet.reset()
            count = iter(range(1, 10 * total))
            happened = []

            def act():
                happened.append(True)
                proxy.cut()

            proxy.when(lambda data: next(count) == number, act, is_answered)
            result = fleet.run(None, fleet.uri(port=proxy.port))
            if result.status:
                fleet.expect_away(result, is_committed=True)
            else:
                expect_quiet(result)
            cuts += bool(happened)
            stopped += result.status != 0
            fleet.expect_after_run()
    proxy.refuse()
    require(cuts > total // 2 or lab.is_quick and cuts, f"only {cuts} cuts")
    return f"{cuts} cuts, {stopped} runs did not go on; {total} messages in a scan"


def cut_at_commit(lab):
    """The server commits and nobody hears of it, or it never learns that it should; the run tries again."""
    fleet = Fleet(lab)
    proxy = Proxy("127.0.0.1", lab.server.port)
    for is_answered in (False, True):
        fleet.reset()
        expect_quiet(fleet.run(None, None, "--limit", 1))
        cuts = []

        def act():
            cuts.append(True)
            proxy.cut()

        proxy.when(is_commit_of_batch, act, is_answered)
        expect_quiet(fleet.run(None, fleet.uri(port=proxy.port)))
        require(cuts, "no batch was committed")
        fleet.expect_said()
    proxy.refuse()


def fails_over(lab):
    """The primary dies, the standby takes over; the URI names both."""
    for moment in some(lab, MOMENTS):
        primary = lab.make_server()
        fleet = Fleet(lab, server=primary)
        second = lab.make_standby(primary)
        uri = f"postgresql://postgres@127.0.0.1:{primary.port},127.0.0.1:{second.port}/{fleet.name}" \
              "?target_session_attrs=read-write"

        def change():
            primary.kill()
            second.promote()

        expect_quiet(fleet.held(moment, change, uri))
        fleet.server = second
        fleet.expect_said()
        primary.remove()
        second.remove()


def is_unplugged(lab):
    """A network of our own, whose only cable is pulled: nothing is acknowledged any more, and then it is again."""
    def check(lab, root):
        lab.root, lab.number, lab.servers = root, 0, []
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
            raise Skipped("no network of our own is permitted here")
        try:
            set_loopback("up")
            fleet = Fleet(lab, server=lab.make_server())
            for moment in MOMENTS:
                fleet.reset()
                fleet.expect_away(fleet.held(moment, lambda: set_loopback("down")), is_committed=moment[3])
                set_loopback("up")
                fleet.expect_after_run()
        finally:
            lab.close()

    if not lab.is_root:
        raise Skipped("needs root, for a network of our own")
    if lab.is_quick:
        raise Skipped("takes some minutes; the whole test waits for it")
    return disk.alone(lab, check)


def set_loopback(state):
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def is_full(lab):
    """A disk of the server's own, in a mount name space that goes with the check."""
    def check(lab, root):
        lab.root, lab.number, lab.servers = root, 0, []
        server = lab.make_server(full_disk_mib=64)
        try:
            return fill_up(lab, server)
        finally:
            lab.close()

    if not lab.is_root:
        raise Skipped("needs root, for a disk of the server's own")
    return disk.alone(lab, check)


def fill_up(lab, server):
    """Tries amounts of room from none to enough."""
    fleet = Fleet(lab, own=20, server=server)
    filler = server.data / "filler"
    refused = done = pages = 0
    while done < 2:
        require(pages < 8192, "no amount of room is enough")
        fleet.reset()
        server.sql("CHECKPOINT")
        disk.fill(filler, pages * disk.PAGE)
        result = fleet.run()
        filler.unlink()
        # Without room for its log the server gives up, too.
        server.recover()
        if result.status:
            fleet.expect_away(result, is_committed=True)
            refused += 1
        done = 0 if result.status else done + 1
        fleet.expect_after_run()
        pages += 48 if lab.is_quick else 8
    require(refused > 1, "the disk was never full")
    return f"{refused} runs without enough room, from 0 to {pages * disk.PAGE // 1024} KiB"


def checks(lab):
    yield "the server is killed and started anew during a scan, which goes on", lambda: is_started_anew(lab)
    yield "the sessions are terminated during a scan, which goes on", lambda: is_terminated(lab)
    which = "some messages" if lab.is_quick else "each message"
    yield f"the connection is cut at {which} of a scan, before it arrives and before its answer does", lambda: cut(lab)
    yield ("the connection is cut once at COMMIT of a batch, before it arrives and before its answer does",
           lambda: cut_at_commit(lab))
    yield "the primary dies during a scan, which goes on with the standby", lambda: fails_over(lab)
    yield "the network is unplugged during a scan", lambda: is_unplugged(lab)
    yield "the server's disk is full", lambda: is_full(lab)
