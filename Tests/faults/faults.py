"""Faults, crashes and hostile mail against the real program. Started by run.sh.

Prints one "ok" or "not ok" line for each check with what was measured, then the total.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time
import traceback

import crash
from station import Failure, Program

MODULES = [crash]


class Skipped(Exception):
    """The check cannot be made here; the text says why."""


class Lab:
    """What the checks share."""

    def __init__(self, root, program, is_quick, other_disk):
        self.root, self.program, self.is_quick, self.other_disk = root, program, is_quick, other_disk
        self.is_root = os.geteuid() == 0
        self.number = 0

    def folder(self):
        """A new folder."""
        self.number += 1
        path = self.root / f"check{self.number}"
        path.mkdir()
        return path

    def skip(self, why):
        raise Skipped(why)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--other-disk", type=pathlib.Path)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--meddle", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help="checks whose title or module holds this")
    options = parser.parse_args()
    lab = Lab(options.root, Program(options.binary, options.meddle), options.quick, options.other_disk)
    passed = failed = skipped = number = 0
    for module in MODULES:
        for title, check in module.checks(lab):
            if options.only not in f"{module.__name__}: {title}":
                continue
            number += 1
            started = time.monotonic()
            try:
                told = check()
            except Skipped as reason:
                skipped += 1
                print(f"ok {number} - {title} # skip {reason}", flush=True)
                continue
            except (Failure, OSError, subprocess.SubprocessError) as failure:
                failed += 1
                print(f"not ok {number} - {title}", flush=True)
                print(f"  # {failure}", flush=True)
                if not isinstance(failure, Failure):
                    traceback.print_exc()
                continue
            passed += 1
            told = f" ({told})" if told else ""
            print(f"ok {number} - {title}{told} [{time.monotonic() - started:.1f} s]", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
