"""Who may do what: modes under any umask, a user who owns only the Maildir and the ledger, a configuration of strangers."""

import os
import stat

from station import Reference, Station, expect, expect_failure, expect_quiet, require


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def umasks(lab):
    """The ledger has 0640, what an archive is made of 0700, each less the umask; a mail keeps its own mode."""
    for umask in (0o000,) if lab.is_quick else (0o022, 0o077, 0o027, 0o000):
        for _, place in lab.ways():
            station = Station(lab.folder() / "station", lab.archive(place))
            expected = Reference(lab.program, station)
            station.reset()
            for path in (station.maildir / "new").iterdir():
                path.chmod(0o600)
            # Killed, so that the files beside the ledger are still there.
            result, _ = lab.program.meddled(["kill", "renameat2", 2], *station.scan_arguments(), umask=umask)
            expect("the status of a run that was killed", result.status, 137)
            for suffix in ("", "-wal", "-shm"):
                expect(f"the mode of ledger{suffix} under umask {umask:03o}", mode(f"{station.ledger}{suffix}"),
                       0o640 & ~umask)
            expect_quiet(lab.program.run(*station.scan_arguments(), umask=umask))
            expected.expect(lab.program, station)
            expect("the ledger's mode", mode(station.ledger), 0o640 & ~umask)
            if station.archive:
                for folder, _, _ in os.walk(station.archive):
                    expect(f"the mode of {folder} under umask {umask:03o}", mode(folder), 0o700 & ~umask)
            for folder in station.folders():
                for path in folder.iterdir():
                    expect(f"the mode of {path} under umask {umask:03o}", mode(path), 0o600)


def own_little(lab):
    """A user who owns the Maildir, the ledger's folder and the archive, and nothing else."""
    for _, place in lab.ways():
        station = Station(lab.folder() / "station", lab.archive(place))
        expected = Reference(lab.program, station)
        station.reset()
        if station.archive:
            station.archive.mkdir()
        lab.give(station.maildir, station.ledger.parent, *([station.archive] if station.archive else []))
        station.root.chmod(0o555)
        config = station.root.parent / "config.toml"
        config.write_text(f"ledger = \"{station.ledger}\"\n")
        for more in (["--limit", 5, "--config", config], ["--config", config]):
            expect_quiet(lab.program.run(*station.scan_arguments(*more), prefix=lab.as_user, umask=0o077))
        expected.expect(lab.program, station)
        station.root.chmod(0o755)


def strangers_configuration(lab):
    """A configuration that a stranger could have written decides nothing."""
    station = Station(lab.folder() / "station")
    before = station.messages()
    config = station.root.parent / "config.toml"
    config.write_text(f'maildir = "{station.maildir}"\nledger = "{station.ledger}"\n')
    tried = 0
    for owner, bits, words in [(None, 0o646, "chmod o-w"), (None, 0o602, "chmod o-w"), (12_345, 0o644, "uid 12345"),
                               (12_345, 0o600, "uid 12345"), (12_345, 0o666, "chmod o-w")]:
        if owner and not lab.is_root:
            continue
        config.chmod(bits)
        os.chown(config, owner if owner else -1, -1)
        for command in (["scan"], ["scan", "--dry-run"], ["suppressed"], ["check", "bob@dest.example"]):
            expect_failure(lab.program.run(*command, "--config", config), 78, words, "config.toml")
            tried += 1
    expect("the files", station.messages(), before)
    require(not station.ledger.exists(), "there is a ledger")
    os.chown(config, os.geteuid(), -1)
    config.chmod(0o644)
    expect_quiet(lab.program.run("scan", "--config", config))
    return f"{tried} runs"


def checks(lab):
    yield "modes of ledger, archive and mails under several umasks", lambda: umasks(lab)
    yield "a user who owns only the Maildir, the ledger's folder and the archive", lambda: own_little(lab)
    yield "a configuration that everybody may write, or that belongs to another user", lambda: strangers_configuration(lab)
