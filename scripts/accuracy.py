#!/usr/bin/env python3
"""Measures the classifier on a folder of labelled mails of your own.

  scripts/accuracy.py FOLDER [--labels FILE] [--run COMMAND] [--misses]

FOLDER holds the mails; FILE (default FOLDER/labels.csv) says what they are, a line a recipient, with a heading:

  file,class,address,kind,reason
  a.eml,hard-bounce,bob@dest.example,hard,userunknown
  b.eml,auto-reply,,,
  c.eml,hard-bounce|soft-bounce,eve@dest.example,,        either class will do; kind and reason are not measured

COMMAND (default .build/release/maildir-bounce classify --format jsonl) gets the paths as arguments.

class          the message's class is the label's
recipients     exactly the labelled addresses are named
kind, reason   of each labelled recipient
no-false-hard  no address is declared dead that the labels do not call hard: the error that loses readers
"""
import argparse
import collections
import csv
import json
import os
import shlex
import subprocess
import sys


def labels_of(path):
    labels = collections.OrderedDict()
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            label = labels.setdefault(row["file"], {"class": set(), "recipients": {}})
            label["class"] |= set(filter(None, (row.get("class") or "").split("|")))
            if row.get("address"):
                label["recipients"][row["address"].lower()] = (row.get("kind") or None, row.get("reason") or None)
    return labels


def verdicts_of(command, folder, files):
    verdicts = {}
    for start in range(0, len(files), 500):
        paths = [os.path.join(folder, name) for name in files[start:start + 500]]
        run = subprocess.run(shlex.split(command) + paths, stdout=subprocess.PIPE)
        for line in run.stdout.splitlines():
            verdict = json.loads(line)
            verdicts[os.path.relpath(verdict["file"], folder)] = verdict
    return verdicts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--labels")
    parser.add_argument("--run", default=".build/release/maildir-bounce classify --format jsonl")
    parser.add_argument("--misses", action="store_true", help="name each miss")
    options = parser.parse_args()
    labels = labels_of(options.labels or os.path.join(options.folder, "labels.csv"))
    if not labels:
        sys.exit("no labels: the file has a heading and nothing else")
    verdicts = verdicts_of(options.run, options.folder, list(labels))
    right, total, misses = collections.Counter(), collections.Counter(), []

    def count(what, is_right, file, say):
        total[what] += 1
        right[what] += bool(is_right)
        if not is_right:
            misses.append(f"{what}: {file}: {say}")

    for file, label in labels.items():
        verdict = verdicts.get(file, {"class": "no answer"})
        mine = {r["address"].lower(): r for r in verdict.get("recipients", [])}
        wanted = label["recipients"]
        if label["class"]:
            count("class", verdict["class"] in label["class"], file, f'{verdict["class"]}, wanted {sorted(label["class"])}')
        if wanted:
            count("recipients", set(mine) == set(wanted), file, f"{sorted(mine)}, wanted {sorted(wanted)}")
        for address, (kind, reason) in wanted.items():
            if kind:
                count("kind", mine.get(address, {}).get("kind") == kind, file, f'{address} {mine.get(address, {}).get("kind")}, wanted {kind}')
            if reason:
                count("reason", mine.get(address, {}).get("reason") == reason, file, f'{address} {mine.get(address, {}).get("reason")}, wanted {reason}')
        wrong = [a for a, r in mine.items() if r.get("kind") == "hard" and wanted.get(a, ("soft", None))[0] not in ("hard", None)]
        count("no-false-hard", not wrong, file, f"would suppress {wrong}")
    for what in ("class", "recipients", "kind", "reason", "no-false-hard"):
        if total[what]:
            print(f"{what:14} {right[what]:6}/{total[what]:<6} {100 * right[what] / total[what]:6.1f} %")
    if options.misses:
        print("\n".join(misses))


if __name__ == "__main__":
    main()
