#!/bin/sh
# phpList 3: puts suppressed addresses on its blacklist. Needs jq. It must run as the user of the web server.
#
#   [[hook]]
#   name = "phplist"
#   command = ["/usr/local/lib/maildir-bounce/integrations/phplist.sh", "/var/www/phplist/lists/admin/index.php"]
#   on = ["suppressed"]
#
# phpList starts once for each address.
set -eu
suppressed=$(mktemp)
trap 'rm -f "$suppressed"' EXIT
# All lines first. Nothing that could be taken for an option or a second line goes on.
jq -r 'select(.change == "suppressed" and .address and (.stream | not))
    | .address | select(test("^[^-\\s\"][^\\s\"]*$"))' >"$suppressed"
while IFS= read -r address; do
    "${PHP:-php}" "$1" -pblacklistemail -e "$address" </dev/null | grep -q OK || { echo "phpList did not take $address" >&2; exit 1; }
done <"$suppressed"
