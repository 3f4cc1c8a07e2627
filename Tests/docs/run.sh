#!/usr/bin/env bash
# Checks the links and the commands in the documents, and that this check finds what is wrong: run.sh [PROGRAM]
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
total
