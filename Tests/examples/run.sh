#!/usr/bin/env bash
# Runs the examples that are shell scripts, with each awk that is there: run.sh [PROGRAM]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=$(realpath "${1:-.build/debug/maildir-bounce}")
example=$PWD/Examples/postfix-mailings/postfix-mailings
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. Tests/packaging/checks.sh

# is NAME: the file `said` is what comes on standard input.
is() {
    local status=0
    # CSV ends its lines with CRLF (RFC 4180).
    sed -i 's/\r$//' "$folder/said"
    diff -u - "$folder/said" >"$folder/difference" || status=$?
    result "$awk: $1" $status "$folder/difference"
}

# mailings OPTION…: what the example makes of the file `log`.
mailings() { PATH=$folder:$PATH "$example" "$@" "$folder/log" >"$folder/said" 2>&1 || echo "status $?" >>"$folder/said"; }

# queued TIME ID SENDER RECIPIENTS: a line of qmgr.
queued() { echo "$1 mail postfix/qmgr[812]: $2: from=<$3>, size=4321, nrcpt=$4 (queue active)"; }

for awk in gawk mawk original-awk busybox; do
    command -v $awk >/dev/null || continue
    printf '#!/bin/sh\nexec %s "$@"\n' "$(command -v $awk)$([ $awk != busybox ] || echo ' awk')" >"$folder/awk"
    chmod +x "$folder/awk"
    # The one of the BSDs has no calendar.
    "$folder/awk" 'BEGIN { print mktime("2026 11 24 10 0 0") }' >/dev/null 2>&1 </dev/null || continue

    # A newsletter of 60 mails, a tag in each; a receipt; a bounce; what other programs write and others send.
    {
        for number in $(seq 60); do
            queued "Nov 24 10:00:05" "4F$number" "bounce+k1512d76e4fe0d233e+user$number=dest.example@News.example" 1
        done
        queued "Nov 24 10:00:06" 5A1 receipts@shop.example 1
        echo "Nov 24 10:00:07 mail postfix/qmgr[812]: 5A2: from=<>, size=99, nrcpt=70 (queue active)"
        echo "Nov 24 10:00:07 mail postfix/smtp[9]: 4F1: to=<user1@dest.example>, relay=none, status=deferred (from=<a@b>, nrcpt=90 )"
        echo "Nov 24 10:00:07 mail postfix/cleanup[9]: 5A3: warning: header Subject: postfix/qmgr[812]: 5A4: from=<x@y.example>, nrcpt=90 (queue active)"
        echo "Nov 24 10:00:08 mail postfix/qmgr[812]: 4F2: removed"
        queued "Nov 24 10:00:09" 5A5 'a,b@evil.example' 90
        queued "Nov 24 10:00:09" 5A6 '"a"@evil.example' 90
        queued "Nov 24 10:00:09" 5A7 $'a\xff@evil.example' 90
        echo "a line that is cut"
        echo
    } >"$folder/log"
    mailings -y 2026
    is "a day of one mailing" <<<$'stream,day,count\nbounce@news.example,2026-11-24,60'
    mailings -y 2026 -n 61
    is "fewer mails than -n" <<<$'stream,day,count'
    mailings -y 2026 -n 1 -s Bounce@news.example=news.firm.example
    is "the List-Id of a return path" <<<$'stream,day,count\nnews.firm.example,2026-11-24,60\nreceipts@shop.example,2026-11-24,1'

    # Mails that are tried again are the mailing of their first day; a number of the queue that is free may come again.
    {
        queued "Nov  3 10:00:05" A1 bounce@news.example 50
        queued "Nov  4 10:00:05" A1 bounce@news.example 50
        echo "Nov  4 10:00:06 mail postfix/qmgr[812]: A1: removed"
        queued "Nov 10 10:00:05" A1 bounce@news.example 50
    } >"$folder/log"
    mailings -y 2026
    is "tried again" <<<$'stream,day,count\nbounce@news.example,2026-11-03,50\nbounce@news.example,2026-11-10,50'

    # Days are UTC's, whatever the zone of the log and of the machine.
    {
        queued 2026-03-01T00:30:05.123456+01:00 B1 prvs=0123456789=bounce@news.example 50
        queued 2026-02-28T20:30:05-0330 B2 bounce-bob=dest.example@news.example 50
        queued 2026-03-02T23:59:59Z B3 bounce@news.example 50
        queued 2026-03-03T23:59:59.5+00:00 B4 owner-news@news.example 50
    } >"$folder/log"
    TZ=Asia/Tokyo mailings -y 1999
    is "ISO 8601" <<<$'stream,day,count\nbounce@news.example,2026-02-28,50\nbounce@news.example,2026-03-01,50\nbounce@news.example,2026-03-02,50\nowner-news@news.example,2026-03-03,50'
    {
        queued "Dec 31 23:30:05" C1 bounce@news.example 50
        queued "Jan  1 23:30:05" C2 bounce@news.example 50
        queued "Feb 28 23:30:05" C3 bounce@news.example 50
    } >"$folder/log"
    mailings -y 2027 -z -0100
    is "a year that ends, and a leap year" <<<$'stream,day,count\nbounce@news.example,2028-01-01,50\nbounce@news.example,2028-01-02,50\nbounce@news.example,2028-02-29,50'

    : >"$folder/log"
    mailings
    is "an empty log" <<<stream,day,count
    mailings -x
    grep -q '^status 64$' "$folder/said" && status=0 || status=1
    result "$awk: a wrong option" $status "$folder/said"
    rm "$folder/log"
    mailings
    ! grep -q '^stream' "$folder/said" && grep -q '^status' "$folder/said" && status=0 || status=1
    result "$awk: no log" $status "$folder/said"
done

# What it prints is what `sent` reads.
queued "2026-11-24T10:00:05Z" D1 bounce@news.example 50 >"$folder/log"
echo eve@dest.example | "$program" import --ledger "$folder/ledger.sqlite" --reason test >"$folder/said" 2>&1
status=0
"$example" "$folder/log" | "$program" sent --from - --ledger "$folder/ledger.sqlite" >"$folder/said" 2>&1 || status=$?
awk=sent
result "sent takes the table" $status "$folder/said"
"$program" sent --list --format csv --ledger "$folder/ledger.sqlite" >"$folder/said" 2>&1 || true
is "the mailing is known" <<<$'stream,day,count,known_by\nbounce@news.example,2026-11-24,50,told'
total
