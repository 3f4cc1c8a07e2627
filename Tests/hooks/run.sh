#!/usr/bin/env bash
# Runs the hooks of Examples/hooks: against a web server of the test that answers, fails, hangs and hangs up; and the mirrors,
# with SIGKILL at random moments, until their tables and the ledger are compared. One or two minutes.
#
#   run.sh [--seed N] [--only TEXT]
#
#   --seed N      another order of operations and kills
#   --only TEXT   only the module (recipes, mirrors, kills, users) whose name is TEXT
#
# The program under test is $MAILDIR_BOUNCE, or else .build/debug/maildir-bounce. What is not installed is
# named and skipped, except with CI=true, where that fails. Some checks need root, for users of their own.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=${MAILDIR_BOUNCE:-$here/../../.build/debug/maildir-bounce}
PATH=$PATH:/usr/sbin:/sbin

. "$here/../own-network.sh"
own_network "$0" "$@"
. "$here/../cannot-run.sh"
cannot_run() { cannot_run_here "test of the hooks" is "$1"; }

command -v python3 >/dev/null || cannot_run "python3 is missing; scripts/install-deps.sh test installs it"
if [ ! -x "$binary" ]; then
    echo "run.sh: no program at $binary: run 'swift build', or name one in MAILDIR_BOUNCE" >&2
    exit 66
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/mb-hooks.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# PostgreSQL's server, and the users of some checks, must enter it.
chmod 711 "$work"
# A copy, so that a build that is going on beside this changes nothing.
cp "$binary" "$work/maildir-bounce"
python3 "$here/hooks.py" "$work/maildir-bounce" "$work" "$@" </dev/null
