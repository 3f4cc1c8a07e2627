#!/usr/bin/env bash
# Installs the Debian package in a clean Debian, works with it, upgrades, removes and purges it: run.sh [PROGRAM]
#
# PROGRAM is a release binary; else make build makes it. debian.sh says what this needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Tests/packaging/debian.sh

as_bounce() { inside runuser -u bounce -- "$@"; }
install_package() {
    cp "$1" "$root/package.deb"
    inside dpkg -i /package.deb
    local status=$?
    rm "$root/package.deb"
    return $status
}
# What a package could leave behind; what dpkg and the tools for users note of their own accord is not that.
everything() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./run -o -path ./dev -o -path ./var/lib/dpkg -o -path ./var/log \
        -o -path ./var/cache -o -name '*-' -o -name .pwd.lock -o -path ./tmp \) -prune -o -printf '%p %y %m %U %G\n' |
        LC_ALL=C sort; cat etc/passwd etc/group etc/shadow etc/gshadow)
}
deliver() {
    local sample
    for sample in Examples/sample-maildir/*.eml; do
        install -o "$(inside id -u bounce)" -g "$(inside id -g bounce)" -m 0600 "$sample" \
            "$root/var/mail/bounce/Maildir/new/$(basename "$sample" .eml)"
    done
}
cron_line() { sed -n 's/^\*\/5 \* \* \* \* bounce //p' "$root/etc/cron.d/maildir-bounce"; }

name_program "${1:-}"
first=$(DIST=$work COMPRESSION=gzip REVISION=1 scripts/deb.sh)
second=$(DIST=$work COMPRESSION=gzip REVISION=2 scripts/deb.sh)
is "the package depends on the libraries that it needs, and on no other" bash -c '
    dpkg-deb -f "$0" Depends | tr "," "\n" | sed "s/ *(.*//; s/^ *//" | sort |
        comm -23 - <(printf "%s\n" adduser libc6 libgcc-s1 libidn2-0 libsqlite3-0 libstdc++6 zlib1g) >"$1"
    cat "$1"; [ ! -s "$1" ]' "$first" "$work/needs"
if command -v lintian >/dev/null; then
    is "lintian has nothing to say" lintian --allow-root --fail-on error,warning "$first"
else
    echo "skipped: lintian is missing (package lintian)"
    skipped=$((skipped + 1))
fi

# /proc is not mounted there: the program must not need it (Swift's own CommandLine does).
clean_debian "$root" "$first"
before=$(everything)

is "it installs" install_package "$first"
[ $failed = 0 ] || finish
is "the program runs, and reads its arguments without /proc" bash -c '
    [ "$(chroot "$0" maildir-bounce --version)" = "$1" ] && [ ! -e "$0/proc/self" ]' "$root" "$("$MAILDIR_BOUNCE" --version)"
is "the user, the ledger's folder and the empty mailbox are there" inside bash -c '
    [ "$(stat -c "%U %G %a" /var/lib/maildir-bounce)" = "bounce bounce 750" ] &&
    [ "$(stat -c "%U %a" /var/mail/bounce)" = "bounce 700" ] &&
    [ "$(getent passwd bounce | cut -d: -f6,7)" = /var/lib/maildir-bounce:/usr/sbin/nologin ] &&
    [ "$(ls /var/mail/bounce/Maildir | paste -sd" ")" = "cur new tmp" ]'
is "the hooks' user is in the group, which may not write the ledger's folder, and its timer is off" inside bash -c '
    [ "$(id -gn bounce-hook)" = bounce ] && [ "$(stat -c %a /var/lib/maildir-bounce)" = 750 ] &&
    [ "$(getent passwd bounce-hook | cut -d: -f6,7)" = /var/lib/maildir-bounce-hook:/usr/sbin/nologin ] &&
    ls /lib/systemd/system/maildir-bounce-hook.{service,timer} && [ -z "$(find /etc/systemd -name "*hook*")" ]'
is "settings, pages, completions and examples are there" inside bash -c '
    cd /usr/share && ls /etc/maildir-bounce.toml doc/maildir-bounce/{copyright,changelog.Debian.gz,README.md} \
    bash-completion/completions/maildir-bounce zsh/vendor-completions/_maildir-bounce \
    fish/vendor_completions.d/maildir-bounce.fish doc/maildir-bounce/examples/sample-maildir/11-person.eml \
    doc/maildir-bounce/examples/hooks/{mirror.py,bounce-hook.cron}'
is "a scan of the empty mailbox is silent and well" bash -c '[ -z "$("$@" 2>&1)" ]' bash \
    chroot "$root" runuser -u bounce -- maildir-bounce scan
deliver
mkdir -p "$root/run/systemd/system"
is "where systemd runs, the cron line does nothing" as_bounce sh -c "$(cron_line)"
is "and the mails are still there" test -e "$root/var/mail/bounce/Maildir/new/11-person"
rmdir "$root/run/systemd/system" "$root/run/systemd" 2>/dev/null || true
is "the cron line scans" as_bounce sh -c "$(cron_line)"
cp "$said" "$work/cron"
is "and says nothing" test ! -s "$work/cron"
is "the mailbox's new/ is empty" bash -c '[ -z "$(ls "$0/var/mail/bounce/Maildir/new")" ]' "$root"
is "a dead address is suppressed" says "bob@dest.example: suppressed since" 1 as_bounce maildir-bounce check bob@dest.example
isnt "the hooks' user may not write the ledger" inside runuser -u bounce-hook -- maildir-bounce changes --new-epoch
printf '[[hook]]\nname = "cat"\ncommand = ["/bin/cat"]\n' >"$root/tmp/hook.toml"
is "with the two chmod of docs/operations.md it runs hooks" says bob@dest.example 0 inside bash -c '
    chmod 2770 /var/lib/maildir-bounce && chmod 660 /var/lib/maildir-bounce/ledger.sqlite* &&
    runuser -u bounce-hook -- maildir-bounce hook run --config /tmp/hook.toml --ledger /var/lib/maildir-bounce/ledger.sqlite'
is "and scans go on" as_bounce maildir-bounce scan
is "a monitor hears that all is well, or what is not" bash -c '"$@"; [ $? -le 1 ]' bash \
    chroot "$root" runuser -u bounce -- maildir-bounce status --nagios

# Without a ledger there is nothing to upgrade.
[ -e "$root/var/lib/maildir-bounce/ledger.sqlite" ] || finish
echo '# mine' >>"$root/etc/maildir-bounce.toml"
sum=$(md5sum <"$root/etc/maildir-bounce.toml")
list=$(as_bounce maildir-bounce suppressed --format csv)
inode=$(stat -c %i "$root/var/lib/maildir-bounce/ledger.sqlite")
is "it upgrades" install_package "$second"
is "to the new one" bash -c '[ "$(chroot "$0" dpkg-query -W -f "\${Version}" maildir-bounce)" = "$1" ]' "$root" \
    "$(dpkg-deb -f "$second" Version)"
is "the ledger is the same file" test "$inode" = "$(stat -c %i "$root/var/lib/maildir-bounce/ledger.sqlite")"
is "with the same addresses" test "$list" = "$(as_bounce maildir-bounce suppressed --format csv)"
is "the changed settings stayed" test "$sum" = "$(md5sum <"$root/etc/maildir-bounce.toml")"

is "it is removed" inside dpkg -r maildir-bounce
is "the ledger and the settings outlive that" ls "$root/var/lib/maildir-bounce/ledger.sqlite" "$root/etc/maildir-bounce.toml"
is "and the cron line is silent" inside runuser -u bounce -- sh -c "$(cron_line)"
is "it is purged" inside dpkg -P maildir-bounce
cp "$said" "$work/purge"
is "which says that mail was left" grep -q 'there is mail in /var/mail/bounce' "$work/purge"
is "the mail is there, and its owner" bash -c 'ls "$0"/var/mail/bounce/Maildir/cur/* && chroot "$0" id bounce' "$root"
isnt "the ledger is gone" ls "$root/var/lib/maildir-bounce"

is "it installs once more" install_package "$second"
is "and scans, told to begin a ledger: the mailbox that was left knows the old one" as_bounce maildir-bounce scan --new-ledger
find "$root/var/mail/bounce/Maildir" -type f -delete
is "without mail it is purged" inside dpkg -P maildir-bounce
diff <(echo "$before") <(everything) >"$work/left" || true
is "and nothing is left" bash -c 'cat "$0"; [ ! -s "$0" ]' "$work/left"
finish
