#!/usr/bin/env python3
"""A private PostgreSQL for the tests: own folder, own port, loopback only. No cluster of the system is touched.

    server.py start FOLDER [--port N] [--listen ADDRESS] [--password] [--tls] [--no-fsync] [--full-disk-mib N]
                           [--standby-of FOLDER]
    server.py uri FOLDER [NAME]
    server.py database FOLDER NAME
    server.py stop | kill | remove FOLDER

start makes the cluster, or starts one that was stopped, with the options that it was made with; prints its URI. Whoever
connects from this machine is trusted, or with --password has the one of FOLDER/password. --tls lets in over TLS only;
FOLDER/tls/ca.crt vouches for the server, FOLDER/tls/other-ca.crt for nobody. --full-disk-mib gives the data a disk of that
size (needs root). kill stops without a checkpoint, remove takes everything away.

PostgreSQL refuses root: then its processes are those of the user postgres, who must be able to enter FOLDER's parents.
"""

import argparse
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from ports import free_port  # noqa: E402

USER = "postgres"
# Far more than any of this takes.
SECONDS = 60
# Nothing of the caller's own servers: PGPORT, PGPASSWORD and their kin.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"HOME": "/nonexistent"}
AS_POSTGRES = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []


class ServerError(Exception):
    """What could not be done with a server, and what it said."""


