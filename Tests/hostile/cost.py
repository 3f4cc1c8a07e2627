#!/usr/bin/env python3
"""What hostile mail costs: each form is made in growing sizes and classified by the real program.

    Tests/hostile/cost.py [--program PATH] [--form NAME]... [--most MB]

Prints a table: CPU time for each size, the growth, the most memory. The growth is the exponent between the largest two
sizes that the program reads in full (it reads READ_LIMIT bytes of a message): 1 is linear, 2 is quadratic. Exit status 1
where a form grows faster than GROWTH_LIMIT, takes more than SECONDS_LIMIT of CPU time or more than MEMORY_LIMIT of memory,
or ends otherwise than with status 0.
"""
import argparse
import itertools
import math
import os
import subprocess
import sys
import tempfile

MB = 1 << 20
READ_LIMIT = 4 * MB
GROWTH_LIMIT = 1.3
SECONDS_LIMIT = 5.0
MEMORY_LIMIT = 256 * MB
# Below this much CPU time the growth is noise.
MEASURABLE = 0.2


def fill(size, pieces, head=b"", tail=b""):
    """head, then pieces until the size is reached, then tail. Far behind what is read, the pieces repeat."""
    out = bytearray(head)
    room = min(size, 2 * READ_LIMIT) - len(tail)
    for piece in pieces:
        if len(out) + len(piece) > room:
            break
        out += piece
    while size > 2 * READ_LIMIT and len(out) + len(tail) < size:
        out += out[: size - len(out) - len(tail)]
    return bytes(out + tail)


def again(piece):
    return itertools.repeat(piece)


def numbered(pattern):
    return (pattern.replace(b"#", b"%d" % number) for number in itertools.count())


RECEIVED = b"Received: by mail.example.com (Postfix)\n\tid A1; Tue, 24 Nov 2026 10:00:05 +0000\n"
DAEMON = RECEIVED + b"Return-Path: <>\nFrom: MAILER-DAEMON@mail.example.com\nTo: bounces@mail.example.com\nSubject: Undelivered\n"
REPORT = DAEMON + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
STATUS = b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.com\n\n"
GROUP = b"Final-Recipient: rfc822; u#@dest.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown\n\n"
POSTFIX_STATUS = STATUS[:-1] + b"X-Postfix-Queue-ID: A1\n\n"
SHORT_GROUP = b"Final-Recipient: rfc822;u#@d.example\n\n"


LONG_GROUP = b"Final-Recipient: rfc822; u#@dest.example\nAction: failed\nDiagnostic-Code: smtp; 550 "


