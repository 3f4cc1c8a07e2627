"""Faults and crashes against the real program. Started by run.sh.

Prints one "ok" or "not ok" line for each check with what was measured, then the total.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time
import traceback

import copies
import crash
import disk
import inject
import ledger
import properties
import rights
import together
from station import Failure, Program, Skipped

MODULES = [crash, inject, together, ledger, disk, copies, properties, rights]


class Lab:
    """What the checks share."""

    def __init__(self, options):
        self.root, self.other_disk = options.root, options.other_disk
        self.program, self.clock = Program(options.binary, options.meddle), options.clock
        self.is_quick, self.seed = options.quick, options.seed
        self.is_root = os.geteuid() == 0
        # What makes a command run as a user without special rights.
        self.as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]
        if not self.is_root:
            self.as_user = []
        self.number = 0

    def ways(self):
        """What a scan can do with its messages: for a title, and for `archive`."""
        yield "into cur/", None
        yield "into an archive", self.root
        if self.other_disk:
            yield "into an archive on another file system", self.other_disk

    def archive(self, place):
        """A path for a new archive there, or None where there is to be none."""
        self.number += 1
        return place and str(place / f"archive{self.number}-")

    def give(self, *paths):
        """Makes the user without special rights the owner of these, and of all that is in them."""
        if self.is_root:
            subprocess.run(["chown", "-R", "65534:65534", "--", *map(str, paths)], check=True)

    def folder(self):
        """A new folder."""
        self.number += 1
        path = self.root / f"check{self.number}"
        path.mkdir()
        return path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--other-disk", type=pathlib.Path)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--meddle", required=True)
    parser.add_argument("--clock", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="checks whose title or module holds this")
    options = parser.parse_args()
    lab = Lab(options)
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
                print(f"not ok {number} - {title} [{time.monotonic() - started:.1f} s]", flush=True)
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
