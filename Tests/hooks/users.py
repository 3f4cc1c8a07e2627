"""Two users: one scans, another one of its group runs the hooks, with the rights that docs/operations.md gives them."""

import os
import shutil
import subprocess

from lab import HOOKS, Place, check, missing

# Of nobody here.
SCANNER, HOOK, GROUP = 64_501, 64_502, 64_500


def as_user(user, umask, command):
    return subprocess.run(["setpriv", f"--reuid={user}", f"--regid={GROUP}", "--clear-groups", "--inh-caps=-all", *command],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", umask=umask, timeout=60)


def run(program, folder, _):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        return missing("the right to become two users (root, and setpriv)")
    state, own = folder / "state", folder / "hook"
    place = Place(folder / "place", program, ledger=state / "ledger.sqlite")
    for path, user, mode in ((state, SCANNER, 0o2770), (own, HOOK, 0o700)):
        path.mkdir()
        os.chown(path, user, GROUP)
        path.chmod(mode)
    place.configure({"name": "shop", "command": [str(HOOKS / "mirror.py"), str(own / "shop.sqlite")], "as_root": False})
    # Examples may stand where only root may enter.
    shutil.copy(HOOKS / "mirror.py", folder / "mirror.py")
    place.configure({"name": "shop", "command": [str(folder / "mirror.py"), str(own / "shop.sqlite")], "as_root": False})
    place.config.chmod(0o644)
    for path in (place.maildir, *place.maildir.iterdir()):
        os.chown(path, SCANNER, GROUP)
        path.chmod(0o700)

    def scan(*more):
        place.deliver("01-*", "bob@dest", f"user{place.delivered}@dest")
        for path in (place.maildir / "new").iterdir():
            os.chown(path, SCANNER, GROUP)
        return as_user(SCANNER, 0o027, place.arguments("scan", *more))

    def hook():
        return as_user(HOOK, 0o007, place.arguments("hook", "run", "--verbose"))

    def files():
        found = {path.name: (path.stat().st_uid, path.stat().st_gid, oct(path.stat().st_mode & 0o7777)) for path in state.iterdir()}
        return {name: value for name, value in found.items() if name.startswith("ledger.sqlite")}

    def ends(title, done, status, *words):
        said = done.stderr.decode()
        check(title, done.returncode == status and all(word in said for word in words), f"status {done.returncode}: {said}{files()}")

    ends("two users: the first scan makes the ledger", scan(), 0)
    check("which its group may read and not write", files()["ledger.sqlite"] == (SCANNER, GROUP, "0o640"), files())
    ends("so the hook's user cannot run hooks, and hears why", hook(), 73, "cannot make or write", str(place.ledger))
    for path in state.glob("ledger.sqlite*"):
        path.chmod(0o660)
    ends("with 0660 it can", hook(), 0, "1 change")
    ends("the scan goes on", scan(), 0)
    ends("and the hook", hook(), 0, "1 change")
    mixed = {name: (owner, group, mode) for name, (owner, group, mode) in files().items() if group != GROUP or mode != "0o660"}
    check("all files of the ledger are of the group, which may write them", not mixed, mixed)
    # As after a restored backup: whoever comes first makes the two files.
    for suffix in ("-wal", "-shm"):
        (state / f"ledger.sqlite{suffix}").unlink(missing_ok=True)
    place.do("suppress", "by-root@dest.example", "--reason", "x")
    ends("files that root makes are everybody's of the two", hook(), 0, "1 change")
    for suffix in ("-wal", "-shm"):
        (state / f"ledger.sqlite{suffix}").unlink(missing_ok=True)
    os.chown(state / "ledger.sqlite", SCANNER, GROUP)
    ends("files that the hook's user makes let it run", as_user(HOOK, 0o077, place.arguments("hook", "reset", "shop")), 0)
    check("and have the mode of the ledger, whatever the umask is",
          set(mode for _, group, mode in files().values() if group == GROUP) == {"0o660"} and len(files()) == 3, files())
    ends("the scan can use them", scan(), 0)
    ends("the hook likewise", hook(), 0, "4 changes")
    copy = state / "ledger.copy.sqlite"
    ends("ledger copy makes one that is the group's to read",
         as_user(SCANNER, 0o007, [str(program), "ledger", "copy", str(place.ledger), str(copy)]), 0)
    check("and not to write", copy.stat().st_mode & 0o777 == 0o640, oct(copy.stat().st_mode))
    for path in state.glob("ledger.sqlite*"):
        path.unlink()
    ends("a ledger that is made anew", scan("--new-ledger"), 0)
    ends("has to be given to the group again", hook(), 73, "cannot make or write")
    (state / "ledger.sqlite").chmod(0o660)
    for path in state.glob("ledger.sqlite-*"):
        path.chmod(0o660)
    ends("and then the hook's program gets all of it", hook(), 0, "change")
    check("its own mails are none of its business", as_user(HOOK, 0o007, ["ls", str(place.maildir / "cur")]).returncode != 0)
