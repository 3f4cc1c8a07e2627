"""A ledger in PostgreSQL, against the real program and a real server. Started by run.sh.

Prints one "ok" or "not ok" line for each check with what was measured, then the total.
"""

import argparse
import collections
import concurrent.futures
import pathlib
import sys
import threading
import time
import traceback

from lab import Failure, Lab
from server import ServerError
from station import Skipped

import absent
import conformance
import killed
import outages
import security
import writers

# Modules whose checks are made at the same time, and how many of them: most of `absent` is waiting.
GROUPS = [([conformance, absent], 12), ([killed, writers, outages, security], 1)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--meddle", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="checks whose title or module holds this")
    options = parser.parse_args()
    lab = Lab(options)
    results = collections.Counter()
    printing = threading.Lock()

    def make(check):
        title, work = check
        started = time.monotonic()
        failure = None
        try:
            result, told = "passed", work()
        except Skipped as reason:
            result, told = "skipped", reason
        except Exception as caught:
            result, told, failure = "failed", None, caught
        with printing:
            results[result] += 1
            line = f"{'not ok' if failure else 'ok'} {results.total()} - {title}"
            if result == "skipped":
                print(f"{line} # skip {told}", flush=True)
                return
            print(f"{line}{f' ({told})' if told else ''} [{time.monotonic() - started:.1f} s]", flush=True)
            if failure:
                print(f"  # {failure}", flush=True)
            if failure and not isinstance(failure, (Failure, ServerError)):
                traceback.print_exception(failure)

    try:
        for modules, at_once in GROUPS:
            checks = [check for module in modules for check in module.checks(lab)
                      if options.only in f"{module.__name__}: {check[0]}"]
            with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
                list(pool.map(make, checks))
    finally:
        lab.close()
    print(", ".join(f"{results[result]} {result}" for result in ("passed", "failed", "skipped")))
    sys.exit(1 if results["failed"] or not results["passed"] else 0)


if __name__ == "__main__":
    main()
