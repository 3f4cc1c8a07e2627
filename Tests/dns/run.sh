#!/usr/bin/env bash
# doctor against a real DNS server: dnsmasq on loopback, in a network namespace of its own, with a zone for each case.
#
# The program under test is $MAILDIR_BOUNCE, or else .build/debug/maildir-bounce. Where the test cannot run it says so
# and is skipped, except with CI=true, where it fails.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=$(realpath "${MAILDIR_BOUNCE:-$here/../../.build/debug/maildir-bounce}")
PATH=$PATH:/usr/sbin:/sbin
work=

. "$here/../cannot-run.sh"
cannot_run() { cannot_run_here "DNS test" is "$1"; }

command -v python3 >/dev/null || cannot_run "python3 is missing; scripts/install-deps.sh test installs it"
command -v dnsmasq >/dev/null || cannot_run "dnsmasq is missing; scripts/install-deps.sh test installs it"
command -v ip >/dev/null || cannot_run "ip is missing; scripts/install-deps.sh test installs it"
unshare --net --pid --fork --mount --mount-proc true 2>/dev/null ||
    cannot_run "no network namespace may be made here; run it as root"
[ -x "$binary" ] || {
    echo "run.sh: no program at $binary: run 'swift build', or name one in MAILDIR_BOUNCE" >&2
    exit 66
}

work=$(mktemp -d "${TMPDIR:-/tmp}/maildir-bounce-dns.XXXXXX")
trap 'rm -rf "$work"' EXIT
# The namespace ends dnsmasq with the test, however that ends.
unshare --net --pid --fork --kill-child --mount --mount-proc bash -euc '
    ip link set lo up
    exec python3 "$@"' bash "$here/dns.py" "$binary" "$work" </dev/null
