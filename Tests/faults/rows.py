#!/usr/bin/env python3
"""Faults that were found by breaking the program, each as a row of its own: whether it holds.

    rows.py PROGRAM [--only NUMBER[,NUMBER…]] [--scaling] [--jobs N]

Prints a line for each row, and ends with 1 where one did not hold. --scaling also runs the rows about cost with 1, 2, 4 and 8
times as much and prints the seconds; no time decides anything. Rows that need root, another user or a C compiler say what
they lack and are skipped; with CI=true that is a failure.
"""

import argparse
import calendar
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
IN_CI = os.environ.get("CI") == "true"
IS_ROOT = os.geteuid() == 0
SECONDS = 120
DAY = 86_400
NOW = int(time.time())
NOBODY = 65_534
# Exit statuses (docs/operations.md).
DONE, SUPPRESSED, USAGE, DATA, NO_INPUT, CANNOT_CREATE, IO, AGAIN, CONFIG = 0, 1, 64, 65, 66, 73, 74, 75, 78
NEWS = "bounce@news.example"


class Failure(Exception):
    pass


class Skipped(Exception):
    pass


def require(condition, what):
    if not condition:
        raise Failure(what)


# Mails

def rfc5322(moment):
    """The date of a header: of year 9999, too."""
    year, month, day, hour, minute, second = time.gmtime(moment)[:6]
    name = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[month - 1]
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[calendar.weekday(year, month, day)]
    return f"{weekday}, {day:02} {name} {year:04} {hour:02}:{minute:02}:{second:02} +0000"


def head(at=None, to=NEWS, message_id="<b1@mx.remote.example>", kind=None, extra="", subject="Undelivered Mail Returned to Sender"):
    """The header of a report up to its Content-Type, as our server's mailbox holds it."""
    date = rfc5322(NOW - 5 * DAY if at is None else at)
    return (f"Return-Path: <>\nX-Original-To: {to}\nDelivered-To: {to}\n"
            f"Received: from mx.remote.example (mx.remote.example [192.0.2.9])\n"
            f"\tby mail.news.example (Postfix) with ESMTP id ABC123; {date}\n"
            f"From: Mail Delivery System <MAILER-DAEMON@mx.remote.example>\nTo: {to}\nSubject: {subject}\nDate: {date}\n"
            + (f"Message-ID: {message_id}\n" if message_id is not None else "") + extra + "MIME-Version: 1.0\n"
            + (kind or 'Content-Type: multipart/report; report-type=delivery-status; boundary="BB"\n'))


def body(*recipients, status="5.1.1", diagnostic="smtp; 550 5.1.1 User unknown", action="failed", mta="mx.remote.example"):
    fields = "".join(f"Final-Recipient: rfc822; {one}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n\n"
                     for one in recipients)
    return ("\n--BB\nContent-Type: text/plain; charset=us-ascii\n\nI could not deliver your message.\n\n"
            f"--BB\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {mta}\n\n{fields}"
            "--BB\nContent-Type: text/rfc822-headers\n\nFrom: news@news.example\nTo: x@y.example\nSubject: News\n"
            "Message-ID: <news1@news.example>\n\n--BB--\n")


def dsn(*recipients, **options):
    top = {name: options.pop(name) for name in ("at", "to", "message_id", "kind", "extra", "subject") if name in options}
    return (head(**top) + body(*recipients, **options)).encode("utf-8", "surrogateescape")


def plain(text, **options):
    """A report without parts."""
    return (head(kind="Content-Type: text/plain; charset=us-ascii\n", **options) + "\n" + text).encode()


QUOTA = {"status": "4.2.2", "diagnostic": "smtp; 452 4.2.2 The mailbox is full"}


# One Maildir, its ledger, and the program

class Station:
    def __init__(self, lab, folder):
        self.lab, self.folder = lab, folder
        self.maildir, self.ledger = folder / "Maildir", folder / "ledger.sqlite"
        for name in ("cur", "new", "tmp"):
            (self.maildir / name).mkdir(parents=True)
        self.number = 0
        self.config = None

    def deliver(self, *mails, name=None):
        for mail in mails:
            self.number += 1
            (self.maildir / "new" / (name or f"{1_700_000_000 + self.number}.M{self.number}.host")).write_bytes(mail)

    def run(self, *arguments, stdin=b"", prefix=(), env=None, ledger=True):
        more = ["--ledger", self.ledger] if ledger else []
        if self.config and (arguments[0] not in ("classify", "rules") or not ledger):
            more += ["--config", self.config]
        done = subprocess.run([*map(str, prefix), self.lab.program, *map(str, [*arguments, *more])], input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=SECONDS, env={**os.environ, **(env or {})})
        done.text, done.said = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        shown = " ".join(map(str, arguments[:3]))
        require(done.returncode >= 0, f"{shown}: killed by signal {-done.returncode}; {done.said[-200:]}")
        done.shown = f"{shown}: status {done.returncode}: {done.said.strip()[-300:] or done.text.strip()[-300:]}"
        return done

    def scan(self, *options, status=DONE, **more):
        done = self.run("scan", "--maildir", self.maildir, *options, **more)
        require(done.returncode == status, done.shown)
        return done

    def is_suppressed(self, address):
        done = self.run("check", address)
        require(done.returncode in (DONE, SUPPRESSED), done.shown)
        return done.returncode == SUPPRESSED

    def expect(self, address, suppressed):
        require(self.is_suppressed(address) == suppressed,
                f"{address} is {'not ' if suppressed else ''}suppressed" + ("" if suppressed else ": " + self.run("check", address).text.strip()))

    def suppressed(self):
        return [json.loads(line)["address"] for line in self.run("suppressed", "--format", "jsonl").text.splitlines()]

    def release(self, address, **options):
        done = self.run("release", address, **options)
        require(done.returncode == DONE, done.shown)

    def known(self, address):
        done = self.run("address", address, "--format", "jsonl")
        return json.loads(done.text.splitlines()[0]) if done.text else {}

    def sign(self):
        """Asks for signed return paths from now on. Returns what makes one."""
        key = self.folder / "key"
        key.write_text("k1:" + "abcdefghijklmnopqrstuvwxyz234567" * 2 + "\n")
        key.chmod(0o600)
        self.config = self.folder / "config.toml"
        self.config.write_text(f'[verp]\nkeys = ["file:{key}"]\nreturn_path = "{NEWS}"\n\n[trust]\nrequire = "signed"\n')
        self.config.chmod(0o600)

        def make(address):
            done = self.run("verp", "make", address, ledger=False)
            require(done.returncode == DONE, done.shown)
            return done.text.strip()
        return make

    def bytes(self):
        """All that the ledger's files hold."""
        return b"".join(path.read_bytes() for path in self.folder.glob("ledger.sqlite*"))


