"""The mirrors, step by step: what they do with each kind of line, twice the same, cut lines and kills."""

import json
import sqlite3
import subprocess
import sys
import time

from lab import ADDRESSES, HOOKS, REPOSITORY, Place, check, has, missing, run as run_command

sys.path += [str(REPOSITORY / "Tests" / "exports")]
import exports  # noqa: E402

ROWS = "SELECT name, stream, cause FROM suppressed"
STATE = "SELECT name, stream, cause, reason, address_key FROM suppressed ORDER BY name, stream"


class SQLiteMirror:
    """A table that mirror.py, or mirror.php, keeps in SQLite."""

    def __init__(self, folder, name):
        self.name, self.path = f"{name} in SQLite", folder / f"{name}.sqlite"
        target = self.path
        if name == "mirror.php":
            target = folder / "mirror.php.json"
            target.write_text(json.dumps({"dsn": f"sqlite:{self.path}"}))
            target.chmod(0o600)
        self.command = [str(HOOKS / name), str(target)]

    def query(self, sql):
        with sqlite3.connect(self.path, timeout=60) as database:
            found = [tuple(field.decode() if isinstance(field, bytes) else field for field in row) for row in database.execute(sql)]
        database.close()
        return found

    def close(self):
        pass


class MariaDBMirror:
    """A table that mirror.php keeps in a MariaDB of the test's own."""

    name = "mirror.php in MariaDB"

    def __init__(self, folder):
        self.server = exports.MariaDB(folder)
        if problem := self.server.start():
            raise RuntimeError(problem)
        target = folder / "mariadb.json"
        dsn = f"mysql:unix_socket={self.server.socket};dbname=test;charset=utf8mb4"
        target.write_text(json.dumps({"dsn": dsn, "user": "root", "password": ""}))
        target.chmod(0o600)
        self.command = [str(HOOKS / "mirror.php"), str(target)]

    def query(self, sql):
        def text(field):
            return None if field == "NULL" else int(field) if field.isdigit() else bytes.fromhex(field[1:]).decode()

        columns = sql.split("SELECT ")[1].split(" FROM")[0].split(", ")
        fields = ", ".join(name if name == "number" else f"CONCAT('x', HEX({name}))" for name in columns)
        done = self.server.query(sql.replace(", ".join(columns), fields))
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return [tuple(map(text, line.split("\t"))) for line in done.stdout.decode().splitlines()]

    def close(self):
        self.server.stop()


def kinds(folder):
    """The mirrors that can be run here; each must be closed."""
    found = [SQLiteMirror(folder, "mirror.py")]
    if not has("php"):
        return found
    modules = subprocess.run(["php", "-m"], stdout=subprocess.PIPE, text=True).stdout.split()
    if "pdo_sqlite" in modules:
        found.append(SQLiteMirror(folder, "mirror.php"))
    else:
        missing("php's pdo_sqlite")
    if not exports.MariaDB.is_there() or "pdo_mysql" not in modules:
        missing("MariaDB, or php's pdo_mysql")
    else:
        found.append(MariaDBMirror(folder))
    return found


