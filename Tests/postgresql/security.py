"""Who may, and who must not: passwords, rights, TLS."""

import ipaddress
import os
import subprocess

from lab import Fleet, check_list, expect, expect_failure, expect_quiet, require
from station import Skipped

USAGE, NO_INPUT, NO_OUTPUT, IO_ERROR, AWAY, CONFIG = 64, 66, 73, 74, 75, 78
SECRET = "hush-4711"


def expect_silence(result):
    require(SECRET.encode() not in result.out + result.err, "the password was told")


def password_in_uri(lab):
    """Others read a command line: a password in it is refused, and told to nobody."""
    fleet = Fleet(lab)
    rest = f"127.0.0.1:{fleet.server.port}/{fleet.name}"
    for uri in (f"postgresql://postgres:{SECRET}@{rest}", f"postgres://postgres:{SECRET}@{rest}",
                f"postgresql://postgres@{rest}?password={SECRET}", f"postgresql://postgres@{rest}?sslmode=disable&password={SECRET}",
                f"postgresql://postgres@{rest}?passwor%64={SECRET}", f"postgresql://postgres:{SECRET}@"):
        for command in (fleet.scan(None, uri), ["suppressed", "--ledger", uri], ["check", "bob@dest.example", "--ledger", uri]):
            result = lab.program.run(*command)
            expect_silence(result)
            require(result.status == USAGE, f"status {result.status} for {uri}: {result.err!r}")
            require("password" in result.lines[0].lower(), f"nothing about a password in {result.lines[0]!r}")
        config = fleet.stations[0].root / "config.toml"
        config.write_text(f'ledger = "{uri}"\n')
        config.chmod(0o600)
        result = lab.program.run("suppressed", "--config", config)
        expect_silence(result)
        expect_failure(result, (USAGE, CONFIG), "password")
    fleet.expect_waiting()
    require(SECRET not in fleet.server.log_text(), "the server was told the password")


def wrong_uri(lab):
    fleet = Fleet(lab)
    rest = f"postgres@127.0.0.1:{fleet.server.port}/{fleet.name}"
    for uri in (f"postgresql://{rest}?no_such_parameter=1", f"postgresql://{rest}?sslmode=perhaps",
                f"postgresql://postgres@127.0.0.1:99999/{fleet.name}"):
        result = fleet.run(None, uri)
        require(result.status in (USAGE, NO_INPUT, CONFIG), f"status {result.status} for {uri}: {result.err!r}")
    fleet.expect_waiting()


def passfile(lab):
    server = lab.make_server(password=True)
    fleet = Fleet(lab, server=server)
    station = fleet.stations[0]
    path = station.root / "pass"
    line = f"127.0.0.1:{server.port}:*:postgres:"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"HOME": str(station.root)}

    def scan(password, mode=0o600, **more):
        path.unlink(missing_ok=True)
        path.write_text(line + password + "\n")
        path.chmod(mode)
        result = fleet.run(env=clean | more)
        expect_silence(result)
        return result

    named = {"PGPASSFILE": str(path)}
    for result in (fleet.run(env=clean), scan(SECRET, **named)):
        expect_failure(result, (NO_INPUT, NO_OUTPUT), "password")
        fleet.expect_waiting()
    # Others may read it: libpq warns, and takes no notice of it.
    result = scan(server.password, 0o644, **named)
    require(result.status in (NO_INPUT, NO_OUTPUT), f"status {result.status}: {result.err!r}")
    fleet.expect_waiting()
    expect_quiet(scan(server.password, **named))
    # ~/.pgpass, and what a URI names.
    path = station.root / ".pgpass"
    expect_quiet(scan(server.password))
    os.environ["PGPASSFILE"] = str(path)
    try:
        fleet.expect_said()
    finally:
        del os.environ["PGPASSFILE"]
    require(server.password not in server.log_text(), "the log has the password")
    server.remove()


