#!/usr/bin/env python3
"""The checks of Tests/hooks: see run.sh.

    hooks.py PROGRAM FOLDER [--seed N] [--only MODULE]
"""

import argparse
import os
import pathlib
import shutil
import sys
import traceback

import kills
import lab
import mirrors
import recipes
import users

MODULES = {"recipes": recipes, "mirrors": mirrors, "kills": kills, "users": users}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=MODULES)
    options = parser.parse_args()
    for name, module in MODULES.items():
        if options.only in (None, name):
            folder = options.folder / name
            folder.mkdir(mode=0o711)
            # Where a program's words were taken for a command, its file would be made.
            os.chdir(folder)
            try:
                module.run(options.program, folder, options.seed)
            except Exception:  # Whatever it is, the other modules are still tried.
                lab.check(f"{name} is run to its end", False, traceback.format_exc())
            shutil.rmtree(folder)
    sys.exit(lab.total())


main()
