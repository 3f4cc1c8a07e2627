#!/usr/bin/env bash
# Plays the newcomer in a clean Debian: newcomer.sh [PROGRAM]
#
# Runs the commands of docs/operations.md, "Installing", as they stand there, once with the package and once without: from the
# installation to a mail that comes back and an address that is suppressed. What this script does of its own accord is the
# world around: a Debian with a Postfix that has no network but its own, whose mail goes to a server that refuses Bob; and to
# wait. PROGRAM is a release binary; else make build makes it. debian.sh says what else this needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Tests/packaging/debian.sh

for tool in ip:iproute2 nsenter:util-linux python3:python3; do
    command -v "${tool%:*}" >/dev/null || unable "${tool%:*} is missing (package ${tool#*:})"
done
network= server=
clean_up() {
    leave_network
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT

# ------------------------------------------------------------------------------------------------- the documentation

# block STEP NUMBER: the commands of a step; without arguments the names of all that there are.
block() {
    awk -v wanted="$*" '
        /^## / { here = $0 == "## Installing" }
        here && /^\*\*[0-9]+\. / { step = substr($1, 3) + 0; number = 0 }
        /^```/ { open = !open; if (open && here) number++; if (open && here && wanted == "") print step, number; next }
        here && open && wanted == step " " number' docs/operations.md
}

# follow STEP NUMBER: runs these commands in the clean Debian as root, in its home.
follow() {
    local commands
    commands=$(block "$@")
    [ -n "$commands" ] || { echo "docs/operations.md has no commands $* in Installing"; return 1; }
    echo "$*" >>"$work/followed"
    inside bash -eo pipefail -c "cd; $commands"
}

# ------------------------------------------------------------------------------------------------- the world around

# A Debian with a Postfix that sends all through one server, as with many providers.
make_world() {
    clean_debian "$root" "$package"
    mount -t proc proc "$root/proc" || unable "/proc cannot be mounted in the clean Debian"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    # Nothing is started while it is installed, and the newcomer answers yes.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 0755 "$root/usr/sbin/policy-rc.d"
    echo 'APT::Get::Assume-Yes "true";' >"$root/etc/apt/apt.conf.d/yes"
    # The clean Debian has what the package needs; the newcomer's has not.
    inside apt-get -qq purge libsqlite3-0 && inside apt-get -qq update || return
    inside debconf-set-selections <<<'postfix postfix/main_mailer_type select Internet Site' || return
    inside apt-get -qq install --no-install-recommends postfix || return
    inside postconf -e myhostname=mail.example.com 'mydestination = $myhostname, localhost' maillog_file=/var/log/mail.log \
        'inet_interfaces = loopback-only' 'inet_protocols = ipv4'
}

# From here on there is no network but one of its own, with that one server in it.
enter_network() {
    unshare --net --pid --fork --kill-child sh -c 'ip link set lo up && touch "$0" && exec sleep 3600' "$work/up" &
    network=$!
    await "a network of its own" test -e "$work/up" || return
    local inhabitant
    read -r inhabitant <"/proc/$network/task/$network/children"
    through=(nsenter --net --pid -t "$inhabitant")
    # That of the host would show other processes than Postfix's.
    umount "$root/proc" && "${through[@]}" mount -t proc proc "$root/proc" || return
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=Tests/postfix "${through[@]}" python3 -c '
from responder import Responder
server = Responder("mx.dest.example", {"bob@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: User unknown")})
print(server.port, flush=True)
server.serve_forever()' >"$work/port" &
    server=$!
    await "the server that refuses" test -s "$work/port" || return
    inside postconf -e "relayhost = [127.0.0.1]:$(cat "$work/port")" && inside postfix start
}

leave_network() {
    # With the network goes all that runs in it: Postfix and the server.
    [ -z "$network" ] || { kill -KILL "$network" && wait "$network" "$server"; } 2>/dev/null || true
    network= through=()
    umount "$root/proc" 2>/dev/null || true
    rm -f "$work/up" "$work/port"
}

# await WHAT COMMAND…: until the command succeeds.
await() {
    local what=$1 deadline=$((SECONDS + 60))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || { tail -n 15 "$root/var/log/mail.log"; echo "waited in vain for $what"; return 1; }
        sleep 0.3
    done
}

# waiting COUNT: so many mails are in new/, each of the user and for nobody else.
waiting() {
    [ "$(inside find /var/mail/bounce/Maildir/new -type f -user bounce -group bounce -perm 0600 | wc -l)" = "$1" ]
}

says_nothing() {
    local status=0
    "$@" >"$work/answer" 2>&1 || status=$?
    cat "$work/answer"
    [ $status = 0 ] && [ ! -s "$work/answer" ]
}

# ------------------------------------------------------------------------------------------------- the newcomer

# step NAME COMMAND…: as is; behind one that fails the next ones would only wait in vain.
step() {
    is "$@"
    [ $failed = 0 ] || finish
}

# From init to an address that is suppressed.
mail_comes_back() {
    local way=$1
    step "$way: init makes what is missing" follow 2 1
    step "$way: Postfix takes the lines that init prints" follow 3 1
    [ "$way" = package ] || step "$way: the schedule" follow 4 1
    step "$way: before the mail is sent Bob may be mailed" says "bob@dest.example: may be mailed" 0 follow 5 3
    step "$way: a mail to a dead address" follow 5 1
    step "$way: Postfix delivers the report to the Maildir" await "the report" waiting 1
    step "$way: cron's line scans, and says nothing" says_nothing follow 5 2
    step "$way: check says that Bob is suppressed" says "bob@dest.example: suppressed since" 1 follow 5 3
}

# The same by way of an alias, for those who need it.
mail_comes_through_alias() {
    step "alias: Postfix takes it" follow 3 2
    inside sendmail -f bounce@mail.example.com bob@dest.example <<<'Subject: by alias'
    step "alias: the report goes through the pipe to the Maildir" await "the report" waiting 1
    step "alias: which Postfix notes" grep -q 'relay=local, .*status=sent (delivered to command: /usr/bin/maildir-bounce deliver)' \
        "$root/var/log/mail.log"
}

name_program "${1:-}"
package=$(DIST=$work COMPRESSION=gzip scripts/deb.sh)

step "a Debian with Postfix" make_world
cp "$package" "$root/root/"
step "package: it is installed, with what it needs" follow 1 1
step "a network of its own" enter_network
mail_comes_back package
mail_comes_through_alias
step "package: doctor finds no error" follow 6 1
leave_network
rm -rf --one-file-system "$root"

step "another Debian with Postfix" make_world
mkdir -p "$root/root/.build/release"
cp "$MAILDIR_BOUNCE" "$root/root/.build/release/maildir-bounce"
cp -r cron "$root/root/"
step "source: it is installed" follow 1 2
step "another network of its own" enter_network
mail_comes_back source
step "source: doctor finds no error" follow 6 1

is "no command of the section was left out" diff <(block) <(sort -u "$work/followed")
finish
