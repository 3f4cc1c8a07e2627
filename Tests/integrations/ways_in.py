"""fetchmail, getmail and mbsync take bounces from a real Dovecot into the Maildir, or hand them to `deliver`."""

import difflib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import time

from lab import SAMPLES, Place, check, has, missing, run as start

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from ports import free_port

PASSWORD = "secret"


class Dovecot:
    """One user, bounce, whose mail is in a Maildir of the test."""

    def __init__(self, folder):
        self.port, self.maildir = free_port(), folder / "server"
        user = pwd.getpwnam("nobody")
        (folder / "run").mkdir()
        for name in ("new", "cur", "tmp"):
            (self.maildir / name).mkdir(parents=True)
        self.owner = (user.pw_uid, user.pw_gid)
        self.give()
        config = folder / "dovecot.conf"
        config.write_text(f"""
            base_dir = {folder}/run
            log_path = {folder}/dovecot.log
            listen = 127.0.0.1
            protocols = imap
            ssl = no
            disable_plaintext_auth = no
            first_valid_uid = 1
            last_valid_uid = 0
            first_valid_gid = 1
            default_login_user = nobody
            default_internal_user = nobody
            default_internal_group = {folder.group()}
            mail_location = maildir:{self.maildir}
            passdb {{
              driver = static
              args = password={PASSWORD}
            }}
            userdb {{
              driver = static
              args = uid={user.pw_uid} gid={user.pw_gid} home={self.maildir}
            }}
            service imap-login {{
              chroot =
              inet_listener imap {{
                port = {self.port}
              }}
              inet_listener imaps {{
                port = 0
              }}
            }}
            """)
        self.process = subprocess.Popen(["dovecot", "-F", "-c", str(config)], stderr=subprocess.PIPE)
        for _ in range(200):
            if self.process.poll() is not None:
                raise OSError(self.process.stderr.read().decode())
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                    if connection.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise OSError("Dovecot does not answer: " + (folder / "dovecot.log").read_text())

    def give(self):
        for path in (self.maildir, *self.maildir.rglob("*")):
            os.chown(path, *self.owner)

    def put(self, name, content):
        (self.maildir / "new" / name).write_bytes(content)
        self.give()

    def names(self):
        return sorted(path.name for part in ("new", "cur") for path in (self.maildir / part).iterdir())

    def empty(self):
        for name in self.names():
            for part in ("new", "cur"):
                (self.maildir / part / name).unlink(missing_ok=True)


def bounce(address):
    return next(SAMPLES.glob("01-*")).read_bytes().replace(b"bob@dest", address.partition("@")[0].encode() + b"@dest").replace(
        b"Message-Id: <", b"Message-Id: <" + address.partition("@")[0].encode() + b".")


def suppressed(place, address):
    return place.cli("check", address).returncode == 1


def write(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return path


def run(program, folder):
    if os.geteuid() != 0:
        return missing("the right to start Dovecot (root)")
    if not has("dovecot"):
        return None
    server = Dovecot(folder)
    try:
        for way in (fetchmail, getmail, mbsync):
            if has(way.__name__):
                server.empty()
                way(program, folder, server)
    finally:
        server.process.terminate()
        server.process.wait()
    return None


def fetchmail(program, folder, server):
    place = Place(folder / "fetchmail", program)
    # Without `set invisible` its own Received would be the topmost one, from which the arrival and the origin are read.
    rc = write(folder / "fetchmailrc", f"""
        set invisible
        poll 127.0.0.1 protocol imap port {server.port} auth password
          user "bounce" password "{PASSWORD}" sslproto "" fetchall no rewrite
          mda "{program} deliver --config {place.config}"
        """)
    command = ["fetchmail", "--fetchmailrc", rc, "--pidfile", folder / "fetchmail.pid", "--nosyslog"]
    handed_to_deliver("fetchmail", place, server, command)


def getmail(program, folder, server):
    place = Place(folder / "getmail", program)
    own = folder / "getmail-own"
    own.mkdir(mode=0o700)
    rc = write(own / "getmailrc", f"""[retriever]
type = SimpleIMAPRetriever
server = 127.0.0.1
port = {server.port}
username = bounce
password = {PASSWORD}
[destination]
type = MDA_external
path = {program}
arguments = ("deliver", "--config", "{place.config}")
unixfrom = false
allow_root_commands = true
[options]
delete = true
delivered_to = false
received = false
""")
    handed_to_deliver("getmail", place, server, ["getmail", "--getmaildir", own, "--rcfile", rc])


def handed_to_deliver(name, place, server, command):
    content = bounce(f"{name}@dest.example")
    server.put("1.first", content)
    # While the Maildir is away.
    away = place.maildir.with_suffix(".away")
    place.maildir.rename(away)
    done = start(command)
    check(f"{name}: what deliver refuses stays on the server", len(server.names()) == 1, f"{server.names()} {done}")
    away.rename(place.maildir)
    done = start(command)
    delivered = [path.read_bytes() for path in (place.maildir / "new").iterdir()]
    check(f"{name}: it is delivered once, and the server has it no more", len(delivered) == 1 and not server.names(),
          f"{len(delivered)} {server.names()} {done}")
    found, expected = (text.replace(b"\r\n", b"\n").strip(b"\n") for text in (b"".join(delivered), content))
    found = found.replace(b"X-getmail-retrieved-from-mailbox: INBOX\n", b"")
    check(f"{name}: as it was", found == expected, "".join(difflib.unified_diff(
        expected.decode().splitlines(True), found.decode().splitlines(True))))
    place.do("scan")
    check(f"{name}: it counts", suppressed(place, f"{name}@dest.example"), place.do("report").decode())


def mbsync(program, folder, server):
    place = Place(folder / "mbsync", program)
    rc = write(folder / "mbsyncrc", f"""
IMAPAccount server
Host 127.0.0.1
Port {server.port}
User bounce
Pass {PASSWORD}
SSLType None
AuthMechs LOGIN

IMAPStore server
Account server

MaildirStore bounces
Path {folder}/
Inbox {place.maildir}

Channel bounces
Far :server:
Near :bounces:
Sync PullNew
SyncState {folder}/mbsync-state-
""")
    server.put("1.first", bounce("mbsync@dest.example"))
    for _ in range(2):
        done = start(["mbsync", "-c", rc, "bounces"])
        check("mbsync: it takes the mail", done.returncode == 0, done)
        place.do("scan")
    names = [path.name for path in (place.maildir / "cur").iterdir()]
    check("mbsync: it counts, once, and is not taken again", suppressed(place, "mbsync@dest.example") and len(names) == 1
          and not list((place.maildir / "new").iterdir()), f"{names} {place.do('report').decode()}")
    check("mbsync: it stays on the server", len(server.names()) == 1, server.names())
    server.put("2.second", bounce("second@dest.example"))
    start(["mbsync", "-c", rc, "bounces"])
    place.do("scan")
    check("mbsync: so does the next", suppressed(place, "second@dest.example"), place.do("report").decode())
