#!/usr/bin/env bash
# Faults and crashes against the real program.
#
#   run.sh [--quick] [--seed N] [--only TEXT]
#
#   --quick       the subset that CI runs, one or two minutes; --seed chooses another one
#   --only TEXT   only the checks whose title or module (crash, inject, disk, …) holds TEXT
#
# The program under test is $MAILDIR_BOUNCE, or else .build/debug/maildir-bounce. Needs python3, a C compiler and
# ptrace(2); some checks need root, for file systems and users of their own, and say so where they are skipped.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../cannot-run.sh"
cannot_run() { cannot_run_here "fault tests" are "$1"; }
. "$here/../check-options.sh"
if [ ! -x "$binary" ]; then
    echo "run.sh: no program at $binary: run 'swift build', or name one in MAILDIR_BOUNCE" >&2
    exit 66
fi
binary=$(realpath "$binary")

work=$(mktemp -d "${TMPDIR:-/tmp}/maildir-bounce-faults.XXXXXX")
other=
clean_up() {
    # A check that was interrupted may have taken rights away. What it mounted went with its name space.
    chmod -R u+rwX "$work" ${other:+"$other"} 2>/dev/null || true
    rm -rf "$work" ${other:+"$other"}
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
chmod 711 "$work"
"$compiler" -O1 -Wall -Wextra -Werror -o "$work/meddle" "$here/meddle.c"
"$compiler" -O1 -Wall -Wextra -Werror -shared -fPIC -o "$work/clock.so" "$here/clock.c"
if ! met=$("$work/meddle" 1 count -- true 2>&1) || [ -z "$met" ]; then
    cannot_run "ptrace(2) is not permitted here"
fi
if [ -d /dev/shm ] && [ -w /dev/shm ] && [ "$(stat -c %d /dev/shm)" != "$(stat -c %d "$work")" ]; then
    other=$(mktemp -d /dev/shm/maildir-bounce-faults.XXXXXX)
    chmod 711 "$other"
    arguments+=(--other-disk "$other")
fi
mkdir "$work/lab"
chmod 711 "$work/lab"
# A copy, so that a build that is going on beside this changes nothing.
cp "$binary" "$work/maildir-bounce"
python3 "$here/faults.py" --root "$work/lab" --binary "$work/maildir-bounce" --meddle "$work/meddle" \
    --clock "$work/clock.so" "${arguments[@]}" </dev/null