class Lab:
    def __init__(self, program, root, scaling):
        self.program, self.root, self.is_scaling = program, root, scaling
        self.clock = root / "clock.so"
        compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
        if compiler:
            subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", self.clock, HERE / "clock.c"], check=True)

    def station(self, name):
        folder = self.root / name
        folder.mkdir()
        folder.chmod(0o755)
        return Station(self, folder)

    def at(self, moment):
        """The environment of a program whose clock stands at a moment."""
        if not self.clock.exists():
            raise Skipped("a C compiler is missing")
        return {"LD_PRELOAD": str(self.clock), "CLOCK_START": str(moment), "CLOCK_STEP": "0"}


ROWS = []


def row(number, title):
    def add(function):
        ROWS.append((number, title, function))
        return function
    return add


def as_root():
    if not IS_ROOT:
        raise Skipped("needs root")


# Our own addresses

@row(13, "a forged report never suppresses or exports an address of our own")
def own_addresses(station):
    station.sign()
    config = station.config.read_text().replace('"signed"', '"none"') + '\n[own]\naddresses = ["ceo@news.example"]\n'
    station.config.write_text(config)
    own = [NEWS, "bounce+tag@news.example", "postmaster@news.example", "abuse@news.example", "mailer-daemon@news.example",
           "BOUNCE@News.Example", "ceo@news.example"]
    station.deliver(dsn(*own, "bob@dest.example"), *(dsn(one, message_id=f"<{n}@mx>") for n, one in enumerate(own)))
    station.scan()
    require(station.suppressed() == ["bob@dest.example"], f"suppressed: {station.suppressed()}")
    exported = station.run("export", "--format", "postfix").text
    require("news.example" not in exported, exported)


# What one sender from outside may do

def feedback(*recipients, at=None, message_id="<fb@fbl.example>"):
    """A feedback report (RFC 5965)."""
    fields = "".join(f"Original-Rcpt-To: {one}\n" for one in recipients)
    kind = 'Content-Type: multipart/report; report-type=feedback-report; boundary="BB"\n'
    return (head(at=at, message_id=message_id, kind=kind, subject="Abuse report")
            + "\n--BB\nContent-Type: text/plain\n\nAn abuse report.\n\n--BB\nContent-Type: message/feedback-report\n\n"
            + f"Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n{fields}\n--BB\nContent-Type: text/rfc822-headers\n\n"
            + "From: news@news.example\nSubject: News\n\n--BB--\n").encode()


def held(station):
    return [json.loads(line) for line in station.run("brake", "list", "--format", "jsonl").text.splitlines()]


@row(3, "one mail that blames 9,000 addresses in as many domains suppresses nobody, and is listed")
def many_domains(station):
    station.deliver(dsn(*(f"u@d{number}.example" for number in range(9_000))))
    station.scan()
    require(station.suppressed() == [], f"{len(station.suppressed())} suppressed")
    listed = held(station)
    require([one.get("addresses") for one in listed] == [9_000], f"brake list: {str(listed)[:300]}")
    # As many as one may blame count.
    station.deliver(dsn(*(f"u@e{number}.example" for number in range(50)), message_id="<few@mx>"))
    station.scan()
    require(len(station.suppressed()) == 50, f"{len(station.suppressed())} suppressed")


@row(7, "the same again three days later confirms nothing")
def many_domains_again(station):
    people = [f"u@d{number}.example" for number in range(9_000)]
    station.deliver(dsn(*people, at=NOW - 9 * DAY), dsn(*people, at=NOW - 5 * DAY, message_id="<again@mx>"))
    station.scan()
    require(station.suppressed() == [], f"{len(station.suppressed())} suppressed")
    one = held(station)[0]["report"]
    for verdict, count in (("confirm", 9_000), ("release", 0)):
        done = station.run("brake", verdict, "--report", one[:16])
        require(done.returncode == DONE, done.shown)
        require(len(station.suppressed()) == count, f"{verdict}: {len(station.suppressed())} suppressed")


