#!/bin/sh
# Records each suppressed address as a bounce in listmonk. Needs curl and jq.
#
#   [[hook]]
#   name = "listmonk"
#   command = ["/usr/local/lib/maildir-bounce/listmonk.sh", "/etc/maildir-bounce-listmonk.curl"]
#   on = ["suppressed"]
#   snapshot = false
#   rows = 100
#
# It makes one request for each address, and all of a batch must be done within timeout_seconds (300). So it begins with what
# changes from now on: import those that are suppressed already into listmonk's blocklist once (maildir-bounce export).
#
# The file is read by curl (curl(1), --config); nobody but the hook's user may read it. The API user needs the permission
# webhooks:post_bounce:
#
#   url = "https://lists.example.com/webhooks/bounce"
#   user = "api_username:access_token"
#
# In listmonk, under Settings, Bounces: enable bounce processing and webhooks, with count 1 and action Blocklist for every
# type. The ledger has already counted, and an address that is reported twice then changes nothing. Whole domains and
# single streams are left out, since listmonk knows neither.
set -eu
[ -z "$(find -L "$1" -perm /o=rwx)" ] || { echo "$1 is open to other users: chmod o= $1" >&2; exit 78; }
bodies=$(mktemp)
trap 'rm -f "$bodies"' EXIT
trap 'exit 1' HUP INT TERM
# All lines first: if one cannot be read, nothing is sent.
jq -ac 'select(.change == "suppressed" and .address and (.stream | not))
    | {email: .address, source: "maildir-bounce", meta: ({cause, reason, at} | tostring),
       type: (if .cause == "soft" or .cause == "complaint" then .cause else "hard" end)}' >"$bodies"
taken=0 refused=0
while IFS= read -r body; do
    status=$(printf '%s' "$body" | curl --max-time 30 --config "$1" --silent --show-error --output /dev/null \
        --write-out '%{http_code}' --header 'Content-Type: application/json' --data-binary @-)
    case $status in
        2??) taken=$((taken + 1)) ;;
        # It would never take this one, and the others wait.
        400) echo "listmonk refuses this address, which is left out: $body" >&2; refused=$((refused + 1)) ;;
        *) echo "listmonk answers $status" >&2; exit 1 ;;
    esac
done <"$bodies"
# If it refuses more than a few and takes none, it is not the addresses.
[ $taken -gt 0 ] || [ $refused -lt 5 ] || { echo "listmonk refuses all of them" >&2; exit 1; }
