#!/bin/sh
# Posts a summary of the changes to a channel: numbers only, no addresses. Needs curl and jq.
#
#   [[hook]]
#   name = "slack"
#   command = ["/usr/local/lib/maildir-bounce/slack.sh", "/etc/maildir-bounce-slack.curl"]
#   snapshot = false
#
# The file is read by curl (curl(1), --config) and has the URL of an incoming webhook, which is a secret; nobody but the
# hook's user may read it. Mattermost and Rocket.Chat take the same.
#
#   url = "https://hooks.slack.com/services/T000/B000/XXXX"
set -eu
[ -z "$(find -L "$1" -perm /o=rwx)" ] || { echo "$1 is open to other users: chmod o= $1" >&2; exit 78; }
body=$(jq -acs 'def count(field): group_by(field) | map("\(length) \(.[0] | field)") | join(", ");
    {text: ("Bounces: " + count(.change) + (map(select(.change == "suppressed")) |
        if length > 0 then "; suppressed for: " + count(.cause) else "" end))}')
status=$(printf '%s' "$body" | curl --max-time 30 --config "$1" --silent --show-error --output /dev/null \
    --write-out '%{http_code}' --header 'Content-Type: application/json' --data-binary @-) || exit
case $status in
    2??) ;;
    *) echo "the server answers $status" >&2; exit 1 ;;
esac