@row(9, "one feedback report about 5,000 addresses suppresses nobody")
def many_complaints(station):
    station.deliver(feedback(*(f"u{number}@big.example" for number in range(5_000))))
    station.scan()
    require(station.suppressed() == [], f"{len(station.suppressed())} suppressed")
    require([one.get("class") for one in held(station)] == ["complaint"], "brake list does not show it")


@row(10, "2,000 feedback reports about one address each suppress nobody of one provider, nor again days later")
def wave_of_complaints(station):
    for at in (NOW - 9 * DAY, NOW - 5 * DAY):
        hour = at - at % 3_600
        station.deliver(*(feedback(f"u{number}@big.example", at=hour + number, message_id=f"<{at}.{number}@fbl.example>")
                          for number in range(2_000)))
    station.scan()
    require(station.suppressed() == [], f"{len(station.suppressed())} suppressed")
    require(len(held(station)) == 2, f"brake list: {held(station)}")


@row(11, "one forged mail about many addresses of a domain lifts no suppression of that hour")
def brake_as_a_weapon(station):
    hour = NOW - 5 * DAY - (NOW - 5 * DAY) % 3_600
    station.deliver(dsn("real@big.example", at=hour + 60))
    station.scan()
    station.expect("real@big.example", True)
    for count in (60, 50):
        station.deliver(dsn(*(f"x{number}@big.example" for number in range(count)), at=hour + 600, message_id=f"<{count}@mx>"))
        station.scan()
        station.expect("real@big.example", True)


@row(30, "a receipt from outside that knows nothing of ours is counted and lifts nothing")
def forged_receipt(station):
    station.config = station.folder / "config.toml"
    station.config.write_text("[policy.soft]\ndays = 5\nwithin_days = 30\n")
    station.deliver(*(dsn("bob@dest.example", at=NOW - (12 - day) * DAY, message_id=f"<q{day}@mx>", **QUOTA) for day in range(8)))
    station.scan()
    station.expect("bob@dest.example", True)
    receipt = {"status": "2.0.0", "diagnostic": "smtp; 250 2.0.0 OK", "action": "delivered", "subject": "Delivered"}
    station.deliver(dsn("bob@dest.example", at=NOW - DAY, message_id="<r@mx>", **receipt))
    station.scan()
    require(station.known("bob@dest.example")["reports"]["delivered"] == 1, f"{station.known('bob@dest.example')}")
    station.expect("bob@dest.example", True)
    station.deliver(dsn("bob@dest.example", at=NOW - DAY, message_id="<s@mx>", to="bounce+bob=dest.example@news.example", **receipt))
    station.scan()
    station.expect("bob@dest.example", False)


@row(31, "a report that arrived years before the day in its tag proves nothing")
def future_tag(station):
    station.sign()
    config = station.config.read_text().replace("[trust]", "expiry_days = 60\n\n[trust]")
    station.config.write_text(config)
    made = station.run("verp", "make", "bob@dest.example", ledger=False)
    require(made.returncode == DONE, made.shown)
    station.deliver(dsn("bob@dest.example", at=NOW - 28 * 365 * DAY, to=made.text.strip()))
    station.scan()
    require(station.suppressed() == [], "suppressed")


@row(32, "what lacked its proof is not counted by a later reclassification under less trust")
def reclassified(station):
    station.sign()
    station.deliver(dsn("bob@dest.example"))
    station.scan()
    station.config.write_text(station.config.read_text().replace('"signed"', '"none"'))
    done = station.run("reprocess", "--reclassify", "--yes", station.maildir)
    require(done.returncode == DONE, done.shown)
    station.expect("bob@dest.example", False)


# Fingerprints

@row(21, "an unsigned copy of a signed report voids nothing, in either order")
def unsigned_copy(station):
    make = station.sign()
    path = make("bob@dest.example")
    real = dsn("bob@dest.example", at=NOW - 600, to=path)
    copy = dsn("bob@dest.example", at=NOW - 601)
    other = make("ann@dest.example")
    for mail in (real, dsn("ann@dest.example", at=NOW - 601, message_id="<a@mx>")):
        station.deliver(mail)
    station.scan()
    station.expect("bob@dest.example", True)
    for mail in (copy, dsn("ann@dest.example", at=NOW - 600, message_id="<a@mx>", to=other)):
        station.deliver(mail)
    station.scan()
    station.expect("bob@dest.example", True)
    station.expect("ann@dest.example", True)


DISGUISES = {
    "octet-stream": {"kind": "Content-Type: application/octet-stream\n"},
    "auto-reply": {"extra": "Auto-Submitted: auto-replied\nX-Autoreply: yes\n", "subject": "Out of office",
                   "kind": "Content-Type: text/plain\n"},
    "transfer encoding": {"extra": "Content-Transfer-Encoding: base64\n"},
    "plain text": {"kind": "Content-Type: text/plain; charset=utf-8\n"},
}


