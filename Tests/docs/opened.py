#!/usr/bin/env python3
"""Holds the table of SECURITY.md, "What it opens, starts and connects to", against what strace sees.

    opened.py SECURITY.md PROGRAM SAMPLES [COMMAND…]

Each command of the table, or each that is named, is run once under strace, on a Maildir made of SAMPLES. What it does and the table does not say is
wrong, and so is a command that is not in the table.
"""

import concurrent.futures
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

CALLS = "execve,execveat,connect,bind,sendto,open,openat,openat2,creat,rename,renameat,renameat2,unlink,unlinkat,link,linkat," \
        "mkdir,mkdirat,symlink,symlinkat,truncate"
# check and doctor say what they found, and the brake holds nothing here.
STATUSES = {"check": [0, 1], "doctor": [0, 1], "brake": [0, 65], "canary": [0, 1]}
LINE = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+|\?)")
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
# What every program reads on its way; the last sentence below the table.
ANYBODY = ("/lib", "/usr/lib", "/lib64", "/usr/share/locale", "/etc/ld.so", "/proc/self", "/proc/meminfo", "/sys/devices/system/cpu",
           "/dev/urandom", "/dev/null", "/etc/nsswitch.conf", "/sys/fs/cgroup", "/etc/localtime", "/usr/share/zoneinfo",
           "/proc/sys/vm", "/proc/stat", "/var/cache/ldconfig", "/opt/swift", "/usr/local/lib")
# libdispatch looks whether its threads run; doctor at the process that holds a lock.
THREAD = re.compile(r"/proc/\d+/stat$")
PROCESS = re.compile(r"^/proc/\d+(?=/|$)")
LIBRARY = re.compile(r"\.so[.\d]*$")
NAME_SERVICE = ("/etc/userdb", "/run/userdb", "/run/host/userdb", "/var/run/nscd", "/run/nscd", "/run/systemd", "/var/lib/sss", "/var/db")


