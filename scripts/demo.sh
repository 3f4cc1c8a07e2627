#!/usr/bin/env bash
# Shows maildir-bounce at work: scans the sample mails of Examples/sample-maildir in a temporary folder. Installs what the
# build needs, builds (the first time takes some minutes), and leaves only .build.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$repository"

scripts/install-deps.sh build
echo "Building maildir-bounce …"
if ! output=$(scripts/build-release.sh 2>&1); then
    echo "$output" >&2
    exit 1
fi
PATH=$repository/.build/release:$PATH

folder=$(mktemp -d "${TMPDIR:-/tmp}/maildir-bounce-demo.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM HUP
cd "$folder"

# As a mail server delivers: tmp/ first, and a name that begins with the time of arrival.
mkdir -p Maildir/{new,cur,tmp}
for sample in "$repository"/Examples/sample-maildir/*.eml; do
    arrival=$(date -d "$(sed -n '/^Date: /{s///p;q}' "$sample")" +%s)
    name=$arrival.$(basename "$sample" .eml)
    cp "$sample" "Maildir/tmp/$name"
    mv "Maildir/tmp/$name" "Maildir/new/$name"
done

bold= plain=
if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; fi

say() { printf '\n# %s\n' "$*"; }
run() {
    printf '%s$ %s%s\n' "$bold" "$1" "$plain"
    local status=0
    eval "$1" || status=$?
    case $1 in
        # Its answer is its exit status.
        *' check '*) echo "(exit status $status)"; [ "$status" -le 1 ] || exit "$status" ;;
        *) [ "$status" = 0 ] || { echo "(exit status $status)" >&2; exit "$status"; } ;;
    esac
}

say "A bounce mailbox as the mail server left it"
run 'ls Maildir/new'
say "What would a scan do? A dry run writes nothing."
run 'maildir-bounce scan --maildir Maildir --ledger ledger.sqlite --archive archive --dry-run'
say "The scan: count each mail once, then file it by class."
run 'maildir-bounce scan --maildir Maildir --ledger ledger.sqlite --archive archive --verbose'
say "What has an address had? The delay notice does not count, the expiry does, softly."
run 'maildir-bounce address dave@slow.example --ledger ledger.sqlite'
run 'maildir-bounce address bob@dest.example --ledger ledger.sqlite'
say "Who must be left out of the next newsletter?"
run 'maildir-bounce suppressed --ledger ledger.sqlite'
say "What a sending script asks: exit status 0 may be mailed, 1 must not."
run 'maildir-bounce check bob@dest.example --ledger ledger.sqlite'
run 'maildir-bounce check carol@dest.example --ledger ledger.sqlite'
say "Where the mails went: a Maildir for each class, and what is no bounce waits in cur/ for a person."
run 'ls archive/*/cur Maildir/cur'
