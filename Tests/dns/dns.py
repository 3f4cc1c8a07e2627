"""Runs doctor against dnsmasq; see run.sh. Everything is in a namespace of its own: port 53 and port 25 are free."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time

BINARY, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
HOST = "mail.example.test"

# What cannot be said in dnsmasq's own options is said in bytes: --dns-rr=NAME,TYPE,HEX.
NULL_MX = "000000"
HOSTILE_MX = "000a" + "05" + b"\x1b[31m".hex() + "00"
HOSTILE_TXT = bytes([13]).hex() + b"v=spf1 \x1b[31m\n".hex()

ZONES = f"""
no-resolv
no-hosts
no-daemon
bind-interfaces
listen-address=127.0.0.1
local=/test/
mx-host=mx.test,{HOST},10
host-record={HOST},127.0.0.1,::1
txt-record={HOST},v=spf1 a -all
txt-record={HOST},another text
host-record=implicit.test,192.0.2.7
dns-rr=null.test,15,{NULL_MX}
txt-record=nothing.test,no mail here
mx-host=alias.test,www.alias.test,10
cname=www.alias.test,{HOST}
mx-host=dangling.test,gone.test,10
mx-host=half.test,gone.test,20
mx-host=half.test,{HOST},10
dns-rr=mixed.test,15,{NULL_MX}
mx-host=mixed.test,{HOST},10
mx-host=silent.test,silent.example.test,10
host-record=silent.example.test,127.0.0.9
dns-rr=hostile.test,15,{HOSTILE_MX}
host-record=two.example.test,127.0.0.1
txt-record=two.example.test,v=spf1 a -all
txt-record=two.example.test,v=spf1 mx -all
host-record=bare.example.test,127.0.0.1
dns-rr=evil.example.test,16,{HOSTILE_TXT}
"""
# An answer of more than 512 bytes, which comes by TCP or EDNS.
ZONES += "".join(f"mx-host=many.test,mx{n:02}.a-rather-long-name-for-a-host.test,{n}\n" for n in range(40))
ZONES += "host-record=mx39.a-rather-long-name-for-a-host.test,127.0.0.1\n"

passed = failed = 0


def check(name, is_true, note=""):
    global passed, failed
    if is_true:
        passed += 1
        print(f"ok {passed + failed} - {name}")
    else:
        failed += 1
        print(f"not ok {passed + failed} - {name}\n  # {note}")


def doctor(*arguments, domain="mx.test", host=HOST, server="127.0.0.1", postfix=""):
    """Runs doctor beside a Postfix whose configuration is ours, and `postfix` in it."""
    config = WORK / "postfix"
    config.mkdir(exist_ok=True)
    (config / "main.cf").write_text(f"compatibility_level = 3.6\nmyhostname = {host}\n{postfix}\n")
    (config / "master.cf").write_text("")
    return subprocess.run(
        [BINARY, "doctor", "--config", str(WORK / "config.toml"), "--return-path", f"bounce@{domain}",
         "--dns-server", server, *arguments],
        capture_output=True, timeout=120, env={**os.environ, "MAIL_CONFIG": str(config)})


def findings(subject, *arguments, **more):
    run = doctor("--format", "json", *arguments, **more)
    report = json.loads(run.stdout)
    errors = sum(finding["level"] == "error" for finding in report["findings"])
    if run.returncode != (1 if errors else 0):
        raise AssertionError(f"status {run.returncode} with {errors} errors: {run.stderr}")
    return [(finding["level"], finding["what"]) for finding in report["findings"] if finding["subject"] == subject]


def expect(name, domain, *wanted):
    found = findings("dns", domain=domain)
    is_right = len(found) == len(wanted) and all(
        level == found_level and words in what for (level, words), (found_level, what) in zip(wanted, found))
    check(name, is_right, found)


def answer_smtp(listener):
    while True:
        connection, _ = listener.accept()
        connection.sendall(b"220 mail.example.test ESMTP \x1b[31m\r\n")
        connection.close()


def main():
    (WORK / "dnsmasq.conf").write_text(ZONES)
    for part in ("new", "cur", "tmp"):
        (WORK / "Maildir" / part).mkdir(parents=True)
    (WORK / "Maildir").chmod(0o700)
    (WORK / "config.toml").write_text(
        f'maildir = "{WORK}/Maildir"\nledger = "{WORK}/ledger.sqlite"\n')
    server = subprocess.Popen(
        ["dnsmasq", f"--conf-file={WORK}/dnsmasq.conf", "--user=root", f"--pid-file={WORK}/pid"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        wait_for(server)
        tests()
    finally:
        server.kill()
        server.wait()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def postfix_tests():
    """The lines that init prints are those that doctor wants to see."""
    init = subprocess.run(
        [BINARY, "init", "--dry-run", "--config", str(WORK / "config.toml"), "--return-path", "bounce@mx.test", "--user",
         "nobody"], capture_output=True, text=True, check=True)
    lines = "\n".join(line for line in init.stdout.splitlines() if " = " in line and not line.startswith("#"))
    found = findings("postfix", postfix=lines)
    check("Postfix with the lines that init prints is well, and they lead to the Maildir",
          [level for level, _ in found] == ["ok"] * 4 and str(WORK / "Maildir") in found[0][1], found)
    found = findings("postfix")
    check("a Postfix that takes no mail for the domain is an error",
          [level for level, _ in found][:2] == ["error", "warning"], found)
    found = findings("postfix", postfix=lines.replace("Maildir/", "Elsewhere/"))
    check("one that leads it to another Maildir is an error", found[0][0] == "error" and "Elsewhere" in found[0][1], found)
    aliases = WORK / "aliases"
    aliases.write_text('bounce: "|/usr/bin/maildir-bounce deliver"\n')
    environment = {**os.environ, "MAIL_CONFIG": str(WORK / "postfix")}
    types = subprocess.run(["postconf", "-m"], capture_output=True, text=True, env=environment, check=True).stdout.split()
    # Debian 12 has hash, later systems have lmdb.
    table = f"{'hash' if 'hash' in types else 'lmdb'}:{aliases}"
    subprocess.run(["postalias", table], env=environment, check=True)
    found = findings("postfix", postfix=f"mydestination = mx.test\nalias_maps = {table}\n")
    check("an alias that runs deliver is well", found[0][0] == "ok" and "alias" in found[0][1], found)
    found = findings("postfix", postfix="virtual_mailbox_domains = mysql:/etc/none\n")
    check("a table on another server is not asked, and that is a warning", found[0][0] == "warning", found)
    hostile = doctor(postfix="mydestination = mx.test\nmailbox_command = x\nrecipient_delimiter = \x1b[31m")
    check("an escape in Postfix's settings does not reach the terminal",
          b"\\x1B[31m" in hostile.stdout and b"\x1b" not in hostile.stdout, hostile.stdout)


def wait_for(server):
    for _ in range(100):
        if server.poll() is not None:
            sys.exit(f"dnsmasq ended: {server.stderr.read().decode()}")
        try:
            socket.create_connection(("127.0.0.1", 53), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("dnsmasq does not answer")


def tests():
    expect("an MX with an address is well", "mx.test", ("ok", f"mx.test has MX {HOST}"))
    expect("an address without an MX works by the implicit MX rule, and it says so", "implicit.test",
           ("ok", "192.0.2.7: mail goes there by the implicit MX rule (RFC 5321, section 5.1)"))
    expect("a null MX is an error", "null.test", ("error", "null MX (RFC 7505)"))
    expect("a domain with neither MX nor address is an error", "nothing.test",
           ("error", "neither an MX nor an address"))
    expect("a domain that does not exist is an error", "missing.test", ("error", "does not exist"))
    expect("an MX that is an alias is a warning", "alias.test", ("ok", "has MX"), ("warning", "is an alias"))
    expect("an MX without an address is an error", "dangling.test",
           ("error", "no MX of dangling.test has an address"), ("warning", "has no address"))
    expect("one of two MXs without an address is a warning", "half.test",
           ("ok", HOST), ("warning", "gone.test of half.test has no address"))
    expect("a null MX beside another is a warning", "mixed.test", ("ok", HOST), ("warning", "next to other"))
    expect("the first 16 of 40 MX records are looked up", "many.test",
           ("error", "none of the first 16 MX of many.test"), *[("warning", f"mx{n:02}.") for n in range(16)])
    found = findings("dns", server="127.0.0.1:5399")
    check("a server that does not answer is a warning, not an error about the domain",
          [level for level, _ in found] == ["warning"] and "cannot be asked" in found[0][1], found)

    hostile = doctor(domain="hostile.test")
    check("an MX with an escape in its name is shown, without the escape",
          b"hostile.test" in hostile.stdout and b"\x1b" not in hostile.stdout, hostile.stdout)
    if shutil.which("postconf"):
        check("one SPF record of the machine's name is well",
              findings("spf") == [("ok", f"{HOST}: v=spf1 a -all")], findings("spf"))
        check("none is a warning", findings("spf", host="bare.example.test")[0][0] == "warning")
        check("two are an error", findings("spf", host="two.example.test")[0][0] == "error")
        evil = doctor(host="evil.example.test")
        check("an SPF record with an escape in it is shown, without the escape",
              b"v=spf1 \\x1B[31m\\x0A" in evil.stdout and b"\x1b" not in evil.stdout, evil.stdout)
        postfix_tests()
    elif os.environ.get("CI") == "true":
        check("Postfix is there for the SPF of its name", False, "scripts/install-deps.sh test installs it")

    check("no port is probed unless told to", findings("port 25") == [])
    found = findings("port 25", "--probe", domain="silent.test")
    check("a port that nobody listens on is an error", [level for level, _ in found] == ["error"], found)
    listener = socket.create_server(("127.0.0.1", 25))
    threading.Thread(target=answer_smtp, args=(listener,), daemon=True).start()
    run = doctor("--probe")
    check("a mail server that answers is well, and its banner is escaped",
          b"127.0.0.1 answers: 220 mail.example.test ESMTP \\x1B[31m" in run.stdout and b"\x1b" not in run.stdout,
          run.stdout)


main()
