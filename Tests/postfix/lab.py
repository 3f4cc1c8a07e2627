"""A private Postfix beside a responder of ours: own configuration, queue and data, loopback only."""

import collections
import grp
import json
import os
import pathlib
import pwd
import re
import shutil
import smtplib
import subprocess
import sys
import time

from responder import Responder

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from ports import closed_port, free_port  # noqa: E402

CASE_ID = re.compile(rb"<([a-z0-9-]+)\.case@app\.bounce\.test>")
# The one mail without a Message-ID of a case: Postfix's transcript of a client's errors.
TRANSCRIPT = "transcript"
# Owns the alias database with the pipe. Not the one as whom local(8) runs the pipes of root's own (default_privs: nobody).
PIPE_OWNER = "daemon"


class LabError(Exception):
    pass


def case_of(data):
    """The name of the case that a mail belongs to: its returned mail's Message-ID, else its own."""
    found = CASE_ID.findall(data)
    return found[-1].decode() if found else TRANSCRIPT


class Lab:
    def __init__(self, root, mx, rules):
        self.root = pathlib.Path(root)
        self.config = self.root / "etc"
        self.maildir = self.root / "Maildir"
        self.piped = self.root / "Piped"
        self.aliases = self.config / "bounce-aliases"
        self.responder = Responder(mx, rules)
        self.port = free_port()
        self.closed = closed_port()
        self.fill_in = {
            "ROOT": str(self.root),
            "MX": mx,
            "RESPONDER_PORT": str(self.responder.port),
            "SMTPD_PORT": str(self.port),
            "CLOSED_PORT": str(self.closed.getsockname()[1]),
            "UID": str(pwd.getpwnam("nobody").pw_uid),
            "GID": str(grp.getgrnam("nogroup").gr_gid),
        }

    def start(self):
        for folder in ("etc", "spool", "data", "log"):
            (self.root / folder).mkdir()
        os.chown(self.root / "data", pwd.getpwnam("postfix").pw_uid, -1)
        for maildir in ("Maildir", "Accepted"):
            for folder in ("", "new", "cur", "tmp"):
                path = self.root / maildir / folder
                path.mkdir(mode=0o700)
                os.chown(path, int(self.fill_in["UID"]), int(self.fill_in["GID"]))
        self.fill_in["ALIASES"] = f"{self.table_type()}:{self.aliases}"
        self.responder.start()
        self.start_at_free_port()
        self.wait("Postfix to answer", self.is_answering)

    def configure(self):
        for name in ("main.cf", "master.cf"):
            text = re.sub(r"@([A-Z_]+)@", lambda found: self.fill_in[found[1]], (HERE / name).read_text())
            (self.config / name).write_text(text)

    def start_at_free_port(self):
        """At another port where another program was quicker. Not in a network of our own."""
        log = self.root / "log" / "maillog"
        while True:
            self.configure()
            try:
                return self.postfix("start")
            except LabError:
                if "Address already in use" not in self.log_tail():
                    raise
            log.unlink()
            self.port = free_port()
            self.fill_in["SMTPD_PORT"] = str(self.port)

    @staticmethod
    def table_type():
        asked = subprocess.run(["postconf", "-d", "-h", "default_database_type"], capture_output=True, text=True, check=True)
        return asked.stdout.strip()

    def make_pipe(self, binary):
        """bounce@piped.test goes through an alias into Piped, as docs/operations.md has it. Returns the pipe's program."""
        owner = pwd.getpwnam(PIPE_OWNER)
        for folder in ("", "new", "cur", "tmp"):
            path = self.piped / folder
            path.mkdir(mode=0o700)
            os.chown(path, owner.pw_uid, owner.pw_gid)
        # The owner need not be able to reach the program where it was built.
        program = self.root / "maildir-bounce"
        shutil.copy(binary, program)
        program.chmod(0o755)
        self.aliases.write_text(f'bounce: "|{program} deliver --maildir {self.piped}"\n')
        subprocess.run(["postalias", "-c", self.config, self.fill_in["ALIASES"]], check=True)
        for table in self.config.glob(f"{self.aliases.name}.*"):
            os.chown(table, owner.pw_uid, -1)
        return program

    def stop(self):
        if self.config.exists():
            subprocess.run(["postfix", "-c", self.config, "stop"], capture_output=True)
        self.responder.server_close()
        self.closed.close()

    def postfix(self, *command):
        done = subprocess.run(["postfix", "-c", self.config, *command], capture_output=True, text=True)
        if done.returncode:
            raise LabError(f"postfix {' '.join(command)} failed: {done.stdout}{done.stderr}{self.log_tail()}")

    def set(self, *settings):
        subprocess.run(["postconf", "-c", self.config, "-e", *settings], check=True)
        self.postfix("reload")

    def flush(self):
        subprocess.run(["postqueue", "-c", self.config, "-f"], check=True)

    def is_answering(self):
        try:
            with smtplib.SMTP(timeout=5) as smtp:
                # Not another program's greeting.
                return b"mail.bounce.test" in smtp.connect("127.0.0.1", self.port)[1]
        except OSError:
            return False

    def send(self, sender, recipients, message, mail_options=(), rcpt_options=()):
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="app.bounce.test", timeout=10) as smtp:
            refused = smtp.sendmail(sender, recipients, message, list(mail_options), list(rcpt_options))
            if refused:
                raise LabError(f"Postfix refused a recipient of a test mail: {refused}")

    def misbehave(self):
        """A client that breaks the protocol; Postfix sends the postmaster a transcript of it."""
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="app.bounce.test", timeout=10) as smtp:
            smtp.ehlo()
            smtp.docmd("MAIL FROM: no address")
            smtp.docmd("BDATA what")

    def delivered(self):
        """How many mails of each case are in new/."""
        return collections.Counter(case_of(path.read_bytes()) for path in (self.maildir / "new").iterdir())

    def deferred(self):
        """Why each mail that Postfix keeps for later is kept."""
        queue = subprocess.run(["postqueue", "-c", self.config, "-j"], capture_output=True, text=True, check=True).stdout
        return [recipient.get("delay_reason", "") for mail in map(json.loads, queue.splitlines())
                if mail["queue_name"] == "deferred" for recipient in mail["recipients"]]

    def is_idle(self):
        """Nothing is on its way; deferred mail may rest."""
        return not any(path.is_file() for queue in ("maildrop", "incoming", "active")
                       for path in (self.root / "spool" / queue).rglob("*"))

    def wait(self, what, is_done, describe=str, seconds=20, between=lambda: None):
        deadline = time.monotonic() + seconds
        while not is_done():
            if time.monotonic() > deadline:
                raise LabError(f"waited {seconds} s for {what}; {describe()}{self.log_tail()}")
            time.sleep(0.3)
            between()

    def log_tail(self):
        log = self.root / "log" / "maillog"
        lines = log.read_text(errors="replace").splitlines()[-40:] if log.exists() else []
        return "".join(f"\n# {line}" for line in lines)
