#!/bin/sh
# Posts the changes to a URL, each batch in one request: post.sh FILE [array]. Needs curl and jq.
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
# run of the hook posts the same rows. A redirect is no success: name the URL that it leads to. The receiver passes over numbers
# that it has stored, and empties its table at "begin".
set -eu
[ -z "$(find -L "$1" -perm /o=rwx)" ] || { echo "$1 is open to other users: chmod o= $1" >&2; exit 78; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
case ${2-} in
    array) type=application/json; jq -cs . >"$folder/batch" ;;
    *) type=application/x-ndjson; jq -c . >"$folder/batch" ;;
esac
# A snapshot that was cut off, as where the run of the hook was killed, must not be taken for everything.
jq -es 'flatten | (any(.change == "begin") | not) or any(.change == "complete")' "$folder/batch" >/dev/null ||
    { echo "the snapshot is not complete" >&2; exit 1; }
status=$(curl --max-time 60 --config "$1" --silent --show-error --output "$folder/answer" --write-out '%{http_code}' \
    --header "Content-Type: $type" --data-binary "@$folder/batch") || exit
case $status in
    2??) ;;
    *)
        echo "the server answers $status" >&2
        # What it says of it, without what a terminal would act on.
        [ ! -e "$folder/answer" ] || head -c 500 "$folder/answer" | LC_ALL=C tr -cd '[:print:]\n' >&2
        exit 1
        ;;
esac
