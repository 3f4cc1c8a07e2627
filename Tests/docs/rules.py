#!/usr/bin/env python3
"""Holds docs/rules.md against the program: its table names each key that a rule may have, its rules can be used, and the mail that
it shows is read as it says.

    rules.py ROOT PROGRAM
"""

import pathlib
import re
import subprocess
import sys
import tempfile


def check(program, text):
    """The complaints of `rules check` about a file of that text."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "rules.toml")
        file.write_text(text, encoding="utf-8")
        done = subprocess.run([program, "rules", "check", file], capture_output=True, text=True)
        return done.stderr


def main():
    root, program = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    document, examples = (root / "docs/rules.md").read_text(encoding="utf-8"), root / "Examples/rules"
    wrong = []
    known = re.search(r"allowed here: (.*)", check(program, '[[rule]]\nany = ["x"]\nreason = "suspend"\nnonsense = 1\n'))
    # How version 0.1.0 grouped them.
    keys = set(known[1].split(", ")) - {"name", "when", "then"} if known else set()
    stated = set(re.findall(r"^\| `([a-z-]+)` \|.*\| ✓? *\| ✓? *\|$", document, re.M))
    if keys != stated:
        wrong.append(f"the keys of a rule are {sorted(keys)}, not {sorted(stated)}")
    blocks = re.findall(r"^```toml\n(.*?)^```", document, re.M | re.S)
    rules = [block for block in blocks if "[[rule]]" in block]
    for block in rules:
        if complaint := check(program, block):
            wrong.append(f"a rule cannot be used: {complaint}")
    if [block.strip() for block in rules] != [(examples / "my-rules.toml").read_text(encoding="utf-8").split("\n\n", 1)[1].strip()]:
        wrong.append("the rules are not those of Examples/rules/my-rules.toml")
    if (examples / "mails/partner-policy.toml").read_text(encoding="utf-8") not in blocks:
        wrong.append("what is expected of the mail is not Examples/rules/mails/partner-policy.toml")
    done = subprocess.run(
        [program, "rules", "lint", "--rules", examples / "my-rules.toml", examples / "mails"], capture_output=True, text=True)
    if done.returncode != 0 or done.stdout != "1 mails, 0 not as expected\n":
        wrong.append(f"rules lint: status {done.returncode}: {done.stdout}{done.stderr}")
    for line in wrong:
        print(f"docs/rules.md: {line}")
    sys.exit(1 if wrong else 0)


main()
