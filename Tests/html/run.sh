#!/usr/bin/env bash
# The test of the HTML report in a real browser.
#
#   run.sh [--keep DIR]
#
#   --keep DIR   leave the page and pictures of it in DIR
#
# The program under test is $MAILDIR_BOUNCE, or else .build/debug/maildir-bounce. Where the test cannot run it says so and
# is skipped, except with CI=true, where it fails.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=${MAILDIR_BOUNCE:-$here/../../.build/debug/maildir-bounce}

. "$here/../cannot-run.sh"
cannot_run() { cannot_run_here "HTML test" is "$1"; }

keep=()
if [ $# = 2 ] && [ "$1" = --keep ]; then
    keep=(--keep "$2")
elif [ $# != 0 ]; then
    sed -n '2,9s/^# \{0,1\}//p' "$0"
    exit 64
fi

command -v python3 >/dev/null || cannot_run "python3 is missing; scripts/install-deps.sh test installs it"
python3 -c "import sys; sys.path.insert(0, '$here'); import devtools; sys.exit(not devtools.Browser.program())" \
    || cannot_run "Chromium is missing; scripts/install-deps.sh test installs it"
if [ ! -x "$binary" ]; then
    echo "run.sh: no program at $binary: run 'swift build', or name one in MAILDIR_BOUNCE" >&2
    exit 66
fi
exec python3 "$here/page.py" --binary "$binary" "${keep[@]}"
