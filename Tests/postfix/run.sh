#!/usr/bin/env bash
# The end-to-end test with a real Postfix: private, on loopback only, gone when the test ends.
#
#   run.sh [--keep DIR] [--reports-only] [--count]
#
#   --keep DIR       leave the Maildir, as Postfix filled it, in DIR (which must not exist)
#   --reports-only   stop when Postfix has made the reports; needs no program
#   --count          print the number of checks
#
# The program under test is $MAILDIR_BOUNCE, or else .build/debug/maildir-bounce. Postfix needs root. Where the test
# cannot run it says so and is skipped, except with CI=true, where it fails.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=${MAILDIR_BOUNCE:-$here/../../.build/debug/maildir-bounce}
PATH=$PATH:/usr/sbin:/sbin
work= child=

. "$here/../cannot-run.sh"
cannot_run() { cannot_run_here "Postfix test" is "$1" "$(python3 "$here/e2e.py" --count 2>/dev/null || echo all)"; }

clean_up() {
    # In a namespace the kill ends Postfix too; elsewhere the driver stops it when told to.
    if [ -n "$child" ] && kill -0 "$child" 2>/dev/null; then
        if [ -n "${isolated:-}" ]; then kill -KILL "$child"; else kill -TERM "$child"; fi
        wait "$child" 2>/dev/null || true
    fi
    # The last dying process of a killed namespace may still write.
    if [ -n "$work" ]; then
        for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$work" 2>/dev/null && return; sleep 0.1; done
        rm -rf "$work"
    fi
}

arguments=() needs_binary=yes
while [ $# -gt 0 ]; do
    case $1 in
        --keep)
            [ $# -ge 2 ] || { echo "run.sh: --keep needs a folder" >&2; exit 64; }
            [ ! -e "$2" ] || { echo "run.sh: $2 exists: name a folder that does not" >&2; exit 64; }
            arguments+=(--keep "$(realpath "$2")")
            shift 2 ;;
        --reports-only) arguments+=(--reports-only); needs_binary=; shift ;;
        --count) exec python3 "$here/e2e.py" --count ;;
        *) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 64 ;;
    esac
done

command -v python3 >/dev/null || cannot_run "python3 is missing; scripts/install-deps.sh test installs it"
command -v postfix >/dev/null || cannot_run "Postfix is missing; scripts/install-deps.sh test installs it"
[ "$(id -u)" = 0 ] || cannot_run "Postfix can only be started by root; run it as root"
if [ -n "$needs_binary" ] && [ ! -x "$binary" ]; then
    echo "run.sh: no program at $binary: run 'swift build', or name one in MAILDIR_BOUNCE" >&2
    exit 66
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/maildir-bounce-postfix.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
chmod 711 "$work" # virtual(8) writes as nobody
mkdir "$work/lab"
arguments+=(--root "$work/lab" --binary "$binary")

# A namespace has no network but its own loopback, and host names of our choice.
isolated=
if command -v ip >/dev/null && unshare --net --mount --pid --fork --mount-proc true 2>/dev/null; then
    isolated=yes
    echo "127.0.0.1 localhost mail.bounce.test mx.dest.example" >"$work/hosts"
    echo "hosts: files" >"$work/nsswitch.conf"
    printf 'passwd: files\ngroup: files\n' >>"$work/nsswitch.conf"
    unshare --net --mount --pid --fork --kill-child --mount-proc bash -euc '
        work=$1; shift
        mount --bind "$work/hosts" /etc/hosts
        mount --bind "$work/nsswitch.conf" /etc/nsswitch.conf
        ip link set lo up
        exec python3 "$@"' bash "$work" "$here/e2e.py" "${arguments[@]}" --isolated </dev/null &
else
    echo "# No network namespace is permitted here: Postfix runs beside the others on free ports of 127.0.0.1."
    python3 "$here/e2e.py" "${arguments[@]}" </dev/null &
fi
child=$!
status=0
wait "$child" || status=$?
exit "$status"
