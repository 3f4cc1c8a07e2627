"""The hooks of list managers: Mailman's against a real Mailman; Sympa's and phpList's against a program that writes down what it is
given, as neither is installed."""

import os
import pathlib

from lab import ADDRESSES, REPOSITORY, Place, check, has, missing, run as start

RECIPES = REPOSITORY / "Examples" / "integrations"
LIST = "news@lists.example"
DEAD = ["dead@dest.example", "o'neill@dest.example", "{y}%_$#@dest.example"]
# Nobody has suppressed the first; a complaint, and a person, the others.
LIVING = ["ann@dest.example", "ivan@provider.example", "jorg@dest.example"]


def run(program, folder):
    if not has("jq"):
        return
    os.environ["MAILDIR_BOUNCE"] = str(program)
    mailman(program, folder)
    sympa(program, folder)
    phplist(program, folder)


def place_with(program, folder, name, *command):
    place = Place(folder / name, program)
    place.configure({"name": name, "command": list(map(str, command)), "on": ["suppressed"]})
    for address in DEAD:
        place.deliver("01-*", "bob@dest.example", address)
    place.deliver("09-*", "ivan@provider", "ivan@provider")
    place.do("scan")
    place.suppress_hostile()
    return place


def executable(path, text):
    path.write_text("#!/bin/bash\n" + text)
    path.chmod(0o755)
    return path


def mailman(program, folder):
    real = pathlib.Path(os.environ["MAILDIR_BOUNCE_INTEGRATIONS"]) / "mailman" / "bin" / "mailman"
    if not real.exists():
        missing("Mailman (PyPI: mailman)")
        return
    config = folder / "mailman.cfg"
    config.write_text(f"[mailman]\nlayout: here\n[paths.here]\nvar_dir: {folder}/var\n[mta]\nincoming: mailman.mta.null.NullMTA\n")
    command = executable(folder / "mailman.sh", f'exec {real} --run-as-root -C {config} "$@"\n')
    os.environ["MAILMAN"] = str(command)

    def members():
        return sorted(start([command, "members", LIST]).stdout.decode().split())

    done = start([command, "create", LIST])
    start([command, "addmembers", "--welcome-msg", "-", LIST], "\n".join(DEAD + LIVING).encode())
    check("Mailman: the list has its members", members() == sorted(DEAD + LIVING), f"{members()} {done}")
    place = place_with(program, folder, "mailman", RECIPES / "mailman3.sh")
    done = place.cli("hook", "run")
    check("Mailman: dead addresses are no members any more, all others are", done.returncode == 0 and members() == sorted(LIVING),
          f"{members()} {done}")
    place.deliver("01-*", "bob@dest", "ann@dest")
    place.do("scan")
    executable(command, "exit 1\n")
    check("Mailman: an error of Mailman's is one of the hook's", place.cli("hook", "run").returncode != 0)
    executable(command, f'exec {real} --run-as-root -C {config} "$@"\n')
    done = place.cli("hook", "run")
    check("Mailman: the next run takes off whom the failed one did not", done.returncode == 0 and members() == sorted(LIVING[1:]),
          f"{members()} {done}")


def sympa(program, folder):
    written = folder / "sympa.txt"
    os.environ["SYMPA"] = str(executable(folder / "sympa", f'printf "%s " "$@" >>{written}; echo >>{written}; cat >>{written}\n'))
    place = place_with(program, folder, "sympa-place", RECIPES / "sympa.sh", "news@lists.example", "staff@lists.example")
    done = place.cli("hook", "run")
    lines = written.read_text().splitlines() if written.exists() else []
    expected = [line for name in ("news", "staff") for line in (f"del --force --quiet {name}@lists.example ", *sorted(DEAD))]
    found = lines[:1] + sorted(lines[1:4]) + lines[4:5] + sorted(lines[5:])
    check("Sympa (a stand-in): dead addresses go to `sympa del` of each list, and nothing else", done.returncode == 0 and found == expected,
          f"{lines} {done}")


def phplist(program, folder):
    written = folder / "phplist.txt"
    os.environ["PHP"] = str(executable(folder / "php", f'printf "%s\\n" "$4" >>{written}; echo OK\n'))
    place = place_with(program, folder, "phplist-place", RECIPES / "phplist.sh", "/index.php")
    done = place.cli("hook", "run")
    lines = written.read_text().splitlines() if written.exists() else []
    plain = {address for address in ADDRESSES if '"' not in address}
    check("phpList (a stand-in): every suppressed address that needs no quotes, and nothing else",
          done.returncode == 0 and set(lines) >= {*DEAD, *LIVING[1:]} and len(lines) == len({*DEAD, *LIVING[1:], *plain}),
          f"{lines} {done}")
