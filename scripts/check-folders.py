#!/usr/bin/env python3
"""Says where the folders of Sources/MaildirBounce, or of Sources/Ledger, use each other both ways, with status 1 if any do.

Looks for the names of types and functions at the left margin; comments and texts do not count."""
import collections
import pathlib
import re
import sys

DECLARATION = re.compile(
    r"^(?:@main )?(?:package |public )?(?:final |indirect )?(?:struct|enum|class|protocol|func|typealias) (\w+)", re.M)
# What is at the root of the folder may use all of them.
ROOT = "."


def code(path):
    text = re.sub(r'"""(.*?)"""', '""', path.read_text(), flags=re.S)
    text = re.sub(r"//.*", "", text)
    return re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)


def main():
    status = 0
    sources = pathlib.Path(__file__).resolve().parent.parent / "Sources"
    for root in (sources / "MaildirBounce", sources / "Ledger"):
        texts, homes = {}, {}
        for path in root.rglob("*.swift"):
            parts = path.relative_to(root).parts
            folder = parts[0] if len(parts) > 1 else ROOT
            texts[path] = (folder, code(path))
            homes.update((name, folder) for name in DECLARATION.findall(texts[path][1]))
        uses = collections.defaultdict(set)
        for path, (folder, text) in texts.items():
            # A name after a dot is a member's.
            for name in set(re.findall(r"(?<![.\w])\w+", text)) & homes.keys():
                if ROOT not in (folder, homes[name]) and homes[name] != folder:
                    uses[folder, homes[name]].add(f"{path.name} uses {name}")
        for one, other in sorted(uses):
            if one < other and (other, one) in uses:
                status = 1
                for pair in ((one, other), (other, one)):
                    print(f"{root.name}: {pair[0]} -> {pair[1]}: " + ", ".join(sorted(uses[pair])[:6]))
    return status


sys.exit(main())
