#!/usr/bin/env bash
# Scores the release build on a folder of labelled mails that has a scorer of its own, score.py and labels.jsonl.
#
#   score.sh FOLDER [MAILS] [--all-right] [OPTION…]
#
#   FOLDER       holds score.py
#   MAILS        the mails and labels.jsonl, where they are not FOLDER's own
#   --all-right  end with 1 unless every label is met
#   OPTION…      the scorer's, such as --json; without any it names every miss
#
# The program is $MAILDIR_BOUNCE, or else .build/release/maildir-bounce.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1

usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 64; }
[ $# -ge 1 ] && [ "${1#-}" = "$1" ] || usage
binary=$(realpath -m "${MAILDIR_BOUNCE:-$(dirname "${BASH_SOURCE[0]}")/../.build/release/maildir-bounce}")
scorer=$1/score.py mails=$1
shift
if [ $# -ge 1 ] && [ "${1#-}" = "$1" ]; then mails=$1; shift; fi
all_right=
if [ "${1:-}" = --all-right ]; then all_right=yes; shift; fi
for file in "$scorer" "$mails/labels.jsonl"; do
    [ -f "$file" ] || { echo "score.sh: there is no $file" >&2; exit 66; }
done
[ -x "$binary" ] || { echo "score.sh: no program at $binary: run 'make build', or name one in MAILDIR_BOUNCE" >&2; exit 66; }
score() {
    python3 "$scorer" --root "$mails" --labels "$mails/labels.jsonl" --run "'$binary' classify --format jsonl" "$@"
}

[ $# -gt 0 ] || set -- --failures
score "$@"
if [ -n "$all_right" ]; then
    score --json | python3 -c '
import json, sys
figures = json.load(sys.stdin)["all"]
sys.exit(any(right != of for right, of in figures.values()) or not figures)'
fi
