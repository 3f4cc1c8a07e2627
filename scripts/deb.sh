#!/usr/bin/env bash
# Makes dist/maildir-bounce_VERSION_ARCHITECTURE.deb for the Debian that it runs on: deb.sh
#
#   MAILDIR_BOUNCE=FILE  package this release binary instead of building one
#   REVISION=N           the package's own number behind the version (default: 1)
#   DIST=FOLDER          where the package goes (default: dist)
#   COMPRESSION=KIND     xz (default: small, takes a minute) or gzip (quick, for a trial)
#
# The same source at the same commit makes the same files: their dates are the commit's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "deb: $*" >&2; }

for tool in dpkg-deb:dpkg dpkg-shlibdeps:dpkg-dev strip:binutils python3:python3; do
    command -v "${tool%:*}" >/dev/null || { say "install ${tool#*:}, which has ${tool%:*}"; exit 1; }
done

program=${MAILDIR_BOUNCE:-}
if [ -z "$program" ]; then
    make build
    program=.build/release/maildir-bounce
fi
version=$(sed -n 's/^let programVersion = "\(.*\)"$/\1/p' Sources/MaildirBounce/Version.swift)
told=$("$program" --version)
[ "$told" = "$version" ] || { say "$program says that it is $told, the source says $version: build it anew"; exit 1; }
revision=$version-${REVISION:-1}
architecture=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
author="maildir-bounce maintainers <maintainers@maildir-bounce.invalid>"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
doc=$root/usr/share/doc/maildir-bounce
put() { install -D -m "$1" "$2" "$root/$3"; }
umask 022
install -d "$root/DEBIAN"

put 0755 "$program" usr/bin/maildir-bounce
strip --remove-section=.comment --remove-section=.note "$root/usr/bin/maildir-bounce"
put 0644 packaging/debian/maildir-bounce.toml etc/maildir-bounce.toml
put 0644 packaging/debian/maildir-bounce.cron etc/cron.d/maildir-bounce
for unit in systemd/*; do put 0644 "$unit" "lib/systemd/system/$(basename "$unit")"; done

scripts/manual.py "$program" "$root/usr/share/man/man1" "$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)"
gzip -9n "$root"/usr/share/man/man1/*.1
completion() {
    mkdir -p "$root/usr/share/$(dirname "$2")"
    # Completions are read, and not run.
    "$program" --generate-completion-script "$1" | sed '1{/^#!/d}' >"$root/usr/share/$2"
}
completion bash bash-completion/completions/maildir-bounce
completion zsh zsh/vendor-completions/_maildir-bounce
completion fish fish/vendor_completions.d/maildir-bounce.fish

put 0644 packaging/debian/copyright usr/share/doc/maildir-bounce/copyright
put 0644 README.md usr/share/doc/maildir-bounce/README.md
put 0644 README.ja.md usr/share/doc/maildir-bounce/README.ja.md
put 0644 SECURITY.md usr/share/doc/maildir-bounce/SECURITY.md
put 0644 CONTRIBUTING.md usr/share/doc/maildir-bounce/CONTRIBUTING.md
put 0644 CHANGELOG.md usr/share/doc/maildir-bounce/changelog
for file in docs/* docs/images/*; do [ ! -f "$file" ] || put 0644 "$file" "usr/share/doc/maildir-bounce/$file"; done
(cd Examples && find . -type f -printf '%P\n') | while read -r file; do
    put "$(stat -c %a "Examples/$file")" "Examples/$file" "usr/share/doc/maildir-bounce/examples/$file"
done
put 0644 cron/bounce-hook.cron usr/share/doc/maildir-bounce/examples/hooks/bounce-hook.cron
cat >"$doc/changelog.Debian" <<END
maildir-bounce ($revision) unstable; urgency=medium

  * Version $version; changelog.gz says what is new in it.

 -- $author  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END
gzip -9n "$doc/changelog" "$doc/changelog.Debian"
[ ! -e packaging/debian/lintian-overrides ] ||
    put 0644 packaging/debian/lintian-overrides usr/share/lintian/overrides/maildir-bounce

mkdir -p "$work/debian"
printf 'Source: maildir-bounce\n\nPackage: maildir-bounce\nArchitecture: any\n' >"$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O -eroot/usr/bin/maildir-bounce 2>"$work/shlibdeps.log" | sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || { say "dpkg-shlibdeps names no library:"; cat "$work/shlibdeps.log" >&2; exit 1; }

for script in postinst prerm postrm; do install -m 0755 "packaging/debian/$script" "$root/DEBIAN/$script"; done
printf '/etc/maildir-bounce.toml\n/etc/cron.d/maildir-bounce\n' >"$root/DEBIAN/conffiles"
(cd "$root" && find usr lib -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
cat >"$root/DEBIAN/control" <<END
Package: maildir-bounce
Version: $revision
Architecture: $architecture
Maintainer: $author
Installed-Size: $(du -k -s --apparent-size --exclude=DEBIAN "$root" | cut -f1)
Depends: $libraries, adduser
Pre-Depends: init-system-helpers (>= 1.54~)
Recommends: cron | systemd-sysv
Suggests: postfix, sqlite3, libpq5, curl, jq
Section: mail
Priority: optional
Description: count the bounces in a Maildir and say who must not be mailed again
 Reads the bounces that a mail server delivers into a Maildir, tells dead
 addresses from full mailboxes, blocked servers and out-of-office replies,
 counts them in an SQLite ledger, and answers whether an address may be mailed.
 .
 A message counts exactly once, whatever is killed and whenever. A timer of
 systemd, or cron where systemd does not run, scans the mailbox of the user
 bounce every five minutes. Programs that follow the ledger are given each
 change; that timer is off until it is enabled.
END
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

dist=${DIST:-dist}
mkdir -p "$dist"
package=$dist/maildir-bounce_${revision}_$architecture.deb
dpkg-deb --root-owner-group -Z"${COMPRESSION:-xz}" --build "$root" "$package" >/dev/null
echo "$package"