@row(23, "an earlier copy in disguise voids no report, in either order")
def disguised_copy(station):
    pairs = []
    for number, (name, options) in enumerate(DISGUISES.items()):
        for order in (0, 1):
            address = f"r{number}{order}@dest.example"
            one = {"message_id": f"<{address}>", "at": NOW - 600}
            copies = [dsn(address, **one), dsn(address, **{**one, "at": NOW - 601, **options})]
            pairs.append((name, order, address, copies if order == 0 else copies[::-1]))
    for turn in (0, 1):
        station.deliver(*(copies[turn] for _, _, _, copies in pairs))
        station.scan()
    wrong = [f"{name}{', the copy first' if order else ''}" for name, order, address, _ in pairs if not station.is_suppressed(address)]
    require(not wrong, f"not suppressed: {'; '.join(wrong)}")


def five_times(station, message_id):
    station.deliver(*(dsn("bob@dest.example", at=NOW - (60 - 12 * part) * DAY, message_id=message_id, **QUOTA) for part in range(5)))
    station.scan()
    soft = station.known("bob@dest.example")
    require(station.is_suppressed("bob@dest.example"), f"five soft bounces, each twelve days after the one before: {soft}")


@row(25, "soft bounces with the same words on other days count, without a Message-ID")
def without_message_id(station):
    five_times(station, None)


@row(26, "the same words after a release count, without a Message-ID, also after prune")
def after_release(station):
    for address, prunes in (("bob@dest.example", False), ("ann@dest.example", True)):
        station.deliver(dsn(address, message_id=None))
        station.scan()
        station.expect(address, True)
        station.release(address)
        if prunes:
            done = station.run("prune", "--older-than", "1d")
            require(done.returncode == DONE, done.shown)
        station.expect(address, False)
        time.sleep(1.1)
        station.deliver(dsn(address, message_id=None, at=int(time.time())))
        station.scan()
        station.expect(address, True)


@row(27, "redacted reports with different tags are different reports")
def redacted(station):
    make = station.sign()
    people = [f"r{number}@dest.example" for number in range(3)]
    station.deliver(*(dsn("redacted", at=NOW - 600, to=make(one), message_id=None) for one in people))
    station.scan()
    require(sorted(station.suppressed()) == people, f"suppressed: {station.suppressed()}")


@row(29, "a Message-ID of <> tells no reports apart")
def empty_message_id(station):
    five_times(station, "<>")


# Time

def released(station, at, **release):
    station.deliver(dsn("bob@dest.example", at=at))
    station.scan()
    station.release("bob@dest.example", **release)
    station.expect("bob@dest.example", False)


@row(34, "a release holds against an arrival in 2099 or 9999")
def far_future(station):
    for year in (2099, 9999):
        address = f"y{year}@dest.example"
        station.deliver(dsn(address, at=calendar.timegm((year, 6, 1, 12, 0, 0)), message_id=f"<{year}@mx>"))
        station.scan()
        station.release(address)
        station.expect(address, False)


@row(35, "such a release stays after a rebuild, and a rebuild does not keep one away")
def far_future_rebuilt(station):
    future = calendar.timegm((2099, 6, 1, 12, 0, 0))
    for number, before in enumerate((True, False)):
        address = f"r{number}@dest.example"
        station.deliver(dsn(address, at=future, message_id=f"<{number}@mx>"))
        station.scan()
        steps = [lambda: station.run("reprocess", "--rebuild", "--yes", "--progress", "never"), lambda: station.run("release", address)]
        for step in steps if before else steps[::-1]:
            done = step()
            require(done.returncode == DONE, done.shown)
        station.expect(address, False)


@row(36, "a release holds where the mail server's clock is five minutes ahead")
def five_minutes(station):
    released(station, int(time.time()) + 300)


@row(37, "a release holds whatever the clock says")
def clocks(station):
    released(station, None, env=station.lab.at(DAY))
    done = station.run("suppress", "ann@dest.example", "--reason", "x", env=station.lab.at(calendar.timegm((2100, 1, 1, 0, 0, 0))))
    require(done.returncode == DONE, done.shown)
    station.release("ann@dest.example")
    station.expect("ann@dest.example", False)


# Addresses

QMAIL = """Hi. This is the qmail-send program at mx.remote.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{0}>:
192.0.2.9 does not like recipient.
Remote host said: 550 5.1.1 User unknown
Giving up on 192.0.2.9.

--- Below this line is a copy of the message.

Return-Path: <news@news.example>
From: news@news.example
Subject: News

Hello
"""
POSTFIX = """This is the mail system at host mx.remote.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{0}>: host mx.dest.example[192.0.2.8] said: 550 5.1.1 User unknown (in reply to
    RCPT TO command)
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {0}
    host mx.dest.example [192.0.2.8]
    SMTP error from remote mail server after RCPT TO:<{0}>:
    550 5.1.1 User unknown
"""


@row(43, "a local part that begins with atext is taken whole, in every form of a report")
def whole_local_parts(station):
    forms = {"DSN": dsn, "Postfix": lambda a, **o: plain(POSTFIX.format(a), **o), "qmail": lambda a, **o: plain(QMAIL.format(a), **o),
             "Exim": lambda a, **o: plain(EXIM.format(a), extra="Auto-Submitted: auto-replied\n", **o)}
    pairs = []
    for form, make in forms.items():
        for sign in "'*/`.":
            domain = f"{form.lower()}{ord(sign)}.example"
            pairs.append((form, sign, f"bob@{domain}"))
            station.deliver(make(f"{sign}bob@{domain}", message_id=f"<{domain}>"))
    station.scan()
    wrong = [f"{form} {sign}" for form, sign, bob in pairs if station.is_suppressed(bob) or not station.is_suppressed(sign + bob)]
    require(not wrong, f"{len(wrong)} of {len(pairs)}: {', '.join(wrong)}; suppressed: {station.suppressed()[:4]}")


