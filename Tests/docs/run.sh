#!/usr/bin/env bash
# Checks the documents' links, commands and numbers, and what SECURITY.md says of files, programs and connections; and that
# these checks find what is wrong: run.sh [PROGRAM]
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=$(realpath "${1:-.build/debug/maildir-bounce}")
check=$PWD/Tests/docs/check.py
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. Tests/packaging/checks.sh

status=0
"$check" . "$program" >"$folder/said" || status=$?
result "links and commands of the documents" $status "$folder/said"

# finds COMPLAINT NAME TEXT: a document of that text beside one that is well is complained about, once and so.
finds() {
    local status=0
    rm -rf "$folder/docs" && mkdir "$folder/docs"
    printf '# One\n\n## Two words?\n\n[2](#two-words) [picture](a.png)\n\n`maildir-bounce brake list --all`\n' >"$folder/docs/A.md"
    touch "$folder/docs/a.png"
    printf '%b' "$3" >"$folder/docs/$2"
    "$check" "$folder/docs" "$program" >"$folder/said" || status=$?
    [ $status = 1 ] && [ "$(head -n 1 "$folder/said")" = "$2: $1" ] && [ "$(wc -l <"$folder/said")" = 2 ] && status=0 || status=1
    result "finds: $1" $status "$folder/said"
}

finds 'B.md leads to no file' C.md '[b](B.md)\n'
finds 'A.md#three leads to no heading of A.md' C.md '[a](A.md#three)\n'
# It is there, but not in a copy of the repository.
finds '../said leads to no file' C.md '![x](../said)\n'
finds 'maildir-bounce scna is no command: $ maildir-bounce scna' C.md '```\n$ maildir-bounce scna\n```\n'
finds 'maildir-bounce policy explian is no command: maildir-bounce policy explian x' C.md '`maildir-bounce policy explian x`\n'
finds 'maildir-bounce scan has no --mailbox: maildir-bounce scan --mailbox M' C.md '`maildir-bounce scan --mailbox M`\n'
finds 'not in the English one: maildir-bounce brake list' A.ja.md '`maildir-bounce brake list`\n'

status=0
Tests/docs/numbers.py . "$program" >"$folder/said" || status=$?
result "numbers of the documents" $status "$folder/said"

# differs COMPLAINT FILE SED: a copy of the documents and sources in which SED has changed FILE is complained about so, and once.
differs() {
    local status=0
    rm -rf "$folder/tree" && mkdir -p "$folder/tree/scripts"
    cp -r Sources docs ./*.md Package.swift "$folder/tree" && cp scripts/install-deps.sh "$folder/tree/scripts"
    sed -i "$3" "$folder/tree/$2"
    Tests/docs/numbers.py "$folder/tree" "$program" >"$folder/said" || status=$?
    [ $status = 1 ] && grep -q -- "$1" "$folder/said" && [ "$(wc -l <"$folder/said")" = 2 ] && status=0 || status=1
    result "finds: $1" $status "$folder/said"
}
differs 'SECURITY.md: Limits.recipients is 10,000' SECURITY.md 's/| recipients of a report | 10,000/| recipients of a report | 1,000/'
differs 'docs/reliability.md: Limits.hostBytes is 254' Sources/Classifier/Limits.swift 's/hostBytes = 255/hostBytes = 254/'
differs 'docs/operations.md: the exit statuses are' docs/operations.md '0,/^| 73 |/s/^| 73 |/| 72 |/'
differs 'docs/policy.md: policy.hard.days is' docs/policy.md 's/^| `\[policy.hard\]` | [0-9]*/| `[policy.hard]` | 77/'
differs 'docs/architecture.md: scan waits' docs/architecture.md 's/scan waits 30 s/scan waits 31 s/'

status=0
Tests/docs/rules.py . "$program" >"$folder/said" || status=$?
result "rules of docs/rules.md" $status "$folder/said"
rm -rf "$folder/tree" && mkdir -p "$folder/tree" && cp -r docs Examples "$folder/tree"
sed -i '/^| `stage` /d' "$folder/tree/docs/rules.md"
status=0
Tests/docs/rules.py "$folder/tree" "$program" >"$folder/said" || status=$?
[ $status = 1 ] && grep -q '^docs/rules.md: the keys of a rule are' "$folder/said" && [ "$(wc -l <"$folder/said")" = 1 ] && status=0 || status=1
result "finds: a key of a rule that is not in the table" $status "$folder/said"

status=0
"$program" rules check Rules >"$folder/said" 2>&1 || status=$?
result "rules check finds nothing in Rules/" $status "$folder/said"
status=0
"$program" rules lint Tests/ClassifierTests/Fixtures >"$folder/said" 2>&1 || status=$?
result "every fixture is read as the file next to it expects" $status "$folder/said"

# What SECURITY.md says of files, programs and connections.
if ! strace -qq -o /dev/null true 2>/dev/null; then
    missing "strace, or the right to trace" strace
else
    status=0
    Tests/docs/opened.py SECURITY.md "$program" Examples/sample-maildir >"$folder/said" || status=$?
    result "what SECURITY.md says is opened, started and connected to" $status "$folder/said"
    sed 's/`suppress`, `release`/`release`/' SECURITY.md >"$folder/SECURITY.md"
    status=0
    Tests/docs/opened.py "$folder/SECURITY.md" "$program" Examples/sample-maildir verp >"$folder/said" || status=$?
    [ $status = 1 ] && grep -qx 'suppress is not in the table' "$folder/said" && status=0 || status=1
    result "finds: a command that is not in the table" $status "$folder/said"
    sed '/^| `suppress`, /s/`\/etc\/passwd`/nothing/' SECURITY.md >"$folder/SECURITY.md"
    status=0
    Tests/docs/opened.py "$folder/SECURITY.md" "$program" Examples/sample-maildir suppress >"$folder/said" || status=$?
    [ $status = 1 ] && grep -q 'suppress new@dest.example.*: opens /etc/passwd' "$folder/said" && status=0 || status=1
    result "finds: a file that is not in the table" $status "$folder/said"
    sed 's/^| `scan`, `reprocess`,\(.*\)| ledger, Maildir, archive, metrics |/| `scan`, `reprocess`,\1| nothing |/' SECURITY.md >"$folder/SECURITY.md"
    status=0
    Tests/docs/opened.py "$folder/SECURITY.md" "$program" Examples/sample-maildir scan >"$folder/said" || status=$?
    [ $status = 1 ] && grep -q 'scan .*: writes ' "$folder/said" && status=0 || status=1
    result "finds: a file that is written" $status "$folder/said"
fi
total