class Steps:
    """Checks of one mirror."""

    def __init__(self, folder, program, mirror):
        self.mirror, self.place = mirror, Place(folder, program)
        self.place.configure({"name": "shop", "command": mirror.command})

    def check(self, title, holds, why=""):
        check(f"{self.mirror.name}: {title}", holds, why)

    def held(self):
        return {(name, stream): cause for name, stream, cause in self.mirror.query(ROWS)}

    def state(self):
        return self.mirror.query(STATE), self.mirror.query("SELECT epoch, number FROM feed")

    def expect_equal(self, title):
        done = self.place.cli("hook", "run")
        held, expected = self.held(), self.place.suppressed()
        self.check(title, (done.returncode, done.stderr) == (0, b"") and held == expected,
                   f"{done}\nonly in the mirror {held.items() - expected.items()}\nonly in the ledger {expected.items() - held.items()}")

    def give(self, lines):
        return run_command(self.mirror.command, lines)

    def run(self):
        place = self.place
        place.suppress_hostile()
        self.expect_equal("a snapshot, with all that SQL could take for its own")
        self.check("which is all of the ledger", len(self.held()) == len(ADDRESSES) + 2, self.held())
        place.do("suppress", "ann@firm.example", "--reason", "x")
        place.do("suppress", "ann@firm.example", "--reason", "x", "--stream", "second.example")
        self.expect_equal("one address for all mail and in two streams")
        place.do("release", *ADDRESSES[:2])
        place.do("release", "--domain", ".evil.example")
        # 75: it stays suppressed for all mail.
        place.do("release", "ann@firm.example", "--stream", "it's;\"news\".example", allowed=(75,))
        place.do("forget", ADDRESSES[3])
        self.expect_equal("releases, an erased address, one stream of two")

        before = self.state()
        number = before[1][0][1]
        lines = place.do("changes", "--after", 0, "--format", "jsonl")
        done = self.give(lines)
        self.check("lines that it has are passed over", done.returncode == 0 and self.state() == before, done)
        old = [line for line in lines.splitlines(keepends=True) if b'"suppressed"' in line]
        done = self.give(old[0])
        self.check("also one alone that is no longer true", done.returncode == 0 and self.state() == before, done)
        new = {"number": number + 1, "epoch": before[1][0][0], "at": "2026-11-24T10:00:05Z", "change": "suppressed",
               "address": "x@dest.example", "cause": "hard", "reason": "r", "key": "0" * 32}
        text = (json.dumps(new) + "\n").encode()
        # In the middle of the line, before its end, and in the middle of a snapshot.
        snapshot = place.do("changes", "--snapshot", "--format", "jsonl")
        parts = [text[:place] for place in (1, len(text) // 2, len(text) - 2, len(text) - 1)]
        parts += [b"".join(snapshot.splitlines(keepends=True)[:count]) for count in (1, 3, len(snapshot.splitlines()) - 1)]
        wrong = [(part, self.give(part).returncode, self.state() == before) for part in parts]
        self.check("what is cut changes nothing, and fails", all(status and same for _, status, same in wrong), wrong)
        parts = [json.dumps(new | change).encode() + b"\n" for change in
                 ({"epoch": "00000000"}, {"number": "x", "epoch": None}, {"change": "complete", "number": number - 1})]
        wrong = [(part, self.give(part).returncode, self.state() == before) for part in parts]
        self.check("another epoch, what is no row, and a snapshot that is older fail",
                   all(status and same for _, status, same in wrong), wrong)
        self.check("a row follows", self.give(text).returncode == 0 and ("x@dest.example", "") in self.held(), self.held())

        place.do("changes", "--new-epoch")
        self.expect_equal("a new epoch begins again with everything")
        place.do("suppress", "once@dest.example", "--reason", "x")
        # The program has taken all and ended well, and nobody is left to note it.
        place.configure({"name": "shop", "command": ["/bin/sh", "-c", '"$@" && kill -9 $PPID', "sh", *self.mirror.command]})
        before = place.progress("shop")["number"]
        done = place.cli("hook", "run")
        now = place.progress("shop")["number"]
        self.check("killed between its commit and the cursor", done.returncode == -9 and now == before, done)
        before = self.state()
        place.configure({"name": "shop", "command": self.mirror.command})
        self.expect_equal("the same lines come again")
        self.check("and count once", self.state() == before and place.progress("shop")["number"] > now, self.state())


def two_at_once(folder, program):
    """A second run leaves a hook alone while the first is at work."""
    place = Place(folder, program)
    script = 'cat >>"$0/given"; echo started >>"$0/started"; while [ ! -e "$0/go" ]; do sleep 0.05; done'
    place.configure({"name": "slow", "command": ["/bin/sh", "-c", script, str(folder)]})
    place.suppress_hostile()
    first = subprocess.Popen(place.arguments("hook", "run"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (folder / "started").exists() and first.poll() is None:
        time.sleep(0.01)
    second = place.cli("hook", "run", "--verbose")
    epoch = place.progress("slow").get("epoch")
    (folder / "go").touch()
    out, err = first.communicate(timeout=60)
    check("two runs at once: the second leaves the hook alone",
          (second.returncode, epoch) == (0, None) and b"another run is at work" in second.stderr, f"{second} {epoch}")
    check("two runs at once: the first ends well, and its program ran once",
          (first.returncode, out, err) == (0, b"", b"") and (folder / "started").read_text() == "started\n"
          and len((folder / "given").read_bytes().splitlines()) == len(place.changes()), err)


def run(program, folder, _):
    two_at_once(folder / "two", program)
    for number, mirror in enumerate(kinds(folder)):
        try:
            Steps(folder / f"steps{number}", program, mirror).run()
        finally:
            mirror.close()
