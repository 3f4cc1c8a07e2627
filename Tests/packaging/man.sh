#!/usr/bin/env bash
# Writes the manual pages and completions of a program and lets their readers check them: man.sh [PROGRAM]
# mandoc reads every page with all its checks; each page that another names is there; bash, zsh and fish read theirs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=$(realpath "${1:-.build/debug/maildir-bounce}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. Tests/packaging/checks.sh

# What a check says is a complaint.
check() {
    local name=$1 status=0
    shift
    "$@" >"$folder/said" 2>&1 || status=$?
    [ ! -s "$folder/said" ] || status=1
    result "$name" $status "$folder/said"
}

# without TOOL PACKAGE: whether the tool is missing.
without() {
    command -v "$1" >/dev/null && return 1
    missing "$1" "$2"
}

lint() {
    # It looks for other pages where this system has its own.
    (cd "$folder/man1" && mandoc -Tlint -W style "$1") | grep -v 'referenced manual not found: Xr maildir-bounce' || true
}

references() {
    local page
    sed -n 's/^\.\(It \)\{0,1\}Xr \([a-z-]*\) 1.*/\2/p' "$folder/man1/$1" | sort -u | while read -r page; do
        [ -e "$folder/man1/$page.1" ] || echo "$1 names $page, which has no page"
    done
}

check "pages are written" scripts/manual.py "$program" "$folder/man1" 2026-11-24
for command in scan status check reprocess; do
    check "the page of $command has its options" grep -q '^\.It Fl' "$folder/man1/maildir-bounce-$command.1"
    check "the page of $command has its exit statuses" grep -qx '.Sh EXIT STATUS' "$folder/man1/maildir-bounce-$command.1"
done
for page in "$folder"/man1/*.1; do
    page=$(basename "$page")
    check "$page: the pages it names" references "$page"
    without mandoc mandoc || check "$page: mandoc" lint "$page"
done
for shell in bash zsh fish; do
    check "completions for $shell" bash -c '"$0" --generate-completion-script "$1" >"$2"' "$program" $shell "$folder/$shell"
    without $shell $shell || check "$shell reads its completions" $shell -n "$folder/$shell"
done
total
