#!/usr/bin/env bash
# Checks the systemd units, without a systemd that runs: units.sh [PROGRAM]
#
# systemd-analyze reads them and rates their hardening. Then a real scan, and a real run of the hooks with its programs, are
# traced, and each of their system calls, sockets and mappings is held against what the units allow.
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

# verify NAME: both units of that name.
verify() {
    # The program as it is here: the package puts it where the unit names it.
    sed "s|/usr/bin/maildir-bounce|$program|" "systemd/$1.service" >"$folder/$1.service"
    cp "systemd/$1.timer" "$folder"
    systemd-analyze verify --man=no "$folder/$1.service" "$folder/$1.timer" 2>&1 | tee "$folder/verify"
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

# allowed NAME: writes the system calls that the filter of that unit lets pass to the file allowed.NAME.
allowed() {
    local given
    : >"$folder/allowed"
    while read -r given; do
        case $given in
            '~'*) expand ${given#'~'} | sort -u >"$folder/denied"
                  comm -23 "$folder/allowed" "$folder/denied" >"$folder/rest"; mv "$folder/rest" "$folder/allowed" ;;
            *) expand $given @default | sort -u >"$folder/more"
               sort -u -m "$folder/allowed" "$folder/more" >"$folder/rest"; mv "$folder/rest" "$folder/allowed" ;;
        esac
    done < <(sed -n 's/^SystemCallFilter=//p' "systemd/$1.service")
    mv "$folder/allowed" "$folder/allowed.$1"
    [ "$(wc -l <"$folder/allowed.$1")" -gt 100 ]
}

# calls NAME TRACE: no call that the filter of that unit refuses.
calls() {
    sed -n 's/^[0-9]* *\([a-z_][a-z0-9_]*\)(.*/\1/p' "$folder/out/$2" | sort -u >"$folder/called"
    [ "$(wc -l <"$folder/called")" -gt 20 ] || { echo "the trace has no calls"; return 1; }
    comm -23 "$folder/called" "$folder/allowed.$1" | sed 's/^/not allowed: /' | tee "$folder/bad"
    [ ! -s "$folder/bad" ]
}

# No memory that is both written and run, and no socket but of the families that the unit allows.
mappings() { ! grep -E '^[0-9]* *(mmap|mprotect|pkey_mprotect)\(.*PROT_WRITE\|PROT_EXEC' "$folder/out/$1"; }
sockets() {
    local families
    families=$(sed -n 's/^RestrictAddressFamilies=//p' "systemd/$1.service")
    ! grep -E '^[0-9]* *socket\(' "$folder/out/$2" | grep -vE "\((${families// /|}),"
}

if command -v systemd-analyze >/dev/null; then
    # A hook has the network, which costs one point.
    for unit in maildir-bounce:10 maildir-bounce-hook:13; do
        name=${unit%:*}
        check "$name: systemd reads both units and has nothing to say" verify "$name"
        check "$name: the hardening is rated ${unit#*:} tenths or better" \
            systemd-analyze security --offline=yes --threshold="${unit#*:}" "systemd/$name.service"
        check "$name: the timer's times are times" \
            systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "systemd/$name.timer")"
        check "$name: the filter's sets are known" allowed "$name"
    done
    check "maildir-bounce-canary: systemd reads both units and has nothing to say" verify maildir-bounce-canary
    check "maildir-bounce-canary: the unit lets sendmail keep its set-group-ID bit" keeps_bits
    check "maildir-bounce-canary: the timer's times are times" \
        systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' systemd/maildir-bounce-canary.timer)"
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
    [ ! -s "$folder/allowed.maildir-bounce" ] ||
        check "every system call of a scan passes the filter" calls maildir-bounce trace
    check "no memory is written and run" mappings trace
    check "no socket but local ones" sockets maildir-bounce trace

    # The examples, each as an administrator would run it; the one that speaks HTTP finds nobody at port 9 (discard).
    cp -r Examples/hooks "$folder/hooks"
    printf '{"dsn": "sqlite:%s/out/php.sqlite"}\n' "$folder" >"$folder/out/php.json"
    echo 'url = "http://localhost:9/"' >"$folder/out/post.curl"
    chmod 0640 "$folder"/out/{php.json,post.curl}
    [ ${#user[@]} = 0 ] || chown 65534:65534 "$folder"/out/{php.json,post.curl}
    hooks=(mirror.py "$folder/out/python.sqlite" 0)
    ! php -m 2>/dev/null | grep -qx pdo_sqlite || hooks+=(mirror.php "$folder/out/php.json" 0)
    ! command -v curl >/dev/null || ! command -v jq >/dev/null || hooks+=(post.sh "$folder/out/post.curl" 75)
    for ((place = 0; place < ${#hooks[@]}; place += 3)); do
        name=${hooks[place]} wanted=${hooks[place + 2]}
        printf '[[hook]]\nname = "%s"\ncommand = ["%s", "%s"]\n' "${name%.*}-${name#*.}" "$folder/hooks/$name" \
            "${hooks[place + 1]}" >"$folder/hook.toml"
        check "a run of the hook $name under strace ends with $wanted" bash -c '"${@:2}"; [ $? = "$1" ]' bash "$wanted" \
            "${user[@]}" strace -f -qq -o "$folder/out/trace.$name" "$program" hook run --config "$folder/hook.toml" \
            --ledger "$folder/out/ledger.sqlite"
        [ ! -s "$folder/allowed.maildir-bounce-hook" ] ||
            check "every system call of $name passes the filter" calls maildir-bounce-hook "trace.$name"
        check "$name: no memory is written and run" mappings "trace.$name"
        check "$name: no socket but of the allowed families" sockets maildir-bounce-hook "trace.$name"
    done
else
    missing strace strace
fi
total
