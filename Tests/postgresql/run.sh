#!/usr/bin/env bash
# A ledger in PostgreSQL, with the real program and servers of our own: private, on loopback, gone when the test ends.
#
#   run.sh [--quick] [--seed N] [--only TEXT]
#
#   --quick       the subset that CI runs, three minutes; --seed chooses another one
#   --only TEXT   only the checks whose title or module (conformance, absent, killed, writers, outages, security) holds TEXT
#
# The program under test is $MAILDIR_BOUNCE, or else .build/debug/maildir-bounce; the unit tests are those of the build.
# Needs PostgreSQL's server, python3, a C compiler and ptrace(2); some checks need root, or an address that is not loopback,
# and say so where they are skipped.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../own-network.sh"
own_network "$0" "$@"
. "$here/../cannot-run.sh"
cannot_run() { cannot_run_here "PostgreSQL test" is "$1"; }
. "$here/../check-options.sh"
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && ! command -v initdb >/dev/null; then
    cannot_run "PostgreSQL's server is missing; scripts/install-deps.sh test installs it"
fi
command -v openssl >/dev/null || cannot_run "openssl is missing; scripts/install-deps.sh test installs it"
if [ ! -x "$binary" ]; then
    echo "run.sh: no program at $binary: run 'swift build', or name one in MAILDIR_BOUNCE" >&2
    exit 66
fi
binary=$(realpath "$binary")

work=$(mktemp -d "${TMPDIR:-/tmp}/maildir-bounce-pg.XXXXXX")
clean_up() {
    local folder
    # Those that an interrupted check has left.
    for folder in "$work"/lab/*/pg "$work"/lab/*/*/pg; do
        [ ! -d "$folder" ] || "$here/server.py" remove "$folder" || true
    done
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# The server runs as another user.
chmod 711 "$work"
mkdir -m 711 "$work/lab"
"$compiler" -O1 -Wall -Wextra -Werror -o "$work/meddle" "$here/../faults/meddle.c"
if ! met=$("$work/meddle" 1 count -- true 2>&1) || [ -z "$met" ]; then
    cannot_run "ptrace(2) is not permitted here"
fi
# A copy, so that a build that is going on beside this changes nothing.
cp "$binary" "$work/maildir-bounce"
python3 "$here/checks.py" --root "$work/lab" --binary "$work/maildir-bounce" --meddle "$work/meddle" \
    "${arguments[@]}" </dev/null