@row(45, "what is no address, with TAB, NUL, a backslash or two @, names nobody")
def no_addresses(station):
    for number, text in enumerate(["vic\0tim@dest.example", "vic\ttim@dest.example", "victim\\x{0A}x@dest.example", "a@b@dest.example"]):
        station.deliver(dsn(text, message_id=f"<{number}@mx>"))
    station.scan()
    require(not station.suppressed(), f"suppressed: {station.suppressed()}")


@row(46, "an ideographic full stop in a domain makes no shorter address")
def ideographic(station):
    station.deliver(dsn("victim@dest\u3002example"))
    station.scan()
    require(set(station.suppressed()) <= {"victim@dest.example"}, f"suppressed: {station.suppressed()}")


# Output

UNSEEN = {"U+061C": "\u061c", "U+200B": "\u200b", "U+00AD": "\u00ad", "U+E0041": "\U000e0041", "U+202E": "\u202e", "U+2066": "\u2066"}


@row(51, "invisible and bidirectional characters are escaped in every output")
def unseen(station):
    texts = "".join(f"a{mark}b" for mark in UNSEEN.values())
    station.deliver(dsn("bob@dest.example", diagnostic=f"smtp; 550 5.1.1 User unknown {texts}"),
                    (head(message_id="<n@mx>", subject=f"{texts}", kind="Content-Type: text/plain; charset=utf-8\n") + f"\n{texts}\n").encode())
    file = next((station.maildir / "new").iterdir())
    outputs = {f"classify {form}": station.run("classify", file, "--format", form, ledger=False) for form in ("text", "jsonl")}
    outputs |= {f"scan --dry-run {form}": station.scan("--dry-run", "--format", form) for form in ("text", "jsonl", "csv")}
    station.scan()
    station.run("suppress", "ann@dest.example", "--reason", texts, "--note", texts)
    outputs |= {f"address {form}": station.run("address", who, "--format", form)
                for who in ("bob@dest.example", "ann@dest.example") for form in ("text", "jsonl")}
    outputs |= {f"suppressed {form}": station.run("suppressed", "--format", form) for form in ("text", "csv", "jsonl")}
    outputs |= {f"export {form}": station.run("export", "--format", form) for form in ("csv", "jsonl", "postfix", "sql")}
    outputs |= {f"unclassified {form}": station.run("unclassified", "--maildir", station.maildir, "--format", form, ledger=False) for form in ("text", "jsonl")}
    outputs["report html"] = station.run("report", "--format", "html")
    for done in outputs.values():
        require(done.returncode == DONE, done.shown)
    wrong = {name: [mark for mark, text in UNSEEN.items() if text in done.text + done.said] for name, done in outputs.items()}
    wrong = {name: marks for name, marks in wrong.items() if marks}
    require(not wrong, "; ".join(f"{name}: {' '.join(marks)}" for name, marks in wrong.items()))


# Privacy

@row(64, "forget leaves no byte of a copy's Message-ID, nor terms that nobody uses")
def forgotten_bytes(station):
    report = dsn("secretbob@secretdomain.example", message_id="<secretbob.1@mx>", mta="mx.secretdomain.example",
                 diagnostic="smtp; 550 5.1.1 secretbob is unknown here")
    station.deliver(report, report, dsn("ann@dest.example", message_id="<ann@mx>"))
    station.scan()
    done = station.run("suppress", "secretbob@secretdomain.example", "--reason", "secretreason", "--author", "secretauthor",
                       "--note", "secretnote")
    require(done.returncode == DONE, done.shown)
    done = station.run("forget", "secretbob@secretdomain.example")
    require(done.returncode == DONE, done.shown)
    left = sorted(set(re.findall(rb"secret[a-z.0-9]+", station.bytes().lower())))
    require(not left, f"left: {left}")


@row(67, "forget names every file that holds the address")
def forgotten_files(station):
    report = dsn("bob@dest.example")
    station.deliver(report, report, report, dsn("bob@dest.example", message_id="<b2@mx>"))
    station.scan()
    done = station.run("forget", "bob@dest.example")
    missing = [path.name for path in (station.maildir / "cur").iterdir() if path.name not in done.text + done.said]
    require(not missing, f"not named: {missing}")


