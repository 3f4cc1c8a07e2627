#!/usr/bin/env bash
# Installs, with apt-get, the packages that are missing; does nothing where all are there.
#
#   install-deps.sh build   what the build needs (the headers of SQLite, zlib and libpq, a C++ library, git)
#   install-deps.sh test    that, what the end-to-end tests need (Postfix, PostgreSQL, MariaDB, dnsmasq, iproute2, python3), the
#                           interpreters of the examples (PHP, Perl) with their database drivers, curl, jq, sqlite3, a C compiler for
#                           the fault tests, the browser for the HTML report (Chromium), what reads manual pages, units and
#                           completions, and valgrind
#   install-deps.sh integrations  what Debian has of the programs that the recipes are for
#   install-deps.sh package what the build needs, and what makes and tries the Debian package
#
# Postfix is installed without a configuration, so no mail server starts, and never in place of another mail server.
# Swift itself is not installed: see https://www.swift.org/install
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

say() { echo "install-deps: $*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

apt_install() {
    local options=(-qq -y --no-install-recommends --no-remove -o DPkg::Lock::Timeout=300)
    as_root env DEBIAN_FRONTEND=noninteractive ${RUNLEVEL:+RUNLEVEL=$RUNLEVEL} apt-get install "${options[@]}" "$@" >/dev/null 2>&1 && return
    # Package lists that are missing or old; a mirror that fails is asked once more.
    as_root apt-get -qq update || { sleep 5; as_root apt-get -qq update; } || return
    as_root env DEBIAN_FRONTEND=noninteractive ${RUNLEVEL:+RUNLEVEL=$RUNLEVEL} apt-get install "${options[@]}" "$@" >/dev/null
}

# install WHY PACKAGE…: false, with a line that says what to do, where it cannot.
install() {
    local why=$1
    shift
    if ! command -v apt-get >/dev/null; then
        say "$why needs $* (the Debian names): install them with your system's package manager"
        return 1
    fi
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        say "$why needs $*: run as root: apt-get install --no-install-recommends $*"
        return 1
    fi
    say "installing $*"
    if ! apt_install "$@"; then
        say "$why needs $*, which apt-get did not install; its message is above"
        return 1
    fi
}

case ${1:-} in
    build | test | package | integrations) ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac

if ! command -v swift >/dev/null; then
    say "Swift 6.2 or newer is missing, or not in PATH: see https://www.swift.org/install"
    exit 1
fi

