"""The end-to-end test: Postfix makes real reports, maildir-bounce scans them, the ledger must tell what was sent.

Started by run.sh. Prints one "ok" or "not ok" line for each check, then the total.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import pwd
import re
import select
import shutil
import signal
import smtplib
import sqlite3
import subprocess
import sys

from cases import BLAMED, BOUNCE, CASES, DELAYED, EXPIRED, NOW, OURS, RULES
from lab import PIPE_OWNER, Lab, LabError, case_of

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "postgresql"))
from server import Server, ServerError  # noqa: E402

SCAN_SECONDS = 30
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "Examples" / "postfix-access"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class Failure(Exception):
    """A check that did not hold; its text says what was expected and what was found."""


def expect(what, found, expected):
    if found == expected:
        return
    if isinstance(expected, dict) and isinstance(found, dict):
        # Only the difference is worth reading.
        differing = sorted(key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key))[:5]
        expected = {key: expected.get(key) for key in differing}
        found = {key: found.get(key) for key in differing}
    raise Failure(f"{what}: expected {expected!r}, found {found!r}")


# ---------------------------------------------------------------------------------------------- what must be found

def expected_counters(isolated):
    """address -> Counter of hard, soft and delayed outcomes, over every mail that is sent."""
    counters = collections.defaultdict(collections.Counter)
    for case in CASES:
        if case.needs_names and not isolated:
            continue
        for report in case.reports:
            for address, (kind, _, _) in report.outcomes.items():
                if address in OURS:
                    continue
                counters[address][kind] += 1
    return counters


ADDRESSES = sorted(expected_counters(isolated=True))
COUNTED = ("hard", "soft", "delayed", "delivered", "complaint")
COMPLAINED = "annoyed@provider.example"
NEVER_BOUNCED = ["nouser.double@dest.example", "quoted@dest.example", "inner@inside.far.example",
                 "nouser.behind@dest.example", "new@other.example", "fine.mixed@dest.example", "taro@dest.example",
                 *OURS, *BLAMED]


# ---------------------------------------------------------------------------------------------- a Maildir's state

def files(maildir):
    """name -> (folder, digest) of every mail; a name found twice is a defect of its own."""
    found = {}
    for folder in ("new", "cur", "tmp"):
        for path in (maildir / folder).iterdir():
            if path.name.split(":")[0] in found:
                raise Failure(f"{path.name} is in the Maildir twice")
            found[path.name.split(":")[0]] = (folder, hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def dump_digest(ledger):
    """The ledger's logical content, without the record of when the program ran."""
    with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as database:
        lines = [line for line in database.iterdump() if not re.match(r'INSERT INTO "?(run|run_count)"? ', line)]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


