#!/bin/sh
# Sympa 6.2.68 and later: takes suppressed addresses off the lists that are named. Needs jq. It must run as the user of Sympa.
#
#   [[hook]]
#   name = "sympa"
#   command = ["/usr/local/lib/maildir-bounce/integrations/sympa.sh", "news@lists.example.com", "staff@lists.example.com"]
#   on = ["suppressed"]
#
# Only dead addresses go; add causes to the list below.
set -eu
dead=$(mktemp)
trap 'rm -f "$dead"' EXIT
# All lines first. Nothing that could be taken for a comment or a second line goes on.
jq -r 'select(.change == "suppressed" and .address and (.stream | not) and ([.cause] | inside(["hard"])))
    | .address | select(test("^[^-\\s#\"][^\\s\"]*$"))' >"$dead"
[ -s "$dead" ] || exit 0
for list; do "${SYMPA:-sympa}" del --force --quiet "$list" <"$dead"; done
