#!/usr/bin/env bash
# Checks the systemd units, without a systemd that runs: units.sh [PROGRAM]
#
# systemd-analyze reads them and rates their hardening. Then a real scan is traced, and each of its system calls, sockets
# and mappings is held against what the unit allows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=$(realpath "${1:-.build/debug/maildir-bounce}")
PATH=$PATH:/usr/sbin:/sbin
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. Tests/packaging/checks.sh

check() {
    local name=$1 status=0
    shift
    "$@" >"$folder/said" 2>&1 || status=$?
    result "$name" $status "$folder/said"
}

service=systemd/maildir-bounce.service

verify() {
    # The program as it is here: the package puts it where the unit names it.
    local unit
    for unit in systemd/*; do sed "s|/usr/bin/maildir-bounce|$program|" "$unit" >"$folder/$(basename "$unit")"; done
    systemd-analyze verify --man=no "$folder"/*.service "$folder"/*.timer 2>&1 | tee "$folder/verify"
    [ ! -s "$folder/verify" ]
}

# systemd sets NoNewPrivileges for these, too, if a unit's user is not root (systemd.exec(5)).
keeps_bits() {
    ! grep -E '^(NoNewPrivileges|SystemCall|RestrictAddressFamilies|RestrictNamespaces|RestrictRealtime|RestrictSUIDSGID|PrivateDevices|PrivateUsers|ProtectKernel|ProtectClock|ProtectHostname|MemoryDenyWriteExecute|LockPersonality|DynamicUser)' \
        systemd/maildir-bounce-canary.service
}

# What the unit lets pass: the names behind SystemCallFilter, sets resolved.
expand() {
    local name
    for name in "$@"; do
        case $name in
            @*) systemd-analyze syscall-filter "$name" | sed -n 's/^    \([@a-z_][a-z0-9_@-]*\)$/\1/p' |
                while read -r inner; do expand "$inner"; done ;;
            *) echo "$name" ;;
        esac
    done
}

allowed() {
    local given sign
    : >"$folder/allowed"
    while read -r given; do
        case $given in
            '~'*) expand ${given#'~'} | sort -u >"$folder/denied"
                  comm -23 "$folder/allowed" "$folder/denied" >"$folder/rest"; mv "$folder/rest" "$folder/allowed" ;;
            *) expand $given @default | sort -u >"$folder/more"
               sort -u -m "$folder/allowed" "$folder/more" >"$folder/rest"; mv "$folder/rest" "$folder/allowed" ;;
        esac
    done < <(sed -n 's/^SystemCallFilter=//p' $service)
    [ "$(wc -l <"$folder/allowed")" -gt 100 ]
}

# No call that the filter refuses.
calls() {
    sed -n 's/^[0-9]* *\([a-z_][a-z0-9_]*\)(.*/\1/p' "$folder/out/trace" | sort -u >"$folder/called"
    [ "$(wc -l <"$folder/called")" -gt 20 ] || { echo "the trace has no calls"; return 1; }
    comm -23 "$folder/called" "$folder/allowed" | sed 's/^/not allowed: /' | tee "$folder/bad"
    [ ! -s "$folder/bad" ]
}

# No memory that is both written and run, and no socket but a local one.
mappings() { ! grep -E '^[0-9]* *(mmap|mprotect|pkey_mprotect)\(.*PROT_WRITE\|PROT_EXEC' "$folder/out/trace"; }
sockets() { ! grep -E '^[0-9]* *socket\(' "$folder/out/trace" | grep -v AF_UNIX; }

if command -v systemd-analyze >/dev/null; then
    check "systemd reads all units and has nothing to say" verify
    check "the canaries' unit lets sendmail keep its set-group-ID bit" keeps_bits
    check "the hardening is rated 1.0 or better" systemd-analyze security --offline=yes --threshold=10 $service
    for timer in systemd/*.timer; do
        check "the times of ${timer#*/} are times" systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$timer")"
    done
    check "the filter's sets are known" allowed
else
    missing systemd-analyze systemd
fi

if command -v strace >/dev/null; then
    mkdir -p "$folder"/Maildir/{cur,new,tmp}
    for sample in Examples/sample-maildir/*.eml; do cp "$sample" "$folder/Maildir/new/$(basename "$sample" .eml)"; done
    # As the unit runs it: by a user without rights, with figures for monitors.
    user=()
    if [ "$(id -u)" = 0 ]; then
        user=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all)
        chmod 0755 "$folder"
        chown -R 65534:65534 "$folder/Maildir"
        install -d -o 65534 "$folder/out"
    else
        mkdir "$folder/out"
    fi
    check "a scan runs under strace" "${user[@]}" strace -f -qq -o "$folder/out/trace" "$program" scan --maildir "$folder/Maildir" \
        --ledger "$folder/out/ledger.sqlite" --archive "$folder/out/archive" --metrics "$folder/out/scan.prom"
    check "the scan took the samples" bash -c '[ -z "$(ls "$0/Maildir/new")" ]' "$folder"
    [ ! -s "$folder/allowed" ] || check "every system call of a scan passes the filter" calls
    check "no memory is written and run" mappings
    check "no socket but local ones" sockets
else
    missing strace strace
fi
total
