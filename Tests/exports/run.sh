#!/usr/bin/env bash
# The SQL that export writes, loaded into real databases: MariaDB, PostgreSQL and SQLite, each private, on a socket in a
# folder of its own, gone when the test ends; the recipe for LOAD DATA on MariaDB; and the map for Postfix, read by
# postmap. Some seconds.
#
# The program under test is $MAILDIR_BOUNCE, or else .build/debug/maildir-bounce. What is not installed is
# named and skipped, except with CI=true, where that fails.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=${MAILDIR_BOUNCE:-$here/../../.build/debug/maildir-bounce}
PATH=$PATH:/usr/sbin:/sbin

. "$here/../own-network.sh"
own_network "$0" "$@"
. "$here/../cannot-run.sh"
cannot_run() { cannot_run_here "test of the exports" is "$1"; }

[ $# = 0 ] || { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 64; }
command -v python3 >/dev/null || cannot_run "python3 is missing; scripts/install-deps.sh test installs it"
if [ ! -x "$binary" ]; then
    echo "run.sh: no program at $binary: run 'swift build', or name one in MAILDIR_BOUNCE" >&2
    exit 66
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/mb-exports.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# PostgreSQL's server runs as another user.
chmod 711 "$work"
python3 "$here/exports.py" "$(realpath "$binary")" "$work" </dev/null
