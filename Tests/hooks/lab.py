"""What the checks share: how they are counted, and a Maildir with a ledger and hooks."""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
HOOKS = REPOSITORY / "Examples" / "hooks"
SAMPLES = REPOSITORY / "Examples" / "sample-maildir"
SECONDS = 120
counts = {"passed": 0, "failed": 0, "skipped": 0}

# Texts that a shell, JSON, a header of HTTP, SQL or a terminal could take for its own.
ADDRESSES = [
    "bob@dest.example", "o'hara@dest.example", "\"$(touch canary)\"@dest.example", "\"`touch canary`\"@dest.example",
    "\"a\\\"b\\\\c, d\"@dest.example", "\"x\\\",\\\"type\\\":\\\"y\"@dest.example", "jörg@dest.example", "jorg@dest.example",
    "{x}%_$#@dest.example", "straße@bücher.example", "\"'); DROP TABLE suppressed; -- \"@dest.example",
]
REASONS = [
    "plain", "it's; touch canary", "$(touch canary) `touch canary`", "\"}\r\nX-Injected: yes\r\n\r\n{\"", "\\\" \\u0022 \\n",
    "'); DROP TABLE suppressed; -- ", "\x1b]0;title\x07", "宛先不明 😀", "--config /dev/null", "@/etc/passwd",
]


def check(title, holds, why=""):
    counts["passed" if holds else "failed"] += 1
    print(f"{'ok' if holds else 'not ok'} {counts['passed'] + counts['failed']} - {title}", flush=True)
    if not holds:
        for line in str(why).strip().splitlines()[-20:]:
            print(f"  # {line[:600]}")


def missing(what):
    """Whether a tool or right is not there: a failure in CI, and named elsewhere."""
    if os.environ.get("CI") == "true":
        check(f"{what} is there", False, "scripts/install-deps.sh test installs it")
    else:
        counts["skipped"] += 1
        print(f"skipped: {what} is not there; scripts/install-deps.sh test installs it")


def has(*tools):
    """Whether the tools are there."""
    absent = [tool for tool in tools if not shutil.which(tool)]
    for tool in absent:
        missing(tool)
    return not absent


def total():
    print(", ".join(f"{count} {what}" for what, count in counts.items() if count or what != "skipped"))
    return 1 if counts["failed"] or not counts["passed"] else 0


def run(command, text=None, **options):
    return subprocess.run([str(word) for word in command], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=SECONDS, **options)


class Failed(Exception):
    """A command that had to succeed did not."""


class Place:
    """A Maildir, a ledger and the configuration that names both, with hooks."""

    def __init__(self, folder, program, ledger=None):
        self.folder, self.program = folder, program
        folder.mkdir(exist_ok=True)
        self.maildir, self.config = folder / "Maildir", folder / "config.toml"
        self.ledger = ledger or folder / "ledger.sqlite"
        for name in ("new", "cur", "tmp"):
            (self.maildir / name).mkdir(parents=True)
        self.delivered = 0
        self.hooks = []
        self.configure()

    def configure(self, *hooks, more=""):
        """Hooks are tables: name, command and more. Without any: those as before."""
        self.hooks = list(hooks) or self.hooks
        text = f"maildir = {json.dumps(str(self.maildir))}\nledger = {json.dumps(str(self.ledger))}\n{more}\n"
        for hook in self.hooks:
            hook = {"timeout_seconds": 60, "as_root": True} | hook
            text += "[[hook]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in hook.items())
        new = self.config.with_suffix(".new")
        new.write_text(text)
        new.replace(self.config)

    def arguments(self, *words):
        return [str(self.program), *map(str, words), "--config", str(self.config)]

    def cli(self, *words, text=None):
        return run(self.arguments(*words), text)

    def do(self, *words, text=None, allowed=(0,)):
        """Runs a command that has to succeed, and returns its output."""
        done = self.cli(*words, text=text)
        if done.returncode not in allowed:
            raise Failed(f"{' '.join(map(str, words))}: status {done.returncode}: {done.stderr.decode()}")
        return done.stdout

    def deliver(self, sample, old, new):
        """A sample, with another address and an identity of its own."""
        self.delivered += 1
        content = next(SAMPLES.glob(sample)).read_bytes().replace(old.encode(), new.encode())
        content = content.replace(b"Message-Id: <", b"Message-Id: <%d." % self.delivered)
        content = content.replace(b"Message-ID: <", b"Message-ID: <%d." % self.delivered)
        (self.maildir / "new" / f"{1_700_000_000 + self.delivered}.M{self.delivered}.host").write_bytes(content)

    def suppress_hostile(self):
        """Suppresses addresses, a domain and a stream, with what others could take for their own."""
        entries = [{"address": address, "reason": REASONS[place % len(REASONS)], "cause": "manual"}
                   for place, address in enumerate(ADDRESSES)]
        self.do("import", "--format", "jsonl", text="".join(json.dumps(entry) + "\n" for entry in entries).encode())
        self.do("suppress", "--domain", ".evil.example", "--reason", REASONS[2])
        self.do("suppress", "ann@firm.example", "--reason", "x", "--stream", "it's;\"news\".example")

    def progress(self, name):
        """How far a hook has got."""
        lines = map(json.loads, self.do("hook", "list", "--format", "jsonl").splitlines())
        return next(line for line in lines if line["name"] == name)

    def changes(self, after=None):
        """The rows after a number; without one, a snapshot."""
        words = ["--snapshot"] if after is None else ["--after", after]
        return list(map(json.loads, self.do("changes", "--format", "jsonl", *words).splitlines()))

    def suppressed(self):
        """What the views have: (address or domain, stream) -> cause."""
        with sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True, timeout=60) as database:
            found = {(name, stream): cause for query in VIEWS for name, stream, cause in database.execute(query)}
        database.close()
        return found


VIEWS = ["SELECT address, '', cause FROM suppressed", "SELECT domain, '', cause FROM suppressed_domain",
         "SELECT address, stream, cause FROM suppressed_stream"]