def programs():
    """The folder with initdb and postgres, of the newest version."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if postgres := shutil.which("postgres"):
        return pathlib.Path(postgres).resolve().parent
    raise ServerError("PostgreSQL's server is missing; scripts/install-deps.sh test installs it")


def run(command, **options):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, cwd="/", env=ENVIRONMENT, **options)
    if done.returncode:
        raise ServerError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Server:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "log"

    # Making

    def start(self, **options):
        """Makes the cluster where there is none; see make() for the options."""
        if not (self.data / "PG_VERSION").exists():
            self.make(**options)
            return self.launch(may_move=not options.get("port"))
        return self if self.pid() else self.launch(may_move=False)

    def launch(self, may_move):
        """Starts it, at another port where that one is taken and nobody knows it yet; else it waits for the port."""
        deadline = time.monotonic() + SECONDS
        while True:
            before = len(self.log_text())
            try:
                self.as_postgres(programs() / "pg_ctl", "start", "-w", "-t", SECONDS, "-s", "-D", self.data, "-l", self.log)
                return self
            except ServerError as failure:
                log = self.log_text()[before:]
                if "Address already in use" not in log or time.monotonic() > deadline:
                    raise ServerError(f"{failure}\n{log[-2000:]}") from None
            if may_move:
                self.move(free_port())
            else:
                time.sleep(0.5)

    def move(self, port):
        """To another port, at the next start."""
        settings = (self.data / "postgresql.conf").read_text()
        self.write("data/postgresql.conf", re.sub(r"^port = '\d+'", f"port = '{port}'", settings, flags=re.MULTILINE))
        self.port = port

    def make(self, port=None, listen=None, password=False, tls=False, fsync=True, full_disk_mib=None, standby_of=None):
        self.folder.mkdir(mode=0o700)
        self.give(self.folder)
        if AS_POSTGRES and subprocess.run([*AS_POSTGRES, "test", "-x", self.folder], cwd="/").returncode:
            raise ServerError(f"the user {USER} may not enter {self.folder}: chmod o+x its parents")
        # A path of a socket has at most 107 bytes.
        if len(os.fsencode(self.folder / ".s.PGSQL.65535")) > 100:
            raise ServerError(f"{self.folder}: this path is too long for a socket")
        if full_disk_mib:
            self.data.mkdir(mode=0o700)
            run(["mount", "-t", "tmpfs", "-o", f"mode=700,size={full_disk_mib}m", "tmpfs", self.data])
            self.give(self.data)
        # Small segments where the disk is small.
        small = ["--wal-segsize=1"] if full_disk_mib else []
        if standby_of:
            primary = Server(standby_of)
            self.as_postgres(programs() / "pg_basebackup", "-h", primary.folder, "-p", primary.port, "-U", USER, "-R",
                             "-D", self.data, "-c", "fast", "-N", "-X", "stream")
        else:
            self.as_postgres(programs() / "initdb", "-N", "-U", USER, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8",
                             *small, "-D", self.data)
        self.port = port or free_port()
        addresses = ["127.0.0.1"] + ([listen] if listen else [])
        settings = {
            "port": self.port, "listen_addresses": ",".join(addresses), "unix_socket_directories": self.folder,
            "external_pid_file": self.folder / "pid", "fsync": "on" if fsync else "off", "lc_messages": "C",
            "log_timezone": "UTC", "timezone": "UTC", "log_lock_waits": "on", "log_line_prefix": "%m [%p] %a %d: ",
        }
        if full_disk_mib:
            settings |= {"max_wal_size": "4MB", "min_wal_size": "2MB", "shared_buffers": "1MB"}
        if tls:
            self.make_certificates(addresses)
            settings |= {"ssl": "on", "ssl_cert_file": self.folder / "tls/server.crt", "ssl_key_file": self.folder / "tls/server.key"}
        self.write("data/postgresql.conf", "".join(f"{name} = '{value}'\n" for name, value in settings.items()))
        # The socket stands in a folder of our own: it is ours to manage the server by.
        rules = ["local all all trust", "local replication all trust"]
        rules += [f"{'hostssl' if tls else 'host'} all all {address}/{128 if ':' in address else 32} "
                  f"{'scram-sha-256' if password else 'trust'}" for address in addresses]
        self.write("data/pg_hba.conf", "".join(rule + "\n" for rule in rules))
        if password:
            self.write("password", secrets.token_hex(12) + "\n")
            self.launch(may_move=not port).sql(f"ALTER ROLE {USER} PASSWORD '{self.password}'")
            self.stop()

    def make_certificates(self, addresses):
        """A CA, a certificate of it for the server, and a CA that vouches for nothing here."""
        tls = self.folder / "tls"
        tls.mkdir(mode=0o700)
        self.give(tls)
        new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2]
        for name in ("ca", "other-ca"):
            self.as_postgres(*new, "-subj", f"/CN=maildir-bounce {name}", "-keyout", tls / f"{name}.key", "-out", tls / f"{name}.crt")
        names = ",".join(["DNS:localhost"] + [f"IP:{address}" for address in addresses])
        self.as_postgres(*new, "-subj", "/CN=server", "-CA", tls / "ca.crt", "-CAkey", tls / "ca.key", "-addext",
                         f"subjectAltName={names}", "-addext", "basicConstraints=critical,CA:FALSE",
                         "-keyout", tls / "server.key", "-out", tls / "server.crt")

    def as_postgres(self, *command):
        return run([*AS_POSTGRES, *command], timeout=2 * SECONDS)

    def give(self, path):
        if AS_POSTGRES:
            shutil.chown(path, USER, USER)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        self.give(path)

    # Stopping

    def pid(self):
        """The process of the server, or None. Its own file outlives a crash, so the process must be one of this folder."""
        try:
            pid = int((self.folder / "pid").read_text())
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(self.data) in command.split(b"\0") else None

    def end(self, number):
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, number)
        deadline = time.monotonic() + SECONDS
        while self.pid():
            if time.monotonic() > deadline:
                raise ServerError(f"the server in {self.folder} was still there after {SECONDS} s")
            time.sleep(0.02)

    def stop(self):
        """Ends all connections, in good order."""
        self.end(signal.SIGINT)

    def kill(self):
        """At once: the next start mends what was left, as after a crash."""
        self.end(signal.SIGQUIT)

    def restart(self):
        self.kill()
        self.start()

    def recover(self):
        """Runs and answers again, whatever befell it: it may still be on its way down, or up."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                self.start().sql("SELECT 1")
                return
            except ServerError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def remove(self):
        self.kill()
        if os.path.ismount(self.data):
            run(["umount", self.data])
        # What the server's last processes take away themselves, such as the socket, goes while we look.
        for _ in range(50):
            try:
                return shutil.rmtree(self.folder)
            except FileNotFoundError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.folder} is never at rest")

    # Using

    @property
    def port(self):
        if not hasattr(self, "_port"):
            text = (self.data / "postgresql.conf").read_text()
            self._port = int(re.search(r"^port = '(\d+)'", text, re.MULTILINE)[1])
        return self._port

    @port.setter
    def port(self, number):
        self._port = number

    @property
    def password(self):
        return (self.folder / "password").read_text().strip()

    def uri(self, database="postgres", user=USER, host="127.0.0.1", port=None, **parameters):
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://{user}@{host}:{port or self.port}/{database}" + (f"?{query}" if query else "")

    def sql(self, text, database="postgres"):
        """What psql prints: a line for each row, with | between the columns."""
        return run([*self.psql(database), "-c", text], timeout=10 * SECONDS)

    def psql(self, database):
        return [str(word) for word in (programs() / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                                       "-h", self.folder, "-p", self.port, "-U", USER, "-d", database)]

    def database(self, name, template=None):
        """A new database in the place of the old one. Returns its URI."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.sql(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return self.uri(name)

    def session(self, database="postgres"):
        return Session(self, database)

    def promote(self):
        """Makes a standby the primary, and waits for it."""
        self.sql(f"SELECT pg_promote(true, {SECONDS})")

    def set(self, name, value):
        self.sql(f"ALTER SYSTEM SET {name} = '{value}'")
        self.sql("SELECT pg_reload_conf()")

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""


class Session:
    """A connection that stays, and with it its transaction."""

    def __init__(self, server, database):
        self.psql = subprocess.Popen(server.psql(database), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/",
                                     env=ENVIRONMENT)

    def say(self, text):
        """Returns when it is done."""
        print(text, "\\echo done", sep="\n", file=self.psql.stdin, flush=True)
        for line in self.psql.stdout:
            if line == "done\n":
                return
        raise ServerError(f"the session has ended: {text}")

    def end(self):
        self.psql.communicate()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("start", "stop", "kill", "remove", "uri", "database"):
        command = commands.add_parser(name)
        command.add_argument("folder")
        if name in ("uri", "database"):
            command.add_argument("name", **({"nargs": "?", "default": "postgres"} if name == "uri" else {}))
        if name == "start":
            command.add_argument("--port", type=int)
            command.add_argument("--listen", metavar="ADDRESS", help="listen there, too")
            command.add_argument("--password", action="store_true")
            command.add_argument("--tls", action="store_true")
            command.add_argument("--no-fsync", dest="fsync", action="store_false")
            command.add_argument("--full-disk-mib", type=int, metavar="N")
            command.add_argument("--standby-of", metavar="FOLDER")
    options = vars(parser.parse_args())
    command, server = options.pop("command"), Server(options.pop("folder"))
    try:
        if command == "start":
            print(server.start(**options).uri())
        elif command == "uri":
            print(server.uri(options["name"]))
        elif command == "database":
            print(server.database(options["name"]))
        else:
            getattr(server, command)()
    except (ServerError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f"server.py: {failure}")


if __name__ == "__main__":
    main()