need=()
[ -e /usr/include/sqlite3.h ] || need+=(libsqlite3-dev)
[ -e /usr/include/idn2.h ] || need+=(libidn2-dev)
[ -e /usr/include/zlib.h ] || need+=(zlib1g-dev)
[ -e /usr/include/postgresql/libpq-fe.h ] || [ -e /usr/include/libpq-fe.h ] || need+=(libpq-dev)
compgen -G '/usr/include/c++/*/string' >/dev/null || need+=(g++)
command -v git >/dev/null || need+=(git)
[ ${#need[@]} = 0 ] || install "the build" "${need[@]}" || exit 1

if [ "$1" = integrations ]; then
    need=()
    for package in php-cli php-sqlite3 php-mbstring libphp-phpmailer php-symfony-mailer perl libdbd-sqlite3-perl libemail-sender-perl \
        nodejs node-nodemailer ruby-actionmailer python3 python3-venv python3-django jq iproute2 fetchmail isync getmail6 dovecot-imapd; do
        dpkg-query -W -f '${Status}' $package 2>/dev/null | grep -q 'ok installed' || need+=($package)
    done
    # At runlevel 1 Debian starts none of the servers that it installs.
    export RUNLEVEL=1
    # Without these the test names what it skips; where CI is set it fails.
    [ ${#need[@]} = 0 ] || install "the test of the integrations" "${need[@]}" || true
fi

if [ "$1" = package ]; then
    need=()
    command -v dpkg-shlibdeps >/dev/null || need+=(dpkg-dev)
    command -v python3 >/dev/null || need+=(python3)
    command -v debootstrap >/dev/null || need+=(debootstrap)
    command -v lintian >/dev/null || need+=(lintian)
    command -v ip >/dev/null || need+=(iproute2)
    [ ${#need[@]} = 0 ] || install "the package" "${need[@]}" || exit 1
fi

if [ "$1" = test ]; then
    need=()
    for tool in mandoc zsh fish strace; do command -v $tool >/dev/null || need+=($tool); done
    command -v systemd-analyze >/dev/null || need+=(systemd)
    # Without these the checks of manual pages, completions and units say what they skip, or fail where CI is set.
    [ ${#need[@]} = 0 ] || install "the test of the packaging" "${need[@]}" || true
    need=()
    command -v python3 >/dev/null || need+=(python3)
    command -v ip >/dev/null || need+=(iproute2)
    command -v dnsmasq >/dev/null || need+=(dnsmasq-base)
    # Without these the end-to-end test itself decides whether to be skipped or to fail.
    [ ${#need[@]} = 0 ] || install "the end-to-end tests" "${need[@]}" || true
    need=()
    if ! command -v cc && ! command -v gcc && ! command -v clang; then need+=(gcc); fi >/dev/null
    [ -e /usr/include/elf.h ] || need+=(libc6-dev)
    command -v setpriv >/dev/null || need+=(util-linux)
    command -v mount >/dev/null || need+=(mount)
    # Without these the fault tests say what they skip, or fail where CI is set.
    [ ${#need[@]} = 0 ] || install "the fault tests" "${need[@]}" || true
    if ! compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null && ! command -v postgres >/dev/null; then
        # The test has a server of its own; Debian's, which the package would make and start, is not wanted.
        if install "the test of PostgreSQL" postgresql-common; then
            if [ ! -e /etc/postgresql ] && [ -e /etc/postgresql-common/createcluster.conf ]; then
                as_root sed -i 's/^#\?create_main_cluster *=.*/create_main_cluster = false/' \
                    /etc/postgresql-common/createcluster.conf
            fi
            install "the test of PostgreSQL" postgresql || true
        fi
    fi
    need=()
    # The server's programs alone: the package mariadb-server would make a database of the system's and start it.
    command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || need+=(mariadb-server-core)
    command -v mariadb >/dev/null || need+=(mariadb-client-core)
    # Without these the test of the exports says what it skips; where CI is set it fails.
    [ ${#need[@]} = 0 ] || install "the test of the exports" "${need[@]}" || true
    need=()
    command -v php >/dev/null || need+=(php-cli)
    php -m 2>/dev/null | grep -qx pdo_sqlite || need+=(php-sqlite3)
    php -m 2>/dev/null | grep -qx pdo_mysql || need+=(php-mysql)
    for tool in curl jq; do command -v $tool >/dev/null || need+=($tool); done
    perl -MDBD::SQLite -e 1 2>/dev/null || need+=(libdbd-sqlite3-perl)
    # Debian's perl-base, which is always there, lacks Digest::SHA.
    perl -MDigest::SHA -e 1 2>/dev/null || need+=(perl)
    command -v sqlite3 >/dev/null || need+=(sqlite3)
    # Without these the tests of the examples and of the SQL export say what they skip; where CI is set they fail.
    [ ${#need[@]} = 0 ] || install "the test of the examples" "${need[@]}" || true
    # Without it the counts of instructions are skipped; where CI is set they fail.
    command -v valgrind >/dev/null || install "the counts of instructions" valgrind || true
    # Without it the test of the HTML report is skipped; where CI is set it fails.
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
        install "the test of the HTML report" chromium || true
    if ! command -v postfix >/dev/null; then
        if command -v debconf-set-selections >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }; then
            echo "postfix postfix/main_mailer_type select No configuration" | as_root debconf-set-selections || true
        fi
        install "the end-to-end test" postfix || true
    fi
    need=()
    # Without these the test of Postfix's look-ups in the ledger is skipped; where CI is set it fails.
    for type in sqlite pgsql; do [ -e /usr/lib/postfix/postfix-$type.so ] || need+=(postfix-$type); done
    ! command -v postfix >/dev/null || [ ${#need[@]} = 0 ] || install "the end-to-end test" "${need[@]}" || true
fi
