#!/bin/sh
# Posts the changes to a URL, each batch in one request: post.sh FILE [array]. Needs curl 7.76 and jq.
#
#   [[hook]]
#   name = "crm"
#   command = ["/usr/local/lib/maildir-bounce/post.sh", "/etc/maildir-bounce-crm.curl"]
#
# The file is read by curl (curl(1), --config); nobody but the hook's user may read it:
#
#   url = "https://crm.example.com/bounces"
#   header = "Authorization: Bearer TOKEN"
#
# The body is JSON lines, or with `array` one JSON array. Nothing is tried again here: after any answer but 2xx, the next
# run of the hook posts the same rows. The receiver passes over numbers that it has stored, and empties its table at "begin".
set -eu
[ -z "$(find "$1" -perm /o=rwx)" ] || { echo "$1 is open to other users: chmod o= $1" >&2; exit 78; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
case ${2-} in
    array) type=application/json; jq -cs . >"$folder/batch" ;;
    *) type=application/x-ndjson; jq -c . >"$folder/batch" ;;
esac
curl --max-time 60 --config "$1" --silent --show-error --fail-with-body --output "$folder/answer" \
    --header "Content-Type: $type" --data-binary "@$folder/batch" || {
    status=$?
    # What the server says of it, without what a terminal would act on.
    [ ! -e "$folder/answer" ] || head -c 500 "$folder/answer" | LC_ALL=C tr -cd '[:print:]\n' >&2
    exit $status
}
