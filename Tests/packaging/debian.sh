# To be sourced in the project's folder: a clean Debian, and checks made in it.
#
# Needs root (chroot), debootstrap and the mirror that apt uses. BASE=FOLDER keeps the clean Debian there for the next run.
PATH=$PATH:/usr/sbin:/sbin
. Tests/packaging/checks.sh

finish() {
    local status=0
    total || status=$?
    exit $status
}

unable() {
    if [ -n "${CI:-}" ]; then
        echo "FAILED: $1"
        failed=$((failed + 1))
    else
        echo "skipped: $1"
        skipped=$((skipped + 1))
    fi
    finish
}

[ "$(id -u)" = 0 ] || unable "only root can make a clean Debian"
command -v debootstrap >/dev/null || unable "debootstrap is missing (package debootstrap)"

work=$(mktemp -d)
root=$work/debian
said=$work/said
trap 'rm -rf --one-file-system "$work"' EXIT

# is NAME COMMAND…: the command succeeds. isnt: it does not.
is() {
    local name=$1 status=0
    shift
    "$@" >"$said" 2>&1 || status=$?
    result "$name" $status <(tail -n 20 "$said")
}
isnt() {
    local name=$1 status=0
    shift
    "$@" >"$said" 2>&1 || status=$?
    result "$name" $((status == 0)) <(tail -n 20 "$said")
}

# says TEXT STATUS COMMAND…: the command says that, and ends so.
says() {
    local text=$1 wanted=$2 status=0
    shift 2
    "$@" >"$work/answer" 2>&1 || status=$?
    cat "$work/answer"
    echo "exit status $status"
    grep -qF -- "$text" "$work/answer" && [ $status = "$wanted" ]
}

# inside COMMAND…: runs it in the clean Debian, by way of the command in the array `through`, where there is one.
through=()
inside() {
    "${through[@]}" chroot "$root" \
        env -i HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
}

# name_program [FILE]: FILE, or the release binary that it makes, is the one to be packaged.
name_program() {
    MAILDIR_BOUNCE=${1:-${MAILDIR_BOUNCE:-}}
    [ -n "$MAILDIR_BOUNCE" ] || { make build; MAILDIR_BOUNCE=.build/release/maildir-bounce; }
    export MAILDIR_BOUNCE
}

# clean_debian FOLDER PACKAGE: makes it in FOLDER, with what PACKAGE needs, so that only the package itself makes a difference.
clean_debian() {
    local needs base site suite
    needs=$(dpkg-deb -f "$2" Depends Pre-Depends | sed 's/^[A-Za-z-]*: //; s/ *([^)]*)//g; s/ //g' | paste -sd,)
    base=${BASE:-$work/base}
    if [ ! -e "$base/etc/debian_version" ]; then
        read -r site suite < <(
            apt-get indextargets --format '$(SITE) $(CODENAME)' 'Created-By: Packages' | grep '/debian ' | head -n 1
        )
        echo "a clean $suite, which takes some minutes"
        debootstrap --variant=minbase --include="$needs" "$suite" "$base" "$site" >"$work/debootstrap.log" 2>&1 || {
            tail -n 5 "$work/debootstrap.log"
            unable "debootstrap could not make a clean Debian"
        }
    fi
    cp -a "$base" "$1"
}
