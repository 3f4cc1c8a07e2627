#!/bin/sh
# Mailman 3: takes suppressed addresses off all lists. Needs jq. It must run as the user of Mailman (list).
#
#   [[hook]]
#   name = "mailman"
#   command = ["/usr/local/lib/maildir-bounce/integrations/mailman3.sh"]
#   on = ["suppressed"]
#
# A full mailbox, a complaint and the rest are Mailman's own affair: only dead addresses go. Add causes to the list below.
set -eu
dead=$(mktemp)
trap 'rm -f "$dead"' EXIT
# All lines first. Nothing that could be taken for an option or a second line goes on.
jq -r 'select(.change == "suppressed" and .address and (.stream | not) and ([.cause] | inside(["hard"])))
    | .address | select(test("^[^-\\s#\"][^\\s\"]*$"))' >"$dead"
[ -s "$dead" ] || exit 0
exec "${MAILMAN:-mailman}" delmembers --fromall --no-goodbye-msg --file "$dead"
