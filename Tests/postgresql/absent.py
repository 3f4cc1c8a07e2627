"""The server is not there, and stays away: a scan says so, and leaves in new/ what does not count.

Most of these wait until the program gives up, so they are made at the same time (checks.py), each with servers of its own.
"""

import os

from lab import (AWAY, MOMENTS, Fleet, Proxy, Station, check_list, expect, expect_failure, expect_quiet,
                 is_commit_of_batch, require, side_by_side)


def stopped(lab):
    server = lab.make_server()
    fleet = Fleet(lab, server=server)
    server.stop()
    questions = [["check", "bob@dest.example"], ["suppressed"], ["status"], ["prune", "--older-than", "400d"],
                 ["forget", "bob@dest.example"]]
    asked = [fleet.scan()] + [[*question, "--ledger", fleet.uri()] for question in questions]
    results = side_by_side(lambda arguments: lab.program.run(*arguments), asked, len(asked))
    fleet.expect_away(results[0])
    for result in results[1:]:
        expect_failure(result, AWAY)
    server.start()
    fleet.expect_after_run()


def crowded(lab):
    """All connections that a role may have are taken."""
    fleet = Fleet(lab, server=lab.make_server())
    fleet.server.sql("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    fleet.expect_away(fleet.run(None, fleet.uri(user="crowded")))


def killed(lab, moment):
    server = lab.make_server()
    fleet = Fleet(lab, server=server)
    result = fleet.held(moment, server.kill)
    fleet.expect_away(result, is_committed=moment[3])
    server.start()
    fleet.expect_after_run()


def frozen(lab, moment):
    """A server that takes connections and bytes, and says nothing: it hangs, or its machine does."""
    fleet = Fleet(lab, server=lab.make_server())
    proxy = Proxy("127.0.0.1", fleet.server.port)
    uri = fleet.uri(port=proxy.port)
    if moment:
        result = fleet.held(moment, proxy.swallow, uri)
    else:
        proxy.swallow()
        result = fleet.run(None, uri)
    fleet.expect_away(result, is_committed=bool(moment) and moment[3])
    proxy.refuse()
    fleet.expect_after_run()


def always_cut(lab, is_answered):
    """Each time that it wants to commit reports, the connection breaks."""
    fleet = Fleet(lab, server=lab.make_server())
    expect_quiet(fleet.run(None, None, "--limit", 1))
    left = fleet.stations[0].messages()
    proxy = Proxy("127.0.0.1", fleet.server.port)
    cuts = []

    def act():
        cuts.append(True)
        proxy.when(is_commit_of_batch, act, is_answered)
        proxy.cut()

    proxy.when(is_commit_of_batch, act, is_answered)
    result = fleet.run(None, fleet.uri(port=proxy.port))
    proxy.when(lambda data: False, None)
    require(cuts, "no batch was committed")
    # What the server has committed without a word is known when it comes again.
    if is_answered and result.status == 0:
        expect_quiet(result)
    else:
        expect_failure(result, AWAY)
        expect("the files", fleet.stations[0].messages(), left)
    proxy.refuse()
    fleet.expect_after_run()
    return f"{len(cuts)} times"


def standby(lab):
    """A standby answers questions, and takes no scan."""
    primary = lab.make_server()
    fleet = Fleet(lab, server=primary)
    second = lab.make_standby(primary)
    uri, empty = second.uri(fleet.name), second.uri(fleet.name + "empty")
    fleet.expect_after_run()
    fleet.reset(has_database=False)
    primary.database(fleet.name + "empty")
    for command, status in [(["suppressed"], 0), (["address", "bob@dest.example"], 0), (["report"], 0),
                            (["check", "bob@dest.example"], 1)]:
        result = lab.program.run(*command, "--ledger", uri)
        expect(f"the end of {command}", (result.status, result.err), (status, b""))
        said = lab.program.run(*command, "--ledger", fleet.uri()).out
        expect(f"what {command} says", result.out, said.replace(fleet.uri().encode(), uri.encode()))
    for command in (["status"], ["brake", "list"], ["ledger", "verify"]):
        expect_quiet(lab.program.run(*command, "--ledger", uri), f"{command}")
    listed = check_list(lab, uri, "bob@dest.example\nnobody@dest.example\n")
    expect("check --batch", (listed.status, listed.out, listed.err), (0, b"nobody@dest.example\n", b""))
    writing = [["prune", "--older-than", "400d"], ["forget", "bob@dest.example"],
               ["suppress", "ann@dest.example", "--reason", "unsubscribed"]]
    station = Station(fleet.stations[0].root.parent / "second")
    asked = [fleet.scan(None, uri), fleet.scan(station, empty)] + [[*words, "--ledger", uri] for words in writing]
    results = side_by_side(lambda arguments: lab.program.run(*arguments), asked, len(asked))
    fleet.expect_away(results[0])
    for result in results[1:]:
        expect_failure(result, AWAY)
    require(len(os.listdir(station.maildir / "new")) == len(station.sent), "the second scan moved something")


def locked(lab):
    """Another session holds the ledger's tables and does not let go; then it does."""
    server = lab.make_server()
    fleet = Fleet(lab, server=server)
    expect_quiet(fleet.run(None, None, "--limit", 1))
    left = fleet.stations[0].messages()
    holder = server.session(fleet.name)
    holder.say("BEGIN; LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE;")
    expect_failure(fleet.run(), AWAY)
    expect("the files", fleet.stations[0].messages(), left)
    holder.end()
    fleet.expect_after_run()


def checks(lab):
    names = {"openat": "before its commit", "renameat2": "after its commit", "fsync": "at its end"}
    moments = MOMENTS[:1] if lab.is_quick else MOMENTS
    yield "the server is stopped", lambda: stopped(lab)
    yield "the server has no connection left", lambda: crowded(lab)
    for moment in moments:
        yield f"the server is killed during a scan, {names[moment[0]]}", lambda moment=moment: killed(lab, moment)
    yield "the server says nothing from the start", lambda: frozen(lab, None)
    for moment in moments:
        yield f"the server says nothing any more, {names[moment[0]]}", lambda moment=moment: frozen(lab, moment)
    yield "the connection is cut at each COMMIT of a batch, before it arrives", lambda: always_cut(lab, False)
    yield "the connection is cut at each COMMIT of a batch, before its answer does", lambda: always_cut(lab, True)
    yield "a standby answers questions and takes no scan", lambda: standby(lab)
    yield "another session has locked the ledger", lambda: locked(lab)