def rights(lab):
    """A role that may only read answers questions; one that may nothing makes nothing."""
    fleet = Fleet(lab)
    server = fleet.server
    server.sql("DROP ROLE IF EXISTS stranger")
    server.sql("CREATE ROLE stranger LOGIN")
    stranger = fleet.uri(user="stranger")
    expect_failure(fleet.run(None, stranger), (NO_INPUT, NO_OUTPUT))
    expect_failure(fleet.run(None, fleet.uri(user="nobody")), (NO_INPUT, NO_OUTPUT))
    expect_failure(fleet.run(None, server.uri("nowhere")), (NO_INPUT, NO_OUTPUT), "nowhere")
    for uri in (server.uri("nowhere"), fleet.uri()):
        # Nobody has made the tables: a question makes none.
        expect_failure(lab.program.run("suppressed", "--ledger", uri), NO_INPUT)
    fleet.expect_waiting()
    fleet.expect_after_run()

    fleet.reset(has_database=False)
    expect_failure(fleet.run(None, stranger), (NO_INPUT, NO_OUTPUT))
    expect_failure(lab.program.run("suppressed", "--ledger", stranger), (NO_INPUT, NO_OUTPUT))
    server.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO stranger", fleet.name)
    expect_failure(fleet.run(None, stranger), (NO_INPUT, NO_OUTPUT))
    fleet.expect_waiting()
    for command, status in ((["suppressed"], 0), (["check", "bob@dest.example"], 1), (["report"], 0)):
        result = lab.program.run(*command, "--ledger", stranger)
        expect(f"the end of {command}", (result.status, result.err), (status, b""))
    listed = check_list(lab, stranger, "bob@dest.example\nnobody@dest.example\n")
    expect("check --batch", (listed.status, listed.out, listed.err), (0, b"nobody@dest.example\n", b""))

    # Another program's database.
    server.sql("CREATE DATABASE other")
    server.sql("CREATE TABLE address (street text)", "other")
    expect_failure(fleet.run(None, server.uri("other")), IO_ERROR)
    expect("its tables", server.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'", "other"), "1\n")
    server.sql("DROP DATABASE other")
    fleet.expect_waiting()


def other_address():
    """An address of this machine that is not loopback."""
    try:
        words = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout.split()
    except OSError:
        words = []
    addresses = [ipaddress.ip_address(word) for word in words]
    for address in addresses:
        if address.version == 4 and not address.is_loopback:
            return str(address)
    raise Skipped("this machine has no address but loopback")


def certificate(lab):
    """A server with a certificate of a CA that is none of the system's."""
    server = lab.make_server(tls=True)
    fleet = Fleet(lab, server=server)
    tls = server.folder / "tls"
    for options in ({"sslmode": "verify-full"}, {"sslmode": "verify-ca", "sslrootcert": tls / "other-ca.crt"},
                    {"sslmode": "verify-full", "sslrootcert": tls / "other-ca.crt"}, {"sslmode": "disable"}):
        result = fleet.run(None, fleet.uri(**options))
        require(result.status, f"a scan with {options}")
        expect_failure(result, result.status)
        fleet.expect_waiting()
    expect_quiet(fleet.run(None, fleet.uri(sslmode="verify-full", sslrootcert=tls / "ca.crt")))
    require("SSL" in server.sql("SELECT name FROM pg_settings WHERE name = 'ssl' AND setting = 'on'").upper(), "no TLS")
    fleet.expect_said()
    server.remove()


def not_loopback(lab):
    """To another host it is TLS with a certificate, unless the URI says otherwise."""
    address = other_address()
    server = lab.make_server(listen=address)
    fleet = Fleet(lab, server=server)
    result = fleet.run(None, fleet.uri(host=address))
    require(result.status, "a scan over the network without TLS")
    expect_failure(result, result.status)
    fleet.expect_waiting()
    # Asked for by name it is done.
    expect_quiet(fleet.run(None, fleet.uri(host=address, sslmode="disable")))
    fleet.expect_said()
    server.remove()

    server = lab.make_server(listen=address, tls=True)
    fleet = Fleet(lab, server=server)
    tls = server.folder / "tls"
    for options in ({}, {"sslrootcert": tls / "other-ca.crt"}):
        result = fleet.run(None, fleet.uri(host=address, **options))
        require(result.status, f"a scan over the network with {options}")
        expect_failure(result, result.status)
        fleet.expect_waiting()
    expect_quiet(fleet.run(None, fleet.uri(host=address, sslrootcert=tls / "ca.crt")))
    server.remove()


def checks(lab):
    yield "a password in the URI is refused and never shown", lambda: password_in_uri(lab)
    yield "a URI that is none", lambda: wrong_uri(lab)
    yield "passwords from PGPASSFILE and .pgpass, right and wrong", lambda: passfile(lab)
    yield "roles with too few rights, databases that are not there, or another program's", lambda: rights(lab)
    yield "TLS: the CA that is named, another one, none", lambda: certificate(lab)
    yield "TLS is wanted by itself where the address is not loopback", lambda: not_loopback(lab)
