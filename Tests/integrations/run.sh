#!/usr/bin/env bash
# The recipes of Examples/integrations, run by the real libraries against an SMTP server of the test; the hooks of list managers;
# and fetchmail, mbsync and getmail against a real Dovecot. A minute or two.
#
#   run.sh [--only TEXT]
#
#   --only TEXT   only the modules (recipes, lists, migration, ways_in) whose name holds TEXT
#
# The program under test is $MAILDIR_BOUNCE, or else .build/debug/maildir-bounce. What is not installed is named and skipped, except
# with CI=true, where that fails; scripts/install-deps.sh integrations installs it. WordPress is fetched from Debian and unpacked in
# the test's folder, Mailman from PyPI; neither is installed.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=${MAILDIR_BOUNCE:-$here/../../.build/debug/maildir-bounce}
PATH=$PATH:/usr/sbin:/sbin

. "$here/../cannot-run.sh"
cannot_run() { cannot_run_here "test of the integrations" is "$1"; }

command -v python3 >/dev/null || cannot_run "python3 is missing; scripts/install-deps.sh test installs it"
if [ ! -x "$binary" ]; then
    echo "run.sh: no program at $binary: run 'swift build', or name one in MAILDIR_BOUNCE" >&2
    exit 66
fi

# What comes from outside is fetched before the test has a network of its own.
if [ -z "${MAILDIR_BOUNCE_INTEGRATIONS:-}" ]; then
    MAILDIR_BOUNCE_INTEGRATIONS=$(mktemp -d "${TMPDIR:-/tmp}/mb-integrations.XXXXXX")
    export MAILDIR_BOUNCE_INTEGRATIONS
    chmod 711 "$MAILDIR_BOUNCE_INTEGRATIONS"
    case " $* " in
        *" --only lists "* | *" --only migration "* | *" --only ways_in "*) ;;
        *)
            (cd "$MAILDIR_BOUNCE_INTEGRATIONS" && apt-get -qq download wordpress && dpkg-deb -x wordpress_*.deb wordpress) >/dev/null 2>&1 ||
                echo "# WordPress cannot be fetched." ;;
    esac
    case " $* " in
        *" --only recipes "* | *" --only migration "* | *" --only ways_in "*) ;;
        *)
            { python3 -m venv "$MAILDIR_BOUNCE_INTEGRATIONS/mailman" &&
                "$MAILDIR_BOUNCE_INTEGRATIONS/mailman/bin/pip" -q install mailman; } >/dev/null 2>&1 || echo "# Mailman cannot be fetched." ;;
    esac
fi
work=$MAILDIR_BOUNCE_INTEGRATIONS
. "$here/../own-network.sh"
own_network "$0" "$@"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# A copy, so that a build that is going on beside this changes nothing.
cp "$binary" "$work/maildir-bounce"
python3 "$here/integrations.py" "$work/maildir-bounce" "$work" "$@" </dev/null
