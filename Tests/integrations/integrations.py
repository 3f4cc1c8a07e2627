"""Runs the modules of this folder; see run.sh."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "hooks"))
import lists
import migration
import recipes
import ways_in
from lab import total


def main(program, work, *options):
    only = options[1] if len(options) > 1 and options[0] == "--only" else ""
    for module in (recipes, lists, migration, ways_in):
        if only in module.__name__:
            folder = pathlib.Path(work) / f"run-{module.__name__}"
            folder.mkdir()
            folder.chmod(0o711)
            module.run(pathlib.Path(program), folder)
    return total()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