class Test:
    def __init__(self, binary, root, isolated):
        self.binary = binary
        self.root = pathlib.Path(root)
        self.isolated = isolated
        self.lab = Lab(root, "mx.dest.example" if isolated else "127.0.0.1", RULES)
        self.maildir = self.lab.maildir
        self.ledger = self.root / "ledger.sqlite"
        self.before = {}
        self.verdicts = collections.defaultdict(list)

    def cases(self):
        return [case for case in CASES if self.isolated or not case.needs_names]

    # ------------------------------------------------------------------------------------------ the mails are made

    def make_reports(self, keep):
        self.lab.start()
        for case in self.cases():
            if case.recipients:
                self.lab.send(case.sender, case.recipients, case.text().encode(), case.mail_options, case.rcpt_options)
        self.lab.misbehave()
        self.await_reports("the reports that come at once", NOW)
        self.await_reports("the delay notices", DELAYED, between=self.lab.flush)
        self.lab.set("maximal_queue_lifetime = 1s")
        self.await_reports("the reports on expired mail", EXPIRED, between=self.lab.flush)
        if keep:
            shutil.copytree(self.maildir, keep)
        self.before = files(self.maildir)
        # A scan moves the mails: the checks that need some of their own get copies.
        for name in ("Archived", "Twice"):
            shutil.copytree(self.maildir, self.root / name)

    def await_reports(self, what, phase, **options):
        """Until as many mails of each case are there as it calls for up to this phase, and none is on its way."""
        self.lab.wait(what, lambda: self.lab.is_idle() and not self.missing(phase),
                      describe=lambda: f"missing: {self.missing(phase)}", **options)

    def missing(self, phase):
        wanted = collections.Counter({case.name: sum(report.phase <= phase for report in case.reports)
                                      for case in self.cases()})
        return dict(wanted - self.lab.delivered())

    def reports_have_arrived(self):
        wanted = {case.name: len(case.reports) for case in self.cases()}
        expect("mails of each case in new/", dict(sorted(self.lab.delivered().items())), dict(sorted(wanted.items())))

    def mail_was_accepted(self):
        expect("mails that the remote server accepted", sorted(self.lab.responder.accepted),
               ["fine.mixed@dest.example", "fine.relayed@dest.example"])

    # ------------------------------------------------------------------------------------------ the program reads them

    def run(self, *arguments, status=0):
        done = subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True, timeout=SCAN_SECONDS)
        if done.returncode != status:
            raise Failure(f"{' '.join(map(str, arguments))}: exit status {done.returncode}, not {status}: "
                          f"{done.stdout}{done.stderr}")
        return done

    def objects(self, *arguments):
        return [json.loads(line) for line in self.run(*arguments, "--format", "jsonl").stdout.splitlines()]

    def scan(self, maildir=None, ledger=None, *options):
        return self.run("scan", "--maildir", maildir or self.maildir, "--ledger", ledger or self.ledger,
                        "--config", self.settings(), *options)

    def settings(self):
        """The configuration: the return path, and a mailbox of ours that nobody may suppress."""
        path = self.root / "maildir-bounce.toml"
        path.write_text(f'[verp]\nreturn_path = "{BOUNCE}"\n[own]\naddresses = ["ceo@bounce.test"]\n')
        return path

    def classify_all(self):
        paths = sorted((self.maildir / "new").iterdir())
        verdicts = self.objects("classify", *paths)
        expect("files of the verdicts", [verdict["file"] for verdict in verdicts], [str(path) for path in paths])
        expect("the Maildir after classify", files(self.maildir), self.before)
        for path, verdict in zip(paths, verdicts):
            self.verdicts[case_of(path.read_bytes())].append(verdict)

    def verdict_of(self, case):
        if case.needs_names and not self.isolated:
            return "needs a network namespace"
        wanted = [[report.kind, sorted(report.outcomes)] for report in case.reports]
        found = [[verdict["class"], sorted(one["address"] for one in verdict.get("recipients", []))]
                 for verdict in self.verdicts[case.name]]
        # Only the reports that count have outcomes to compare; a copy or an auto-reply may name whom it likes.
        found = [[kind, addresses if any(report.outcomes for report in case.reports if report.kind == kind) else []]
                 for kind, addresses in found]
        expect("classes and recipients", sorted(found), sorted(wanted))
        for report in case.reports:
            for verdict in self.verdicts[case.name]:
                if verdict["class"] != report.kind:
                    continue
                if report.origin and "origin" in verdict:
                    expect("origin", verdict["origin"], report.origin)
                for one in verdict.get("recipients", []):
                    if one["address"] in report.outcomes:
                        kind, reason, status = report.outcomes[one["address"]]
                        expect(f"kind of {one['address']}", one.get("kind"), kind)
                        expect(f"status of {one['address']}", one.get("status"), status)
                        if reason:
                            expect(f"reason of {one['address']}", one.get("reason"), reason)
        return None

    def dry_run_writes_nothing(self):
        self.scan(None, None, "--dry-run")
        expect("the Maildir after a dry run", files(self.maildir), self.before)
        expect("files beside the ledger", sorted(path.name for path in self.root.glob("ledger.sqlite*")), [])

    def scan_is_silent(self):
        done = self.scan()
        expect("output of scan", done.stdout + done.stderr, "")

    def every_file_is_in_cur_once(self):
        expect("the Maildir after the scan", files(self.maildir),
               {name: ("cur", digest) for name, (_, digest) in self.before.items()})
        unseen = [path.name for path in (self.maildir / "cur").iterdir() if not path.name.endswith(":2,S")]
        expect("files in cur/ that are not marked as seen", unseen, [])

    def counters(self, address, ledger=None):
        found = self.objects("address", address, "--ledger", ledger or self.ledger)
        reports = found[0].get("reports", {})
        return collections.Counter({kind: reports.get(kind, 0) for kind in COUNTED})

    def counters_of(self, address):
        wanted = expected_counters(self.isolated)[address]
        if not wanted:
            return "needs a network namespace"
        expect(f"counters of {address}", dict(+self.counters(address)), dict(wanted))
        return None

    def suppressed(self):
        return {entry["address"] for entry in self.objects("suppressed", "--ledger", self.ledger)}

    def suppressed_addresses(self):
        wanted = {address for address, kinds in expected_counters(self.isolated).items() if kinds["hard"]}
        # That a domain does not exist is believed when it was said twice, with a day between.
        wanted.discard("anyone@gone.example")
        expect("suppressed addresses", sorted(self.suppressed()), sorted(wanted | {COMPLAINED}))

    def check_agrees(self):
        suppressed = self.suppressed()
        for address in [*expected_counters(self.isolated), COMPLAINED, *NEVER_BOUNCED]:
            self.run("check", address, "--ledger", self.ledger, status=1 if address in suppressed else 0)

    def others_have_nothing(self):
        for address in NEVER_BOUNCED:
            counters = self.counters(address)
            expect(f"hard and soft bounces of {address}", (counters["hard"], counters["soft"]), (0, 0))

    def complaint_is_counted(self):
        expect(f"counters of {COMPLAINED}", dict(+self.counters(COMPLAINED)), {"complaint": 1})

    def second_scan_changes_nothing(self):
        ledger, maildir = dump_digest(self.ledger), files(self.maildir)
        self.scan()
        expect("digest of the ledger", dump_digest(self.ledger), ledger)
        expect("the Maildir", files(self.maildir), maildir)

    def restored_mail_counts_once(self):
        """A backup puts mails back into new/ under their old names."""
        before = {address: self.counters(address) for address in ADDRESSES}
        for path in sorted((self.maildir / "cur").iterdir()):
            path.rename(self.maildir / "new" / path.name.split(":")[0])
        self.scan()
        self.every_file_is_in_cur_once()
        expect("counters", {address: self.counters(address) for address in ADDRESSES}, before)

    def archive_sorts_by_class(self):
        maildir, archive, ledger = self.root / "Archived", self.root / "archive", self.root / "archived.sqlite"
        self.scan(maildir, ledger, "--archive", archive)
        wanted = collections.Counter(report.kind for case in self.cases() for report in case.reports)
        # What is no bounce waits in cur/ for a person.
        left = files(maildir).values()
        expect("mails left in the Maildir", collections.Counter(folder for folder, _ in left),
               {"cur": wanted.pop("not-a-bounce")})
        found, digests = collections.Counter(), [digest for _, digest in left]
        for folder in archive.iterdir():
            found[folder.name] = len(files(folder))
            digests += [digest for _, digest in files(folder).values()]
            expect(f"folders of {folder.name}", sorted(path.name for path in folder.iterdir()), ["cur", "new", "tmp"])
        expect("mails of each class in the archive", dict(found), dict(wanted))
        expect("their bytes", sorted(digests), sorted(digest for _, digest in self.before.values()))
        for address in ADDRESSES:
            expect(f"counters of {address}", self.counters(address, ledger), self.counters(address))

    def two_scans_at_once_count_once(self):
        maildir, ledger = self.root / "Twice", self.root / "twice.sqlite"
        command = [self.binary, "scan", "--maildir", str(maildir), "--ledger", str(ledger)]
        scans = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                 for _ in range(2)]
        for scan in scans:
            output, _ = scan.communicate(timeout=SCAN_SECONDS)
            expect(f"exit status of a scan that said {output!r}", scan.returncode, 0)
        expect("the Maildir after both", {name: folder for name, (folder, _) in files(maildir).items()},
               {name: "cur" for name in self.before})
        for address in ADDRESSES:
            expect(f"counters of {address}", self.counters(address, ledger), self.counters(address))

    # ------------------------------------------------------------------------------------------ the exported map

    def answers(self, recipients):
        """What Postfix says to each as the recipient of a bounce."""
        with smtplib.SMTP("127.0.0.1", self.lab.port, local_hostname="app.bounce.test", timeout=10) as smtp:
            smtp.ehlo()
            smtp.mail("")
            return {address: smtp.rcpt(address)[0] for address in recipients}

    def exported_map(self, ledger):
        path = self.lab.config / "suppressed"
        path.write_text(self.run("export", "--format", "postfix", "--ledger", ledger, "--config", self.settings()).stdout)
        table = f"{self.lab.table_type()}:{path}"
        subprocess.run(["postmap", "-c", self.lab.config, table], check=True)
        return table

    def map_lets_bounces_in(self):
        """Also where the ledger of an older version has our own addresses suppressed."""
        old = self.root / "old.sqlite"
        shutil.copy(self.ledger, old)
        self.run("suppress", *BLAMED, "--reason", "userunknown", "--ledger", old)
        dead = "nouser@dest.example"
        for ledger in (self.ledger, old):
            table = self.exported_map(ledger)
            self.lab.set(f"smtpd_recipient_restrictions = check_recipient_access {table}, permit_mynetworks, reject")
            # The process that answered before the reload may answer once more.
            self.lab.wait("Postfix to refuse", lambda: self.answers([dead]) == {dead: 554})
            expect("answers", self.answers([dead, *BLAMED, "bounce+nouser=dest.example@bounce.test"]),
                   {dead: 554, **{address: 250 for address in [*BLAMED, "bounce+nouser=dest.example@bounce.test"]}})
        self.lab.set("smtpd_recipient_restrictions =")
        self.lab.wait("Postfix to take everything", lambda: self.answers([dead]) == {dead: 250})

    def map_refuses_domains(self):
        """What docs/policy.md says of dest.example and .dest.example under both settings of Postfix."""
        ledger = self.root / "domains.sqlite"
        shutil.copy(self.ledger, ledger)
        self.run("suppress", "--domain", "evil.example", ".deep.example", "--ledger", ledger)
        table = self.exported_map(ledger)
        self.lab.set(f"smtpd_recipient_restrictions = check_recipient_access {table}, permit_mynetworks, reject")
        dead, ours = "bob@evil.example", "bounce@bounce.test"
        asked = [dead, "bob@a.evil.example", "bob@deep.example", "bob@a.b.deep.example", "bob@notevil.example", ours]
        for setting, refused in (("", [dead, "bob@a.b.deep.example"]), ("smtpd_access_maps", [dead, "bob@a.evil.example"])):
            self.lab.set(f"parent_domain_matches_subdomains = {setting}")
            wanted = {address: 554 if address in refused else 250 for address in asked}
            self.lab.wait("Postfix to refuse", lambda: self.answers(asked) == wanted)
            expect("answers", self.answers(asked), wanted)
        self.lab.set("parent_domain_matches_subdomains = smtpd_access_maps")
        self.lab.set("smtpd_recipient_restrictions =")
        self.lab.wait("Postfix to take everything", lambda: self.answers([dead]) == {dead: 250})

    def map_as_transport_is_no_bounce(self):
        """The map's texts as a transport map: Postfix itself writes the report."""
        address = "nouser@dest.example"
        lines = (self.lab.config / "suppressed").read_text().splitlines()
        [text] = [line.split("REJECT 5.7.1 ")[1] for line in lines if line.startswith(f"{address} ")]
        path = self.lab.config / "transport"
        path.write_text(f"{address} error:5.1.1 {text}\n")
        table = f"{self.lab.table_type()}:{path}"
        subprocess.run(["postmap", "-c", self.lab.config, table], check=True)
        before = self.counters(address)
        for path in (self.maildir / "new").iterdir():
            path.unlink()
        self.lab.set(f"transport_maps = {table}")
        self.lab.send(BOUNCE, [address], "Message-ID: <transport.case@app.bounce.test>\r\n\r\nHello\r\n")
        self.lab.wait("the report", lambda: self.lab.is_idle() and self.lab.delivered()["transport"] == 2)
        found = {verdict["class"] for verdict in self.objects("classify", *(self.maildir / "new").iterdir())}
        expect("classes", found, {"own-refusal", "postmaster-notice"})
        self.scan()
        expect(f"counters of {address}", self.counters(address), before)

    # ------------------------------------------------------------------------------------------ the live map

    def lacks(self, table_type):
        """Why Postfix cannot ask a table of a type, or None; with CI=true that is a failure."""
        known = subprocess.run(["postconf", "-c", self.lab.config, "-m"], capture_output=True, text=True, check=True)
        if table_type in known.stdout.split():
            return None
        if os.environ.get("CI") == "true":
            raise Failure(f"postfix-{table_type} is missing; scripts/install-deps.sh test installs it")
        return f"needs postfix-{table_type}"

    def live_file(self, name, example="sqlite.cf", **settings):
        """A table of Postfix's: an example with other settings."""
        text = (EXAMPLES / example).read_text()
        for key, value in settings.items():
            text, count = re.subn(rf"^{key} = .*$", lambda _: f"{key} = {value}", text, flags=re.MULTILINE)
            expect(f"lines of {key} in {example}", count, 1)
        path = self.lab.config / name
        path.write_text(text)
        path.chmod(0o640)
        os.chown(path, 0, pwd.getpwnam("postfix").pw_gid)
        return path

    def live_ledger(self):
        """A copy of the ledger, with the rights of docs/postfix.md: Postfix's user reads, by a list of its own, and no more."""
        folder = self.root / "live"
        folder.mkdir(0o750)
        self.live = folder / "ledger.sqlite"
        shutil.copy(self.ledger, self.live)
        self.live.chmod(0o640)
        for rights, path in (["-m", "u:postfix:rx"], folder), (["-d", "-m", "u:postfix:r"], folder), (["-m", "u:postfix:r"], self.live):
            subprocess.run(["setfacl", *rights, path], check=True)
        self.decide_by_hand(self.live)
        return self.live_file("bounce-access.cf", dbpath=self.live)

    def decide_by_hand(self, ledger):
        self.run("suppress", "--domain", "evil.example", "--ledger", ledger)
        self.run("suppress", "hand@dest.example", "a..b@dest.example", '"c d"@dest.example', "ann@bücher.example",
                 "o'neil@dest.example", "--reason", "550 words", "--ledger", ledger)
        self.run("suppress", "reader@dest.example", "--stream", "news.example", "--reason", "asked", "--ledger", ledger)

    def asked(self, table, key):
        """What postmap(1) says as Postfix's user; None if the table does not have the key."""
        done = subprocess.run(["runuser", "-u", "postfix", "--", "postmap", "-c", self.lab.config, "-q", key, table],
                              capture_output=True, text=True)
        if done.stderr or done.returncode not in (0, 1):
            raise Failure(f"postmap -q {key}: status {done.returncode}: {done.stderr}")
        return done.stdout.rstrip("\n") if done.returncode == 0 else None

    def expect_answers(self, table, found, absent):
        for key, reason in found.items():
            answer = self.asked(table, key)
            if not re.fullmatch(rf"REJECT 5\.7\.1 suppressed \[maildir-bounce\] since {TIME}: {reason}", answer or ""):
                raise Failure(f"{table} says {answer!r} of {key}, not {reason}")
        for key in absent:
            expect(f"answer of {table} for {key}", self.asked(table, key), None)

    LIVE = {"nouser@dest.example": "userunknown", "NoUser@DEST.example": "userunknown", COMPLAINED: "feedback",
            "hand@dest.example": "manual", "evil.example": "manual", '"a..b"@dest.example': "manual",
            '"c d"@dest.example': "manual", "ann@xn--bcher-kva.example": "manual", "o'neil@dest.example": "manual"}
    NOT_LIVE = ["fine@dest.example", "reader@dest.example", "dest.example", "nouser@", "x' OR '1'='1"]

    def live_map_answers(self):
        if why := self.lacks("sqlite"):
            return why
        path = self.live_ledger()
        self.expect_answers(f"sqlite:{path}", {**self.LIVE, "ann@bücher.example": "manual"}, self.NOT_LIVE)
        # An administrator chooses causes and streams in the query.
        query = "SELECT text FROM postfix_access WHERE key = '%s' AND {} LIMIT 1"
        hard = self.live_file("hard.cf", dbpath=self.live, query=query.format("stream = '' AND cause = 'hard'"))
        self.expect_answers(f"sqlite:{hard}", {"nouser@dest.example": "userunknown"}, [COMPLAINED, "hand@dest.example"])
        news = self.live_file("news.cf", dbpath=self.live, query=query.format("stream IN ('', 'news.example')"))
        self.expect_answers(f"sqlite:{news}", {"reader@dest.example": "unsubscribed", "hand@dest.example": "manual"}, [])
        other = self.live_file("other.cf", dbpath=self.live, query=query.format("stream IN ('', 'other.example')"))
        self.expect_answers(f"sqlite:{other}", {}, ["reader@dest.example"])
        return None

    def use_live_map(self, table):
        self.lab.set(f"smtpd_recipient_restrictions = check_recipient_access {table}, permit_mynetworks, reject")
        # The process that answered before the reload may answer once more.
        self.lab.wait("Postfix to refuse", lambda: self.answers(["nouser@dest.example"]) == {"nouser@dest.example": 554})

    def use_no_map(self):
        self.lab.set("smtpd_recipient_restrictions =", "transport_maps =")
        self.lab.wait("Postfix to take everything", lambda: set(self.answers(["nouser@dest.example"]).values()) == {250})

    def acts_at_once(self, ledger):
        """One connection, to one process, while the ledger changes."""
        roots = {os.readlink(f"/proc/{process.name}/root") for process in pathlib.Path("/proc").iterdir()
                 if process.name.isdigit() and (process / "comm").read_text().strip() == "smtpd"
                 and str(self.lab.config) in (process / "environ").read_bytes().decode(errors="replace")}
        expect("the root of the smtpd processes", roots, {str(self.lab.root / "spool")})
        with smtplib.SMTP("127.0.0.1", self.lab.port, local_hostname="app.bounce.test", timeout=10) as smtp:
            smtp.ehlo()
            smtp.mail("", ["SMTPUTF8"])

            def says(address, code):
                found, text = smtp.rcpt(address)
                expect(f"code for {address}: {text}", found, code)
                return text.decode()

            text = says("nouser@dest.example", 554)
            if not re.search(rf"Recipient address rejected: suppressed \[maildir-bounce\] since {TIME}: userunknown$", text):
                raise Failure(f"the refusal is not the map's: {text}")
            for number in range(3):
                self.run("release", "nouser@dest.example", "--ledger", ledger)
                says("nouser@dest.example", 250)
                self.run("suppress", "nouser@dest.example", f"new{number}@dest.example", "--reason", "x", "--ledger", ledger)
                says("NoUser@dest.example", 554)
                says(f"new{number}@dest.example", 554)
                says("hand+tag@dest.example", 554)
            self.run("suppress", "--domain", "other.example", "--ledger", ledger)
            says("anybody@sub.other.example", 554)
            self.run("release", "--domain", "other.example", "--ledger", ledger)
            says("anybody@sub.other.example", 250)
            says("bounce+nouser=dest.example@bounce.test", 250)
            # Erased: suppressed, and not in the view.
            self.run("forget", "hand@dest.example", "--ledger", ledger)
            self.run("check", "hand@dest.example", "--ledger", ledger, status=1)
            says("hand@dest.example", 250)

    def live_map_acts_at_once(self):
        if why := self.lacks("sqlite"):
            return why
        self.use_live_map(f"proxy:sqlite:{self.lab.config / 'bounce-access.cf'}")
        self.acts_at_once(self.live)
        return None

    def live_map_that_fails_answers_nothing(self):
        """Nothing is taken and nothing refused while SQLite cannot read the ledger; the client waits, until it can."""
        if why := self.lacks("sqlite"):
            return why
        with smtplib.SMTP("127.0.0.1", self.lab.port, local_hostname="app.bounce.test", timeout=60) as smtp:
            smtp.ehlo()
            smtp.mail("")
            # What an sqlite3 without mode=ro, or a postmap of root's, takes away when it closes the ledger.
            for end in ("-wal", "-shm"):
                (self.live.parent / (self.live.name + end)).unlink()
            self.lab.postfix("reload")
            smtp.sock.sendall(b"RCPT TO:<nouser@dest.example>\r\n")
            self.lab.wait("proxymap to fail", lambda: "SQL prepare failed" in self.lab.log_tail())
            readable, _, _ = select.select([smtp.sock], [], [], 0)
            expect("whether Postfix has answered", bool(readable), False)
            # A command that writes brings them back, as each scan does.
            self.scan(None, self.live)
            expect("the answer once it can", smtp.getreply()[0], 554)
        self.use_no_map()
        return None

    def live_transport_map_sees_sendmail(self):
        """sendmail(1) passes check_recipient_access by; a transport map does not let it."""
        if why := self.lacks("sqlite"):
            return why
        for path in (self.maildir / "new").iterdir():
            path.unlink()
        address = "nouser@dest.example"
        access = f"check_recipient_access proxy:sqlite:{self.lab.config / 'bounce-access.cf'}"
        transport = self.live_file("bounce-transport.cf", dbpath=self.live, result_format="error:%s")
        self.lab.set(f"smtpd_recipient_restrictions = {access}")

        def submit(case, reports):
            subprocess.run(["sendmail", "-C", self.lab.config, "-f", BOUNCE, address], check=True, text=True,
                           input=f"Message-ID: <{case}.case@app.bounce.test>\n\nHello\n")
            self.lab.wait("the report", lambda: self.lab.is_idle() and self.lab.delivered()[case] == reports)
            return {verdict["class"] for verdict in self.objects("classify", *(self.maildir / "new").iterdir())
                    if case_of(pathlib.Path(verdict["file"]).read_bytes()) == case}

        # It was sent, and the remote server has refused it.
        expect("classes of a mail that was sent", submit("passed", 2), {"hard-bounce", "postmaster-notice"})
        self.lab.set(f"transport_maps = proxy:sqlite:{transport}")
        expect("classes of a mail that was not sent", submit("stopped", 2), {"own-refusal", "postmaster-notice"})
        self.use_no_map()
        return None

    def live_map_of_a_server(self):
        """The same with a ledger on PostgreSQL, by a role that may read the view and nothing else."""
        if why := self.lacks("pgsql"):
            return why
        server = Server(self.root / "pg")
        try:
            server.start(password=True, fsync=False)
            ledger = server.database("bounces")
            passwords = self.root / "pgpass"
            passwords.write_text(f"*:*:*:*:{server.password}\n")
            passwords.chmod(0o600)
            os.environ["PGPASSFILE"] = str(passwords)
            self.run("ledger", "copy", self.ledger, ledger)
            self.decide_by_hand(ledger)
            server.sql("CREATE ROLE postfix_access LOGIN PASSWORD 'asks'; GRANT SELECT ON postfix_access TO postfix_access",
                       "bounces")
            may = "SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'public'::regnamespace " \
                  "AND relkind IN ('r', 'v') AND has_table_privilege('postfix_access', oid, 'SELECT')"
            expect("what the role may read", server.sql(may, "bounces").strip(), "postfix_access")
            path = self.live_file("bounce-pgsql.cf", "pgsql.cf", hosts=f"inet:127.0.0.1:{server.port}", password="asks")
            self.expect_answers(f"pgsql:{path}", self.LIVE, self.NOT_LIVE)
            self.use_live_map(f"proxy:pgsql:{path}")
            self.acts_at_once(ledger)
            server.stop()
            asked = ["nouser@dest.example", "fine@dest.example"]
            self.lab.wait("Postfix to defer", lambda: self.answers(asked) == {address: 451 for address in asked})
            self.use_no_map()
        finally:
            os.environ.pop("PGPASSFILE", None)
            server.remove()
        return None

    # ------------------------------------------------------------------------------------------ a pipe in an alias

    def send_piped(self, recipient):
        """A mail to a dead address; its report goes to the alias."""
        self.lab.send("bounce@piped.test", [recipient], f"Message-ID: <piped.case@app.bounce.test>\r\n\r\nTo {recipient}\r\n")

    def alias_pipe_delivers(self):
        program = self.lab.make_pipe(self.binary)
        owner = pwd.getpwnam(PIPE_OWNER)
        subprocess.run([program, "--version"], user=owner.pw_uid, stdout=subprocess.DEVNULL, check=True)
        self.send_piped("nouser@dest.example")
        self.lab.wait("the report behind the pipe", lambda: self.lab.is_idle() and any((self.lab.piped / "new").iterdir()))
        [path] = (self.lab.piped / "new").iterdir()
        expect("owner, group and mode", (path.stat().st_uid, path.stat().st_gid, oct(path.stat().st_mode & 0o7777)),
               (owner.pw_uid, owner.pw_gid, "0o600"))
        expect("the folder of what is on its way", list((self.lab.piped / "tmp").iterdir()), [])
        expect("the line that local(8) puts first", path.read_bytes().startswith(b"From "), False)
        [verdict] = self.objects("classify", path)
        expect("class and address", (verdict["class"], [one["address"] for one in verdict["recipients"]]),
               ("hard-bounce", ["nouser@dest.example"]))

    def alias_pipe_that_fails_keeps_the_mail(self):
        before, away = len(list((self.lab.piped / "new").iterdir())), self.root / "Piped.away"
        self.lab.piped.rename(away)
        self.send_piped("nouser.plain@dest.example")
        self.lab.wait("the report to be deferred", lambda: self.lab.is_idle() and self.lab.deferred())
        [reason] = self.lab.deferred()
        if "Piped" not in reason or "the mail server keeps the message" not in reason:
            raise Failure(f"the reason that Postfix notes does not say what is wrong: {reason}")
        away.rename(self.lab.piped)
        self.lab.wait("the deferred report to be delivered", lambda: self.lab.is_idle() and not self.lab.deferred(),
                      between=self.lab.flush)
        found = sorted((self.lab.piped / "new").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        expect("mails in new/", len(found), before + 1)
        [verdict] = self.objects("classify", found[-1])
        expect("address", [one["address"] for one in verdict["recipients"]], ["nouser.plain@dest.example"])

    # ------------------------------------------------------------------------------------------ canaries

    def canary(self, *arguments, status=0):
        """A canary command, with this Postfix as the mail server and an address of it that does not exist."""
        sendmail, key, config = self.root / "sendmail", self.root / "key", self.root / "canary.toml"
        if not config.exists():
            sendmail.write_text(f'#!/bin/sh\nexec {shutil.which("sendmail")} -C "{self.lab.config}" "$@"\n')
            sendmail.chmod(0o755)
            key.write_text(self.run("verp", "key").stdout)
            key.chmod(0o600)
            config.write_text(f'maildir = "{self.maildir}"\nledger = "{self.ledger}"\n'
                              f'[verp]\nreturn_path = "{BOUNCE}"\nkeys = ["file:{key}"]\n'
                              f'[canary]\nlocal = "bounce.test"\nsendmail = "{sendmail}"\n')
        return self.run(*arguments, "--config", config, status=status)

    def send_canary(self, mails):
        """Sends one, waits for so many mails about it, and scans them. Returns what `canary check` then says of it."""
        self.canary("canary", "send", "--force")
        self.lab.wait(f"{mails} mails about the canary",
                      lambda: self.lab.is_idle() and len(list((self.maildir / "new").iterdir())) == mails)
        self.canary("scan")

    def canary_state(self, status=0):
        [found] = json.loads(self.canary("canary", "check", "--format", "json", status=status).stdout)["canaries"]
        return found

    def canary_comes_back(self):
        before = self.suppressed()
        # Postfix's report, and the copy for the postmaster.
        self.send_canary(2)
        found = self.canary_state()
        expect("state, origin, status and tag", [found.get(name) for name in ("state", "origin", "status", "tag")],
               ["answered", "local", "5.1.1", True])
        expect("counters of the canary's address", dict(+self.counters(found["recipient"])), {})
        expect("suppressed addresses", self.suppressed(), before)
        self.run("ledger", "verify", "--ledger", self.ledger)

    def canary_is_silent(self):
        self.lab.set("recipient_delimiter =")
        # The report does not reach its address any more; only a notice of the double bounce, and a copy for the postmaster.
        self.canary("canary", "send", "--force")
        self.lab.wait("Postfix to have tried", lambda: self.lab.is_idle() and any((self.maildir / "new").iterdir()))
        self.canary("scan")
        expect("state while there is time", self.canary_state()["state"], "answered")
        with sqlite3.connect(self.ledger) as database:
            database.execute("UPDATE canary SET sent = sent - 7200, due = due - 7200 WHERE answered IS NULL")
            database.execute("UPDATE canary SET sent = sent - 86400 WHERE answered IS NOT NULL")
        found = self.canary_state(status=2)
        expect("state when it is over", found["state"], "overdue")
        if "recipient delimiter is off" not in found["advice"]:
            raise Failure(f"the advice does not name the cause: {found['advice']}")
        nagios = self.canary("status", "--nagios", status=2).stdout
        if not nagios.startswith("CRITICAL - canary to bounce.test: no report on the mail of "):
            raise Failure(f"status --nagios says {nagios}")

    def canary_comes_back_again(self):
        self.lab.set("recipient_delimiter = +")
        self.send_canary(2)
        expect("state", self.canary_state()["state"], "answered")

    # ------------------------------------------------------------------------------------------ all of it, in order

    def checks(self):
        return [
            ("Postfix has written each report that the mails call for", self.reports_have_arrived),
            ("the remote server has accepted the other mails", self.mail_was_accepted),
            ("classify prints one verdict for each file, in order, and touches nothing", self.classify_all),
            *((f"{case.name}: {case.title}", lambda case=case: self.verdict_of(case)) for case in CASES),
            ("a dry run writes nothing", self.dry_run_writes_nothing),
            ("a scan succeeds and says nothing", self.scan_is_silent),
            ("new/ is empty and each mail is in cur/ once, unchanged and seen", self.every_file_is_in_cur_once),
            *((f"counters of {address}", lambda address=address: self.counters_of(address)) for address in ADDRESSES),
            ("a complaint counts as one", self.complaint_is_counted),
            ("nobody else has a bounce", self.others_have_nothing),
            ("suppressed lists the dead addresses and the complaint, and nobody else", self.suppressed_addresses),
            ("check exits 1 for the suppressed and 0 for the others", self.check_agrees),
            ("a second scan changes nothing", self.second_scan_changes_nothing),
            ("mails restored into new/ do not count again", self.restored_mail_counts_once),
            ("--archive sorts the mails by class into Maildirs and counts the same", self.archive_sorts_by_class),
            ("two scans at once count once", self.two_scans_at_once_count_once),
            ("with the exported map Postfix refuses the dead and takes bounces", self.map_lets_bounces_in),
            ("of a domain it refuses what docs/policy.md says, under both settings of Postfix", self.map_refuses_domains),
            ("an alias pipe delivers a report, as the owner of the alias database", self.alias_pipe_delivers),
            ("where deliver fails Postfix keeps the report, and delivers it later", self.alias_pipe_that_fails_keeps_the_mail),
            ("what Postfix refuses by the map's texts as a transport map is no bounce", self.map_as_transport_is_no_bounce),
            ("a local canary is refused by Postfix, comes back to its tag, and counts for nobody", self.canary_comes_back),
            ("without the recipient delimiter it is overdue, and an alarm", self.canary_is_silent),
            ("with it the next one ends the alarm", self.canary_comes_back_again),
            ("the view answers Postfix's user: causes, streams and domains, quotes, both forms of a domain", self.live_map_answers),
            ("a chrooted smtpd refuses by the view; suppress, release and forget act at once", self.live_map_acts_at_once),
            ("Postfix says nothing while SQLite cannot read the ledger; the next scan mends that", self.live_map_that_fails_answers_nothing),
            ("sendmail passes the access map by, and not a transport map", self.live_transport_map_sees_sendmail),
            ("with a ledger on PostgreSQL a role that reads the view alone does the same", self.live_map_of_a_server),
        ]


def run_checks(test):
    passed = failed = skipped = 0
    for number, (title, check) in enumerate(test.checks(), 1):
        try:
            skip = check()
        except (Failure, OSError, ValueError, KeyError, IndexError, sqlite3.Error, subprocess.SubprocessError,
                LabError, ServerError, smtplib.SMTPException) as error:
            failed += 1
            print(f"not ok {number} - {title}")
            print("\n".join(f"  # {line}" for line in f"{type(error).__name__}: {error}".splitlines()))
        else:
            if skip:
                skipped += 1
            else:
                passed += 1
            print(f"ok {number} - {title}" + (f" # SKIP {skip}" if skip else ""))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return failed == 0


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--root", help="an empty folder to work in")
    options.add_argument("--binary", help="the program to test")
    options.add_argument("--isolated", action="store_true", help="host names of our own can be used")
    options.add_argument("--keep", help="copy the Maildir with the reports to this new folder")
    options.add_argument("--reports-only", action="store_true", help="make the reports and stop before the program")
    options.add_argument("--count", action="store_true", help="print the number of checks")
    options = options.parse_args()
    if options.count:
        print(len(Test(None, "/nonexistent", True).checks()))
        return 0

    # An end by signal is an exit like any other: what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    test = Test(options.binary, options.root, options.isolated)
    try:
        test.make_reports(options.keep)
        return 0 if options.reports_only or run_checks(test) else 1
    except (LabError, OSError) as error:
        print(f"not ok 1 - Postfix makes the reports\n  # {error}\n0 passed, 1 failed")
        return 1
    finally:
        test.lab.stop()
        if options.keep and not pathlib.Path(options.keep).exists() and test.maildir.exists():
            shutil.copytree(test.maildir, options.keep)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    os.umask(0o022)
    sys.exit(main())