@row(68, "forget says nothing of erased while a reader keeps the bytes there")
def forgotten_later(station):
    station.deliver(dsn("secretbob@dest.example"))
    station.scan()
    reader = sqlite3.connect(f"file:{station.ledger}?mode=ro", uri=True, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
    try:
        done = station.run("forget", "secretbob@dest.example")
        is_there = b"secretbob" in station.bytes()
    finally:
        reader.close()
    require(done.returncode == AGAIN or not is_there, f"the bytes are there; {done.shown}")


# Files

@row(72, "another report under a name that was used before counts")
def name_again(station):
    for turn, names in enumerate((("1700000017.M17.host", "1700000018.M18.host:2,"), ("1700000017.M17.host", "1700000018.M18.host:2,S"))):
        for number, name in enumerate(names):
            station.deliver(dsn(f"r{turn}{number}@dest.example", message_id=f"<{turn}{number}@mx>"), name=name)
        station.scan()
    wrong = [f"r{turn}{number}" for turn in (0, 1) for number in (0, 1) if not station.is_suppressed(f"r{turn}{number}@dest.example")]
    require(not wrong, f"not suppressed: {wrong}")


@row(76, "a file that cannot be moved stops no other")
def immovable(station):
    as_root()
    station.deliver(*(dsn(f"r{number}@d{number}.example", message_id=f"<{number}@mx>") for number in range(2_500)))
    new = station.maildir / "new"
    for path in [station.folder, station.maildir, *station.maildir.iterdir(), *new.iterdir()]:
        os.chown(path, NOBODY, NOBODY)
    # Nobody but root can take this one out of a sticky folder.
    (new / "1600000000.M0.host").write_bytes(dsn("first@dest.example", message_id="<first@mx>"))
    (new / "1600000000.M0.host").chmod(0o644)
    os.chown(new, 0, NOBODY)
    new.chmod(0o1777)
    nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
    done = station.run("scan", "--maildir", station.maildir, prefix=nobody)
    left = [path.name for path in new.iterdir()]
    require(left == ["1600000000.M0.host"], f"{len(left)} are left; {done.shown}")
    require(done.returncode == CANNOT_CREATE and "1600000000.M0.host" in done.said, done.shown)
    require(len(station.suppressed()) >= 2_500, f"{len(station.suppressed())} are suppressed")


@row(84, "a key file of another user is refused")
def foreign_key(station):
    as_root()
    station.sign()
    os.chown(station.folder / "key", 1_001, 1_001)
    station.deliver(dsn("bob@dest.example"))
    station.scan(status=CONFIG)


def with_limit(station, option, values, runs):
    for value in values:
        for turn in range(runs):
            other = station.lab.station(f"{station.folder.name}-{value}-{turn}")
            other.deliver(dsn("bob@dest.example"))
            done = other.run("scan", "--maildir", other.maildir, prefix=["prlimit", f"--{option}={value}", "--"])
            require(done.returncode in (DONE, NO_INPUT, CANNOT_CREATE, IO, AGAIN), f"{option} {value}: {done.shown}")
            require(done.returncode == DONE or done.said.strip(), f"{option} {value}: status {done.returncode} without a word")
            holders = [path for folder in ("new", "cur") for path in (other.maildir / folder).iterdir()]
            require(len(holders) == 1, f"{option} {value}: {len(holders)} files of 1")


@row(91, "a limit on the size of files kills no scan")
def file_size(station):
    with_limit(station, "fsize", [0, 1_024, 20_480, 65_536, 204_800], 1)


@row(92, "a limit on open files crashes no scan")
def open_files(station):
    with_limit(station, "nofile", [4, 5, 6, 7, 9, 10, 12, 14], 1)
    with_limit(station, "nofile", [8], 25)


# The ledger

def refuses(station, name, content):
    """That every command which reads a ledger gives 74 for one that holds this."""
    station.ledger.write_bytes(content)
    for path in station.folder.glob("ledger.sqlite-*"):
        path.unlink()
    commands = [["check", "bob@dest.example"], ["check", "--batch"], ["export"], ["export", "--format", "postfix"], ["suppressed"],
                ["status"], ["doctor", "--maildir", station.maildir], ["scan", "--maildir", station.maildir]]
    wrong = []
    for command in commands:
        done = station.run(*command, stdin=b"bob@dest.example\n")
        if done.returncode != IO or not done.said.strip() + done.text.strip():
            wrong.append(f"{' '.join(map(str, command[:2]))} {done.returncode}")
    require(not wrong, f"{name}: not 74: {', '.join(wrong)}")
    require(station.ledger.read_bytes() == content, f"{name}: the ledger was written")
    require(len(list((station.maildir / "new").iterdir())) == 1, f"{name}: the mail was moved")


def counted(station):
    """A ledger with bob suppressed, in one file."""
    station.deliver(dsn("bob@dest.example"))
    station.scan()
    station.expect("bob@dest.example", True)
    with sqlite3.connect(station.ledger) as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    return station.ledger.read_bytes()


@row(101, "a ledger that is empty, cut or foreign answers no question and counts nothing")
def damaged(station):
    whole = counted(station)
    station.deliver(dsn("ann@dest.example", message_id="<a@mx>"))
    refuses(station, "0 bytes", b"")
    refuses(station, "1 byte", whole[:1])
    refuses(station, "half", whole[:len(whole) // 2])
    refuses(station, "all but a byte", whole[:-1])
    refuses(station, "text", b"address,reason\nbob@dest.example,x\n")
    foreign = station.folder / "foreign"
    with sqlite3.connect(foreign) as base:
        base.execute("CREATE TABLE address (id INTEGER PRIMARY KEY, street TEXT)")
    base.close()
    refuses(station, "another program's database", foreign.read_bytes())


@row(104, "ledger verify finds a byte that changed in an index")
def damaged_index(station):
    whole = counted(station)
    base = sqlite3.connect(station.ledger)
    size = base.execute("PRAGMA page_size").fetchone()[0]
    pages = base.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'index'").fetchall()
    base.close()
    found = [(name, whole.find(b"bob@dest.example", (page - 1) * size, page * size)) for name, page in pages]
    found = [(name, at) for name, at in found if at >= 0]
    require(found, "no index holds the address")
    for name, at in found:
        station.ledger.write_bytes(whole[:at] + b"c" + whole[at + 1:])
        for path in station.folder.glob("ledger.sqlite-*"):
            path.unlink()
        done = station.run("ledger", "verify")
        require(done.returncode != DONE, f"index {name}: {done.shown}")


# The configuration

@row(113, "a NUL anywhere in the configuration, and rules that cannot be used, end with 78")
def configuration(station):
    station.deliver(dsn("bob@dest.example"))
    station.config = station.folder / "config.toml"
    rules = station.folder / "rules.toml"

    def refused(name, text):
        station.config.write_bytes(text)
        station.config.chmod(0o600)
        for command in (["scan", "--maildir", station.maildir], ["check", "bob@dest.example"]):
            # A command that reads no rules need not look at them.
            if "rules" in name and command[0] == "check":
                continue
            done = station.run(*command)
            require(done.returncode == CONFIG, f"{name}: {done.shown}")

    refused("a NUL before [trust]", b'# a\0b\n[trust]\nrequire = "signed"\n')
    refused("a NUL at the end", b'[trust]\nrequire = "none"\n\0')
    refused("a NUL at the start", b'\0[trust]\nrequire = "none"\n')
    name = f'rules = "{rules}"\n'.encode()
    refused("rules that are missing", name)
    rules.write_text('[[rule]]\nname = "x"\nwhen.text = ["x"]\nthen.reason = "policyviolation"\n')
    rules.chmod(0o666)
    refused("rules that everybody may write", name)
    if IS_ROOT:
        rules.chmod(0o644)
        os.chown(rules, 1_001, 1_001)
        refused("rules of another user", name)


@row(115, "a rule about a header without a name is an error with its place")
def nameless_header(station):
    rules = station.folder / "rules.toml"
    station.deliver(dsn("bob@dest.example"))
    mail = next((station.maildir / "new").iterdir())
    config = station.folder / "config.toml"
    for value in (":", "::", "", " :x", ":x"):
        rules.write_text(f'[[rule]]\nname = "x"\nwhen.header = "{value}"\nthen.reason = "policyviolation"\n')
        config.write_text(f'rules = "{rules}"\n')
        for path in (rules, config):
            path.chmod(0o600)
        done = station.run("rules", "check", rules, ledger=False)
        require(done.returncode in (DATA, CONFIG), f"{value!r}: {done.shown}")
        require(re.search(r"\.toml:\d+:\d+: |line \d+|rule (\d+|x)\b", done.said + done.text), f"{value!r}: without a place: {done.shown}")
        for command in (["classify", mail, "--config", config], ["scan", "--maildir", station.maildir, "--config", config, "--ledger", station.ledger]):
            done = station.run(*command, ledger=False)
            require(done.returncode == CONFIG, f"{value!r}: {done.shown}")


# Cost: whether it works, and how long it takes with --scaling

def costs(station, first, attempt):
    times = []
    for factor in (1, 2, 4, 8) if station.lab.is_scaling else (1,):
        prepared = attempt(first * factor)
        start = time.monotonic()
        prepared()
        times.append(time.monotonic() - start)
    return f"{first} and up: " + ", ".join(f"{seconds:.2f}" for seconds in times) + " s" if station.lab.is_scaling else None


@row(122, "classify with many names on its command line")
def many_names(station):
    def attempt(count):
        folder = station.folder / f"n{count}"
        folder.mkdir()
        (folder / "m").write_bytes(dsn("bob@dest.example"))
        names = []
        for number in range(count):
            os.link(folder / "m", folder / str(number))
            names.append(folder / str(number))

        def go():
            done = station.run("classify", *names, "--format", "jsonl", ledger=False)
            require(done.returncode == DONE and len(done.text.splitlines()) == count, done.shown)
        return go
    return costs(station, 2_000 if station.lab.is_scaling else 1_500, attempt)


@row(123, "suppress, release and reprocess with many arguments")
def many_arguments(station):
    station.scan()

    def attempt(count):
        people = [f"r{number}@dest.example" for number in range(count)]
        (station.folder / "m").write_bytes(dsn("bob@dest.example"))

        def go():
            for command, status in ((["suppress", *people, "--reason", "x"], DONE), (["release", *people], DONE),
                                    (["reprocess", *[station.folder / "m"] * count, "--progress", "never"], DONE)):
                done = station.run(*command)
                require(done.returncode == status, done.shown)
        return go
    return costs(station, 2_500 if station.lab.is_scaling else 1_000, attempt)


def letters(number):
    """A word for a number."""
    return "Q" + "".join(chr(97 + number // 26 ** place % 26) for place in range(4))


@row(124, "unclassified --anonymize over many groups of long texts")
def anonymized(station):
    def attempt(count):
        other = station.lab.station(f"{station.folder.name}-{count}")
        for number in range(count):
            # In letters only: of numbers all are alike.
            names = " ".join(letters(number * 5_000 + part) for part in range(2_700))
            mail = head(message_id=f"<{number}@mx>", subject=f"About {letters(number)}", kind="Content-Type: text/plain\n")
            other.deliver((mail.replace("Mail Delivery System", names) + f"\nThe word is {letters(number)}.\n").encode())
        other.scan()

        def go():
            done = other.run("unclassified", "--maildir", other.maildir, "--anonymize", "--limit", "5000", ledger=False)
            require(done.returncode == DONE, done.shown)
        return go
    return costs(station, 12 if station.lab.is_scaling else 4, attempt)


@row("ARF", "a complaint about thousands of recipients")
def many_complaints(station):
    def attempt(count):
        other = station.lab.station(f"{station.folder.name}-{count}")
        names = "".join(f"Original-Rcpt-To: r{number}@d{number}.example\nRemoval-Recipient: r{number}@d{number}.example\n" for number in range(count))
        kind = 'Content-Type: multipart/report; report-type=feedback-report; boundary="BB"\n'
        other.deliver((head(kind=kind, subject="complaint") + "\n--BB\nContent-Type: text/plain\n\nThis is a complaint.\n\n--BB\n"
                       "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n" + names +
                       "\n--BB\nContent-Type: text/rfc822-headers\n\nFrom: news@news.example\n\n--BB--\n").encode())
        return lambda: other.scan()
    return costs(station, 1_000, attempt)


@row(129, "a size of a tar archive that no number holds is an error")
def tar_size(station):
    def entry(name, kind, content, size=None):
        block = bytearray(512)
        fields = ((0, name), (100, b"0000644\0"), (108, b"0000000\0"), (116, b"0000000\0"),
                  (124, b"%011o\0" % (len(content) if size is None else size)), (136, b"00000000000\0"), (148, b" " * 8), (156, kind),
                  (257, b"ustar\0" + b"00"))
        for at, text in fields:
            block[at:at + len(text)] = text
        block[148:156] = b"%06o\0 " % sum(block)
        return bytes(block) + content + bytes(-len(content) % 512)

    for number, value in enumerate((b"9223372036854775807", b"9223372036854775806", b"9223372036854775295", b"18446744073709551615", b"-1")):
        text = b" size=" + value + b"\n"
        text = next(b"%d" % n + text for n in range(100) if n == len(b"%d" % n + text))
        archive = entry(b"pax", b"x", text) + entry(b"mail", b"0", dsn("bob@dest.example")) + bytes(1_024)
        path = station.folder / f"{number}.tar"
        path.write_bytes(archive)
        for command, stdin in ((["reprocess", path], b""), (["reprocess", "-"], archive), (["reprocess", "--dry-run", path], b"")):
            done = station.run(*command, "--progress", "never", stdin=stdin)
            require(done.returncode in (DATA, NO_INPUT), f"{value.decode()}: {done.shown}")


# What the rows' kinds have beside them

@row("cut", "a report whose list of recipients is cut by a limit suppresses nobody")
def cut_list(station):
    station.deliver(dsn(*(f"r{number}@d{number}.example" for number in range(10_500))))
    station.scan()
    require(not station.suppressed(), f"{len(station.suppressed())} are suppressed")


@row("prune", "prune frees what nothing points at any more")
def pruned(station):
    station.deliver(*(dsn(f"r{number}@dest.example", at=NOW - 100 * DAY, message_id=f"<{number}@mx>", mta=f"mx{number}.prunedhost.example",
                          diagnostic=f"smtp; 550 5.1.1 prunedwords {number} " + "x" * 600) for number in range(600)))
    station.scan()
    before = len(station.bytes())
    done = station.run("prune", "--older-than", "50d")
    require(done.returncode == DONE, done.shown)
    left = set(re.findall(rb"prunedhost|prunedwords", station.bytes()))
    require(not left, f"left: {left}")
    require(len(station.bytes()) < before / 2, f"{before} bytes before, {len(station.bytes())} after; {done.text.strip()}")


@row("*", "a pattern is no address, and nobody who was not suppressed is released")
def patterns(station):
    station.deliver(dsn("bob@dest.example"))
    station.scan()
    done = station.run("suppress", "*@dest.example", "--reason", "x")
    require(done.returncode in (USAGE, DATA), done.shown)
    done = station.run("release", "nobody@dest.example")
    require("not suppressed" in done.text + done.said, f"of somebody who was not suppressed it says: {done.text.strip()}")


# The run

def judged(lab, number, title, check):
    try:
        note = check(lab.station(f"row-{str(number).replace('*', 'pattern')}"))
        return "held", note
    except Skipped as reason:
        return ("did not" if IN_CI else "skipped"), str(reason)
    except Failure as failure:
        return "did not", str(failure)
    except Exception as failure:  # What the row did not foresee is no pass.
        return "did not", f"{type(failure).__name__}: {failure}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--jobs", type=int, default=1 if "--scaling" in sys.argv else 4)
    options = parser.parse_args()
    rows = [row for row in ROWS if not options.only or str(row[0]) in options.only]
    root = pathlib.Path(tempfile.mkdtemp(prefix="maildir-bounce-rows."))
    root.chmod(0o755)
    program = root / "maildir-bounce"
    shutil.copy(options.program, program)
    program.chmod(0o755)
    results = []
    try:
        lab = Lab(program, root, options.scaling)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for row, (result, note) in zip(rows, pool.map(lambda row: judged(lab, *row), rows)):
                results.append(result)
                text = f"{result:8} {row[0]!s:>4}  {row[1]}" + (f": {note}" if note else "")
                print(text.encode("ascii", "backslashreplace").decode().replace("\n", " | ")[:700], flush=True)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    counts = {result: results.count(result) for result in ("held", "did not", "skipped")}
    print(f"{counts['held']} held, {counts['did not']} did not, {counts['skipped']} skipped")
    sys.exit(1 if counts["did not"] or not counts["held"] else 0)


main()