def table(text):
    """command -> the row's cells, with read, write, start and connect."""
    part = text.split("## What it opens, starts and connects to", 1)[1].split("\n## ", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    names = dict(zip(rows[0], range(len(rows[0]))))
    found = {}
    for cells in rows[2:]:
        for command in re.findall(r"`([^`]+)`", cells[names["commands"]]):
            found[command] = {name: cells[place] for name, place in names.items()}
    return found


class Place:
    """A Maildir and a ledger for one command."""

    def __init__(self, root, program):
        self.root, self.program = root, program
        self.maildir, self.ledger, self.config = root / "Maildir", root / "ledger.sqlite", root / "config.toml"
        self.canary, self.sendmail = root / "canary.toml", root / "sendmail"
        self.mail, self.mailings = self.maildir / "new" / "1700000000.M0.host", root / "mailings.csv"
        self.hooks = root / "hooks.toml"

    def make(self, samples):
        """A ledger that has counted, and a Maildir as before; other numbers, and a table of mailings."""
        for name in ("cur", "new", "tmp"):
            (self.maildir / name).mkdir(parents=True)
        self.config.write_text("[policy.hard]\ndays = 2\n")
        self.canary.write_text(f'[verp]\nreturn_path = "bounce@news.example"\n[canary]\nremote = "refuses.example"\n'
                               f'sendmail = "{self.sendmail}"\n')
        self.sendmail.write_text("#!/bin/sh\n")
        self.sendmail.chmod(0o755)
        # The name of the program is the word of the table.
        hook = self.root / "command"
        hook.write_text("#!/bin/sh\nexec cat >/dev/null\n")
        hook.chmod(0o755)
        self.hooks.write_text(f'[[hook]]\nname = "shop"\ncommand = ["{hook}"]\nas_root = true\n')
        self.mailings.write_text("news.firm.example,2025-11-11,4200\n")
        for number, sample in enumerate(samples):
            shutil.copy(sample, self.maildir / "new" / f"{1_700_000_000 + number}.M{number}.host")
        for command in (["reprocess", self.maildir, "--progress", "never"], ["suppress", "eve@dest.example", "--reason", "x"]):
            subprocess.run([self.program, *command, "--ledger", self.ledger], check=True, stdout=subprocess.DEVNULL)


def commands(place):
    """command of the table -> the command lines that are run for it, and whether they read /etc/maildir-bounce.toml."""
    ledger = ["--ledger", place.ledger]
    return {
        "check": [["check", "bob@dest.example", *ledger], ["check", "--batch", *ledger]],
        "address": [["address", "bob@dest.example", *ledger]], "suppressed": [["suppressed", *ledger]],
        "export": [["export", "--format", form, *ledger] for form in ("text", "sql")], "status": [["status", *ledger]],
        "report": [["report", *ledger], ["report", "--format", "html", *ledger]],
        "policy show": [["policy", "show"], ["policy", "show", *ledger]],
        "policy explain": [["policy", "explain", "bob@dest.example", *ledger]],
        "policy simulate": [["policy", "simulate", "--with", place.config, *ledger]],
        "policy adopt": [["policy", "adopt", "--yes", *ledger]],
        "sent": [["sent", "--stream", "news.firm.example", *ledger], ["sent", "--from", place.mailings, *ledger]],
        "sent --list": [["sent", "--list", *ledger]],
        "brake list": [["brake", "list", *ledger]], "ledger verify": [["ledger", "verify", *ledger]],
        "canary check": [["canary", "check", "--config", place.canary, *ledger]],
        "canary send": [["canary", "send", "--config", place.canary, *ledger]],
        "unclassified": [["unclassified", *ledger], ["unclassified", "--maildir", place.maildir]],
        "rules": [["rules", "list"], ["rules", "test", place.mail]], "verp": [["verp", "key"]],
        "changes": [["changes", *ledger], ["changes", "--snapshot", *ledger]],
        "changes --new-epoch": [["changes", "--new-epoch", *ledger]],
        "hook list": [["hook", "list", "--config", place.hooks, *ledger]],
        "hook run": [["hook", "run", "--config", place.hooks, *ledger]],
        "hook reset": [["hook", "run", "--config", place.hooks, *ledger], ["hook", "reset", "shop", *ledger]],
        "scan --dry-run": [["scan", "--dry-run", "--maildir", place.maildir, *ledger]],
        "reprocess --dry-run": [["reprocess", "--dry-run", place.maildir, *ledger]],
        "classify": [["classify", place.mail], ["classify", "--format", "jsonl", place.maildir]],
        "scan": [["scan", "--maildir", place.maildir, "--archive", place.root / "archive", "--metrics", place.root / "m.prom", *ledger]],
        "reprocess": [["reprocess", place.maildir, *ledger], ["reprocess", "--rebuild", "--yes", *ledger]],
        "forget": [["forget", "bob@dest.example", *ledger]], "prune": [["prune", "--older-than", "1d", *ledger]],
        "ledger copy": [["ledger", "copy", place.ledger, place.root / "other.sqlite"]],
        "deliver": [["deliver", "--maildir", place.maildir]],
        "suppress": [["suppress", "new@dest.example", "--reason", "x", *ledger]], "release": [["release", "eve@dest.example", *ledger]],
        "import": [["import", *ledger]], "brake release": [["brake", "release", "dest.example", *ledger]],
        "brake confirm": [["brake", "confirm", "dest.example", *ledger]],
        "init": [["init", "--config", place.root / "new.toml", "--maildir", place.root / "New", "--ledger", place.root / "new.sqlite",
                  "--return-path", "bounce@news.example", "--user", pwd.getpwuid(os.geteuid()).pw_name]],
        "doctor": [["doctor", "--maildir", place.maildir, "--return-path", "bounce@[127.0.0.1]", *ledger],
                   ["doctor", "--maildir", place.maildir, "--return-path", "bounce@news.example", "--dns-server", "127.0.0.1:9", "--probe", *ledger]],
    }


def is_within(path, folders):
    return any(path == str(folder) or path.startswith(str(folder).rstrip("/") + "/") or str(folder).endswith(("ld.so", "/lib"))
               and path.startswith(str(folder)) for folder in folders)


def complaints(log, place, row):
    """What strace saw and the row does not say."""
    reads = re.findall(r"`(/[^`]*)`", row["read"])
    starts = re.findall(r"`([a-z]+)`", row["start"])
    for line in log.read_text(errors="replace").splitlines():
        found = LINE.match(line)
        if not found:
            continue
        call, arguments, result = found.groups()
        words = TEXT.findall(arguments)
        if call in ("execve", "execveat"):
            name = os.path.basename(words[0])
            if words[0] != str(place.program) and result == "0" and name not in starts:
                yield f"starts {words[0]}"
        elif call in ("connect", "bind", "sendto"):
            if "AF_UNIX" in arguments:
                # libdispatch's complaints.
                if words == ["/dev/log"]:
                    continue
                if "the name service" not in row["connect to"] or not is_within(words[0] if words else "", NAME_SERVICE):
                    yield f"connects to {arguments[:120]}"
            elif "AF_INET" in arguments:
                port = (re.findall(r"port=htons\((\d+)\)", arguments) or ["?"])[0]
                # 9 is where this test sends the questions to DNS.
                known = {"53": "DNS", "9": "DNS", "25": "port 25", "0": "DNS"}.get(port)
                if not known or known not in row["connect to"]:
                    yield f"connects to {arguments[:120]}"
            elif "AF_NETLINK" in arguments and "DNS" in row["connect to"]:
                continue
            elif "sa_family" in arguments:
                yield f"connects to {arguments[:120]}"
        else:
            writes = call not in ("open", "openat", "openat2") or re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", arguments)
            for word in words:
                path = os.path.normpath(os.path.join(place.root, word)) if word.startswith("/") or "AT_FDCWD" in arguments else None
                # Below a folder that is open already.
                if path is None:
                    if writes and row["write"] == "nothing":
                        yield f"writes {word} ({call})"
                    continue
                is_ours = is_within(path, [place.root])
                if not writes and LIBRARY.search(path):
                    continue
                if path in ("/dev/null", "/dev/tty") and (path == "/dev/null" or "/dev/tty" in reads):
                    continue
                if writes and (row["write"] == "nothing" or not is_ours):
                    # A folder of Postfix's own is none of ours: only what our process opens is looked at.
                    yield f"writes {path} ({call})"
                # A process is any process: PID in the table.
                known = PROCESS.sub("/proc/PID", path)
                if not writes and not is_ours and not is_within(known, [*ANYBODY, *reads, *NAME_SERVICE]) \
                        and not THREAD.match(path) and path not in parents(place.root) and known not in map(os.path.dirname, reads) \
                        and not (known == "/proc" and any("PID" in read for read in reads)):
                    yield f"opens {known}"


def parents(path):
    return {str(parent) for parent in path.parents}


def own_lines(log, program):
    """Only what the program itself did: a child that has become another program is that one's business."""
    others, kept = set(), []
    for line in log.read_text(errors="replace").splitlines():
        pid = line.split(" ", 1)[0]
        if pid in others:
            continue
        kept.append(line)
        if " execve(" in line and f'execve("{program}"' not in line and line.rstrip().endswith("= 0"):
            others.add(pid)
    log.write_text("\n".join(kept) + "\n")


def leaves(command, path=()):
    """The words of every command that has no subcommands."""
    if not command.get("subcommands"):
        return [path]
    return [leaf for sub in command["subcommands"] if sub["commandName"] != "help" for leaf in leaves(sub, (*path, sub["commandName"]))]


def tried(command, row, root, first):
    """How many command lines were run for a command of the table, and what is wrong."""
    place, wrong = Place(root / re.sub(r"\W", "-", command), first.program), []
    lines = commands(place).get(command, [])
    if not lines:
        wrong.append(f"{command}: opened.py does not know how to run it")
    shutil.copytree(first.root, place.root)
    for number, line in enumerate(lines):
        log = place.root / f"strace.{number}"
        done = subprocess.run(["strace", "-f", "-qq", "-s", "300", "-e", f"trace={CALLS}", "-o", log, place.program, *line],
                              input=place.mail.read_bytes() if command == "deliver" else b"bob@dest.example\n",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=place.root, timeout=120)
        shown = " ".join(map(str, line)).replace(str(place.root), "…")
        if done.returncode not in STATUSES.get(command.split()[0], [0]):
            wrong.append(f"{shown}: status {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}")
            continue
        own_lines(log, place.program)
        wrong += sorted({f"{shown}: {complaint}" for complaint in complaints(log, place, row)})
    return len(lines), wrong


def main():
    security, program, samples = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve(), sorted(pathlib.Path(sys.argv[3]).glob("*.eml"))
    rows = table(security.read_text(encoding="utf-8"))
    wrong, only = [], sys.argv[4:]
    dump = json.loads(subprocess.run([program, "--experimental-dump-help"], check=True, stdout=subprocess.PIPE).stdout)["command"]
    for words in leaves(dump):
        if words and " ".join(words) not in rows and words[0] not in rows:
            wrong.append(f"{' '.join(words)} is not in the table")
    root = pathlib.Path(tempfile.mkdtemp(prefix="maildir-bounce-opened."))
    try:
        first = Place(root / "first", program)
        first.make(samples)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda item: tried(*item, root, first), [item for item in rows.items() if not only or item[0] in only]))
    finally:
        shutil.rmtree(root)
    count = sum(number for number, _ in results)
    wrong += [line for _, lines in results for line in lines]
    for line in wrong:
        print(line)
    print(f"{count} commands run, {len(wrong)} wrong")
    sys.exit(1 if wrong or not count else 0)


main()