def diagnostics(piece):
    """Many recipients, of each a text as long as one that is judged."""
    return lambda size: fill(
        size, numbered(LONG_GROUP + (piece * (8100 // len(piece))) + b"\n\n"), REPORT + STATUS, b"\n--b--\n")


def text_part(text):
    return b"--b\nContent-Type: text/plain\n\n" + text + b"\n"


def html(piece):
    return lambda size: fill(size, again(piece), DAEMON + b"Content-Type: text/html\n\n")


def header(name, piece):
    """One field of many pieces."""
    return lambda size: fill(size, again(piece), DAEMON + name + b": ", b"\n\nbody\n")


def folded(name, piece):
    return lambda size: fill(size, again(piece + b"\n "), DAEMON + name + b": ", b"\n\nbody\n")


def body(piece):
    return lambda size: fill(size, again(piece), DAEMON + b"\n")


def numbered_body(pattern):
    return lambda size: fill(size, numbered(pattern), DAEMON + b"\n")


def split(first, second):
    """Half the size for each."""
    return lambda size: first(size // 2) + second(size // 2)


def nested_boundaries(size):
    """Forty multiparts within each other, and then lines that resemble all their delimiters."""
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=%060d\n\n--%060d\n" % (level, level) for level in range(40))
    return fill(size, again(b"--" + b"0" * 59 + b"x--\n"), head)


def status_report(groups, text=b"", status=STATUS, first=b""):
    """A report of groups, and before them a text part that fills half of it."""

    def make(size):
        half = size // 2 if text else size
        front = REPORT + (text_part(first + fill(half, numbered(text))) if text else b"")
        return fill(size, numbered(groups), front + status, b"\n--b--\n")

    return make


FORMS = {
    "nested multiparts": lambda size: fill(
        size, numbered(b"Content-Type: multipart/mixed; boundary=b#\n\n--b#\n"), DAEMON),
    "nested messages": lambda size: fill(size, again(b"Content-Type: message/rfc822\n\n"), DAEMON),
    "nested encoded messages": lambda size: fill(
        size, again(b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"), DAEMON),
    "header fields": lambda size: fill(size, numbered(b"X-#: a\n"), DAEMON, b"\nbody\n"),
    "empty header fields": lambda size: fill(size, again(b"a:\n"), DAEMON, b"\nbody\n"),
    "Received fields": lambda size: fill(size, again(RECEIVED), DAEMON, b"\nbody\n"),
    "Delivered-To fields": lambda size: fill(
        size, numbered(b"Delivered-To: bounce+u#=dest.example@mail.example.com\n"), DAEMON, b"\nbody\n"),
    "a header field of many folds": folded(b"Subject", b"a"),
    "a header field of blanks": folded(b"Subject", b"   "),
    "a header line": header(b"Subject", b"a"),
    "encoded words": folded(b"Subject", b"=?utf-8?Q?=41=?="),
    "half encoded words": header(b"Subject", b"=?"),
    "comments within comments": header(b"To", b"("),
    "quotation marks": header(b"To", b'"'),
    "opening angles in a field": header(b"To", b"<"),
    "addresses in a field": folded(b"To", b"a@b.example,"),
    "failed recipients in a field, and prose": split(
        folded(b"X-Failed-Recipients", b"a@b.example,"), lambda size: fill(size, again(b"550 <a@b.example> user unknown\n"))),
    "failed recipients in fields": lambda size: fill(
        size, numbered(b"X-Failed-Recipients: u#@dest.example\n"), DAEMON, b"\nuser unknown\n"),
    "a parameter in many pieces": lambda size: fill(
        size, numbered(b";\n boundary*#=a"), DAEMON + b"Content-Type: multipart/mixed", b"\n\nbody\n"),
    "parameters": lambda size: fill(
        size, numbered(b";\n a#=b"), DAEMON + b"Content-Type: multipart/mixed", b"\n\nbody\n"),
    "a boundary on every line": lambda size: fill(
        size, again(b"--b\n"), DAEMON + b"Content-Type: multipart/mixed; boundary=b\n\n"),
    "near boundaries of forty multiparts": nested_boundaries,
    "rules of dashes": lambda size: fill(
        size, again(b"-" * 60 + b"\n"), DAEMON + b"Content-Type: multipart/mixed; boundary=b\n\n"),
    "mbox lines": lambda size: fill(size, again(b"From a@b.example\n")),
    "empty lines": lambda size: b"\n" * size,
    "carriage returns": lambda size: b"\r" * size,
    "NUL bytes": lambda size: bytes(size),
    "NUL bytes in a header": header(b"Subject", b"\0"),
    "bytes above 127 in a header": header(b"Subject", b"\xff"),
    "escape sequences": body(b"\x1b[2J\x1b]0;owned\x07"),
    "a base64 bomb": lambda size: fill(
        size, again(b"PGFAYi5leGFtcGxlPjogNTUwIHVzZXIgdW5rbm93bgo" + b"K\n"),
        DAEMON + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"),
    "a base64 bomb in parts": lambda size: fill(
        size, again(b"--b\nContent-Transfer-Encoding: base64\n\n" + b"PGFAYi5jPjogNTUw" * 300 + b"\n"),
        DAEMON + b"Content-Type: multipart/mixed; boundary=b\n\n"),
    "a base64 status": lambda size: fill(
        size, again(b"RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFAYi5leGFtcGxlCgoK" + b"\n"),
        REPORT + b"--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"),
    "quoted-printable": lambda size: fill(
        size, again(b"=\n=41=\n"), DAEMON + b"Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n"),
    "charset switches": lambda size: fill(
        size, again(b"\x1b$B!!\x1b(B"), DAEMON + b"Content-Type: text/plain; charset=iso-2022-jp\n\n"),
    "invalid UTF-16": lambda size: fill(
        size, again(b"\xd8\x00"), DAEMON + b"Content-Type: text/plain; charset=utf-16be\n\n"),
    "HTML of opening angles": html(b"<"),
    "HTML of comments": html(b"<!--"),
    "HTML of styles": html(b"<style>"),
    "HTML of preformatted parts": html(b"<pre>"),
    "HTML of ampersands": html(b"&"),
    "HTML of references": html(b"&#x41"),
    "HTML of attributes": html(b'<a href="'),
    "recipients": status_report(GROUP),
    "short recipients": status_report(SHORT_GROUP),
    "one recipient many times": status_report(SHORT_GROUP.replace(b"#", b"")),
    "recipients, and a paragraph for each": status_report(GROUP, b"<u#@dest.example>: user unknown\n\n"),
    "recipients, and paragraphs of others": status_report(SHORT_GROUP, b"<v#@dest.example>: user unknown\n\n"),
    "recipients, and empty lines": status_report(SHORT_GROUP, b"\n"),
    "Postfix's recipients, and a paragraph for each": status_report(
        GROUP, b"<u#@dest.example>: user unknown\n\n", POSTFIX_STATUS),
    "Postfix's recipients, and empty lines": status_report(SHORT_GROUP, b"\n", POSTFIX_STATUS),
    "Postfix's recipients, and lines of angles": status_report(SHORT_GROUP, b"<u\n", POSTFIX_STATUS),
    "one recipient of Postfix many times, and a long paragraph": status_report(
        SHORT_GROUP.replace(b"#", b""), b"the rest of a long line\n", POSTFIX_STATUS, first=b"<u@d.example>: "),
    "recipients, and a tag of many parts": lambda size: b"Delivered-To: " + b"+a" * 120 + b"=b.example@d.example\n" + status_report(
        SHORT_GROUP)(size - 300),
    "recipients, and many tags": lambda size: fill(
        size // 2, numbered(b"Delivered-To: b+u#=dest.example@d.example\n")) + status_report(SHORT_GROUP)(size // 2),
    "recipients of 64 KB": status_report(GROUP.replace(b"#", b"a" * 65536)),
    "diagnostics of 64 KB": status_report(GROUP.replace(b"unknown", b"user unknown " * 5000)),
    "diagnostics of addresses and predicates": diagnostics(b"<a@b.c> unknown "),
    "diagnostics of hosts and predicates": diagnostics(b"full.unknown."),
    "diagnostics of pages and predicates": diagnostics(b"www.x unknown "),
    "diagnostics of parts and predicates": diagnostics(b"user unknown: "),
    "diagnostics of subjects and choices": diagnostics(b"the user a@b.c or mailbox is unknown or full or disabled. "),
    "a diagnostic": lambda size: fill(
        size, again(b"550 user unknown <"), REPORT + STATUS
        + b"Final-Recipient: rfc822; a@b.example\nDiagnostic-Code: smtp; ", b"\n\n--b--\n"),
    "status parts": lambda size: fill(
        size, again(STATUS + SHORT_GROUP.replace(b"#", b"")), REPORT, b"--b--\n"),
    "empty status groups": lambda size: fill(size, again(b"a: b\n\n"), REPORT + STATUS),
    "returned messages": lambda size: fill(
        size, again(b"--b\nContent-Type: message/rfc822\n\nTo: a@b.example\n\nx\n"),
        REPORT + STATUS + GROUP.replace(b"#", b"")),
    "a returned message of fields": lambda size: fill(
        size, numbered(b"To: u#@dest.example\n"), DAEMON + b"Content-Type: multipart/report; boundary=b\n\n"
        + text_part(b"user unknown") + b"--b\nContent-Type: message/rfc822\n\n"),
    "complaint fields": lambda size: fill(
        size, numbered(b"Original-Rcpt-To: u#@dest.example\n"),
        DAEMON + b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        b"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"),
    "prose of recipients": numbered_body(b"<u#@dest.example>: 550 5.1.1 user unknown\n\n"),
    "prose of recipients in one paragraph": numbered_body(b"u#@dest.example\n"),
    "prose of addresses": body(b"<a@b.example>"),
    "prose of angles": body(b"<>"),
    "prose of closing angles": body(b">"),
    "prose of at signs": body(b"@"),
    "prose of numbers": body(b"550 5.1.1 "),
    "prose of dots and digits": body(b"5.5."),
    "prose of commands": body(b"RCPT TO:<"),
    "a line of prose": body(b"user unknown "),
    "quoted headers": body(b"To: a@b.example\nReceived: from b\n\n"),
    "transcripts": body(b"----- Transcript of session follows -----\n>>> RCPT To:<a@b.example>\n<<< 550 user unknown\n"),
    "JSON within JSON": lambda size: fill(
        size, again(b"["), RECEIVED + b"From: no-reply@sns.amazonaws.com\nContent-Type: text/plain\n\n"
        + b'{"notificationType":"Bounce","bounce":'),
    "JSON of recipients": lambda size: fill(
        size, again(b'{"emailAddress":"a@b.example"},'),
        RECEIVED + b"From: no-reply@sns.amazonaws.com\nContent-Type: text/plain\n\n"
        + b'{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[', b"{}]}}\n"),
    "JSON escapes": lambda size: fill(
        size, again(b"\\u0041"), RECEIVED + b"From: no-reply@sns.amazonaws.com\n\n" + b'{"notificationType":"'),
    "HTML and SQL in every field": lambda size: fill(
        size, again(b"'; DROP TABLE address; -- <script>alert(1)</script>: =cmd|' /C calc'!A0\n"), DAEMON),
}


def write(path, form, size):
    """Writes a mail in a process of its own: the memory of this one counts for those that it starts."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            with open(path, "wb") as file:
                file.write(form(size))
            status = 0
        finally:
            os._exit(status)
    if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) != 0:
        sys.exit(f"cannot write {path}")


def classify(program, path):
    """Seconds of CPU time, bytes of memory at the most, exit status."""
    process = subprocess.Popen(
        [program, "classify", "--explain", "--format", "jsonl", path], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss << 10, process.returncode


def growth(seconds):
    """The exponent between the largest two sizes that are read in full; None where that is too quick to tell."""
    sizes = sorted(size for size in seconds if size <= READ_LIMIT)
    if len(sizes) < 2 or seconds[sizes[-1]] < MEASURABLE:
        return None
    return math.log(seconds[sizes[-1]] / max(seconds[sizes[-2]], 1e-3)) / math.log(sizes[-1] / sizes[-2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/maildir-bounce")
    parser.add_argument("--form", action="append", choices=sorted(FORMS), help="only this one")
    parser.add_argument("--most", type=int, default=64, help="the largest size, in MB (default: %(default)s)")
    arguments = parser.parse_args()
    if not os.access(arguments.program, os.X_OK):
        parser.error(f"{arguments.program} is not there; build it with: make build")

    sizes = [MB << power for power in range(64) if 1 << power <= arguments.most]
    print("| form | " + " | ".join(f"{size // MB} MB" for size in sizes) + " | growth | memory |")
    print("| --- |" + " ---: |" * (len(sizes) + 2))
    faults = []
    with tempfile.TemporaryDirectory(prefix="maildir-bounce-cost.") as folder:
        path = os.path.join(folder, "mail")
        for name in arguments.form or FORMS:
            seconds, most = {}, 0
            for size in sizes:
                write(path, FORMS[name], size)
                seconds[size], memory, status = classify(arguments.program, path)
                most = max(most, memory)
                if status != 0:
                    faults.append(f"{name}, {size // MB} MB: exit status {status}")
                if seconds[size] > SECONDS_LIMIT:
                    faults.append(f"{name}, {size // MB} MB: {seconds[size]:.1f} s")
                    break
            exponent = growth(seconds)
            if exponent is not None and exponent > GROWTH_LIMIT:
                faults.append(f"{name}: grows with the power of {exponent:.1f}")
            if most > MEMORY_LIMIT:
                faults.append(f"{name}: {most // MB} MB of memory")
            cells = [f"{seconds[size]:.2f}" if size in seconds else "" for size in sizes]
            told = "–" if exponent is None else f"{exponent:.1f}"
            print(f"| {name} | " + " | ".join(cells) + f" | {told} | {most // MB} MB |", flush=True)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
